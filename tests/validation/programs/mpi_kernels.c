/* mpibench ring|alltoall|jacobi ITERS SIZE - fixed-iteration MPI kernels.
 * ring: SIZE bytes around the ring; alltoall: SIZE bytes per pair; jacobi: SIZE x
 * SIZE grid, row blocks, halo exchange and an allreduce every 10 sweeps.
 * Rank 0 prints "seconds S". */
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int c, char** v) {
  MPI_Init(&c, &v);
  int r, n, it = atoi(v[2]), sz = atoi(v[3]);
  MPI_Comm_rank(MPI_COMM_WORLD, &r);
  MPI_Comm_size(MPI_COMM_WORLD, &n);
  MPI_Barrier(MPI_COMM_WORLD);
  double t = MPI_Wtime();
  if (!strcmp(v[1], "ring")) {
    char* b = calloc(1, sz);
    for (int i = 0; i < it; i++) {
      if (r) MPI_Recv(b, sz, MPI_CHAR, r - 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      MPI_Send(b, sz, MPI_CHAR, (r + 1) % n, 0, MPI_COMM_WORLD);
      if (!r) MPI_Recv(b, sz, MPI_CHAR, n - 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
  } else if (!strcmp(v[1], "alltoall")) {
    char *a = calloc(n, sz), *b = calloc(n, sz);
    for (int i = 0; i < it; i++) MPI_Alltoall(a, sz, MPI_CHAR, b, sz, MPI_CHAR, MPI_COMM_WORLD);
  } else {
    int rows = sz / n;
    double *a = calloc((rows + 2) * sz, 8), *b = calloc((rows + 2) * sz, 8);
    for (int i = 0; i < (rows + 2) * sz; i++) a[i] = (i * 31 + r) % 17;
    int up = r ? r - 1 : MPI_PROC_NULL, dn = r < n - 1 ? r + 1 : MPI_PROC_NULL;
    for (int i = 0; i < it; i++) {
      MPI_Sendrecv(a + sz, sz, MPI_DOUBLE, up, 1, a + (rows + 1) * sz, sz, MPI_DOUBLE, dn, 1, MPI_COMM_WORLD,
                   MPI_STATUS_IGNORE);
      MPI_Sendrecv(a + rows * sz, sz, MPI_DOUBLE, dn, 2, a, sz, MPI_DOUBLE, up, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      double d = 0, g;
      for (int y = 1; y <= rows; y++)
        for (int x = 1; x < sz - 1; x++) {
          double w = .25 * (a[(y - 1) * sz + x] + a[(y + 1) * sz + x] + a[y * sz + x - 1] + a[y * sz + x + 1]);
          d += fabs(w - a[y * sz + x]);
          b[y * sz + x] = w;
        }
      double* s = a;
      a = b;
      b = s;
      if (i % 10 == 9) MPI_Allreduce(&d, &g, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    }
  }
  MPI_Barrier(MPI_COMM_WORLD);
  if (!r) printf("seconds %.6f\n", MPI_Wtime() - t);
  MPI_Finalize();
  return 0;
}
