"""A data frame: groups, a join, a sort."""
import numpy as np
import pandas as pd

r = np.random.default_rng(1)
frame = pd.DataFrame({"key": r.integers(0, 5000, 1_200_000), "x": r.random(1_200_000)})
names = pd.DataFrame({"key": np.arange(5000), "group": np.arange(5000) % 37})
joined = frame.merge(names, on="key")
print(joined.groupby("group").x.agg(["mean", "std"]).sort_values("mean").head())
print(joined.sort_values("x").key.rolling(9).mean().tail(2))
