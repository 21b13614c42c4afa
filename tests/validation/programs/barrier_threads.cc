// barrier_threads THREADS PHASES ITERATIONS: threads compute uneven shares, add them up under a lock and meet at
// a barrier after every phase. Prints the sum.
#include <pthread.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int threads = std::atoi(argv[1]), phases = std::atoi(argv[2]);
  const long iterations = std::atol(argv[3]);
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, static_cast<unsigned>(threads));
  std::mutex lock;
  std::uint64_t sum = 0;
  auto work = [&](int me) {
    for (int p = 0; p < phases; ++p) {
      std::uint64_t x = 88172645463325252ULL + static_cast<std::uint64_t>(me);
      const long share = iterations / (1 + (me + p) % threads) / 2;
      for (int part = 0; part < 4; ++part) {
        for (long i = 0; i < share / 4; ++i) {
          x ^= x << 13;
          x ^= x >> 7;
          x ^= x << 17;
        }
        const std::lock_guard hold(lock);
        sum += x;
      }
      pthread_barrier_wait(&barrier);
    }
  };
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t) pool.emplace_back(work, t);
  for (std::thread& t : pool) t.join();
  std::printf("%llu\n", static_cast<unsigned long long>(sum));
}
