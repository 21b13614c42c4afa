"""Matrix products of two BLAS threads."""
import numpy

a = numpy.arange(640000, dtype=float).reshape(800, 800) % 7
for _ in range(24):
    a = (a @ a) % 5
print(a.sum())
