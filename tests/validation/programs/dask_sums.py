"""Sends n small tasks to a Dask cluster, and a sum of what they gave: HOST PORT N."""
import sys

from distributed import Client


def square(i):
    return sum(k * k % 7 for k in range(2000)) + i


if __name__ == "__main__":
    with Client(f"tcp://{sys.argv[1]}:{sys.argv[2]}") as client:
        for step in range(4):
            client.submit(sum, client.map(square, range(step * 1000, step * 1000 + int(sys.argv[3]) // 4))).result()
