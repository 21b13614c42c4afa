# Tasks for a Celery worker, through Redis: HOST PORT NUMBER; celery itself takes the address from CELERY_REDIS.
import os
import sys

from celery import Celery, group

where = f"{sys.argv[1]}:{sys.argv[2]}" if __name__ == "__main__" else os.environ["CELERY_REDIS"]
app = Celery("celery_sums", broker=f"redis://{where}/0", backend=f"redis://{where}/1")


@app.task(name="add")
def add(a, n):
    return a + sum(i * i % 7 for i in range(n))


if __name__ == "__main__":
    for first in range(0, int(sys.argv[3]), 4):
        group(add.s(i, 5000) for i in range(first, first + 4))().get(timeout=60)
