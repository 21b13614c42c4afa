// lock_convoy THREADS ROUNDS: every thread needs one lock for most of its time (100 us inside, 10 us outside).
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

static std::uint64_t work(std::uint64_t x, int iterations) {
  for (int i = 0; i < iterations; ++i) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
  }
  return x;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int rounds = std::atoi(argv[2]) / std::atoi(argv[1]);
  std::mutex lock;
  std::uint64_t shared = 88172645463325252ULL, sum = 0;
  auto run = [&] {
    std::uint64_t own = 7;
    for (int r = 0; r < rounds; ++r) {
      {
        const std::lock_guard hold(lock);
        shared = work(shared, 60000);
      }
      own = work(own, 6000);
    }
    const std::lock_guard hold(lock);
    sum += own;
  };
  std::vector<std::thread> pool;
  for (int t = 0; t < std::atoi(argv[1]); ++t) pool.emplace_back(run);
  for (std::thread& t : pool) t.join();
  std::printf("%llu\n", static_cast<unsigned long long>(shared + sum));
}
