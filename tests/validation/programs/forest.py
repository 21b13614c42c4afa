# A forest of trees, by two threads of joblib's, then by two processes.
import numpy
from joblib import Parallel, delayed
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier

x, y = make_classification(n_samples=3000, n_features=20, random_state=1)
print(RandomForestClassifier(n_estimators=60, n_jobs=2, random_state=1).fit(x, y).score(x, y))
print(sum(Parallel(n_jobs=2)(delayed(numpy.linalg.norm)(x[i::8] @ x[i::8].T) for i in range(8))))
