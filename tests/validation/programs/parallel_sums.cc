// C++'s parallel algorithms (oneTBB's work stealing): so many rounds of filling, sorting and summing.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <execution>
#include <numeric>
#include <vector>

int main(int argc, char** argv) {
  std::vector<std::uint64_t> numbers(600'000);
  std::uint64_t total = 0;
  for (int round = argc > 1 ? std::atoi(argv[1]) : 1; round > 0; --round) {
    std::iota(numbers.begin(), numbers.end(), static_cast<std::uint64_t>(round));
    std::transform(std::execution::par, numbers.begin(), numbers.end(), numbers.begin(), [](std::uint64_t x) {
      for (int i = 0; i < 20; ++i) x = x * 6364136223846793005U + 1442695040888963407U;
      return x >> 20;
    });
    std::sort(std::execution::par, numbers.begin(), numbers.end());
    total += std::reduce(std::execution::par, numbers.begin(), numbers.end());
  }
  std::printf("%llu\n", static_cast<unsigned long long>(total));
}
