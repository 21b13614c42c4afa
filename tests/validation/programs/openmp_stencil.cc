// Threads of OpenMP, which spin at the barrier that ends each sweep: THREADS SWEEPS CELLS.
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int threads = std::atoi(argv[1]), sweeps = std::atoi(argv[2]), cells = std::atoi(argv[3]);
  std::vector<double> from(static_cast<size_t>(cells), 1.0), to(from);
  from[0] = to[0] = 0;
  for (int s = 0; s < sweeps; ++s) {
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 1; i < cells - 1; ++i)
      to[static_cast<size_t>(i)] =
          (from[static_cast<size_t>(i) - 1] + from[static_cast<size_t>(i)] + from[static_cast<size_t>(i) + 1]) / 3;
    std::swap(from, to);
  }
  std::printf("%.6f\n", from[1]);
  return from[1] > 0 && from[1] < 1 ? 0 : 1;
}
