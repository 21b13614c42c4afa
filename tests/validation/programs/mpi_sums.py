# Sums over all ranks, rows of a matrix from one to the next, and objects to all: WHICH NUMBER. WHICH only tells the ranks' commands apart.
import sys

import numpy
from mpi4py import MPI

world, n = MPI.COMM_WORLD, int(sys.argv[2])
rows = numpy.random.default_rng(world.rank).random((200, 500))
total = numpy.zeros(500)
after, before = (world.rank + 1) % world.size, (world.rank - 1) % world.size
for i in range(n):
    world.Allreduce(rows.sum(axis=0), total)
    ghost = numpy.empty(500)
    world.Sendrecv(rows[-1], after, recvbuf=ghost, source=before)
    rows[0] = (ghost + total / total.max()) / 2
    if i % 10 == 0:
        world.bcast({"step": i, "largest": float(total.max())})
if world.rank == 0:
    print(total.sum())
