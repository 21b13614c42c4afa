"""Trains a small network on random data."""
import torch

torch.manual_seed(1)
torch.set_num_threads(2)
model = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
x, y = torch.randn(4000, 64), torch.randint(0, 10, (4000,))
for epoch in range(4):
    for i in range(0, 4000, 100):
        loss = torch.nn.functional.cross_entropy(model(x[i:i + 100]), y[i:i + 100])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
print(float(loss))
