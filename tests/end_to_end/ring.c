/* Passes a token around a ring of MPI processes: 20 rounds of 1000 bytes. Rank 0 prints what it counted. */
#include <mpi.h>
#include <stdio.h>

enum { kRounds = 20, kBytes = 1000 };

int main(int argc, char** argv) {
  int rank, size;
  char token[kBytes] = {0};
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  for (int round = 0; round < kRounds; round++) {
    if (rank > 0) MPI_Recv(token, kBytes, MPI_CHAR, rank - 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    token[rank]++;
    MPI_Send(token, kBytes, MPI_CHAR, (rank + 1) % size, 0, MPI_COMM_WORLD);
    if (rank == 0) MPI_Recv(token, kBytes, MPI_CHAR, size - 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  }
  if (rank == 0) printf("%d processes, %d rounds\n", size, token[size - 1]);
  MPI_Barrier(MPI_COMM_WORLD);  /* without it, UCX's end of a slow run (any tracer, one core) may never come */
  MPI_Finalize();
  return 0;
}
