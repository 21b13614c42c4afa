// spin_wait ROUNDS ITERATIONS: two threads take turns, each spins on a shared flag while the other computes.
// No system call tells who waits for whom; on one core the spinning eats the other's time slices.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int rounds = std::atoi(argv[1]);
  const long iterations = std::atol(argv[2]);
  std::atomic<int> turn{0};
  std::atomic<std::uint64_t> sum{0};
  auto play = [&](int me) {
    std::uint64_t x = 88172645463325252ULL;
    for (int r = me; r < 2 * rounds; r += 2) {
      while (turn.load(std::memory_order_acquire) != r) {
      }
      for (long i = 0; i < iterations / 4; ++i) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
      }
      turn.store(r + 1, std::memory_order_release);
    }
    sum += x;
  };
  std::thread other(play, 1);
  play(0);
  other.join();
  std::printf("%llu\n", static_cast<unsigned long long>(sum.load()));
}
