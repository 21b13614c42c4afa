// work_stealing THREADS DEPTH: a binary tree of tasks of uneven size; each thread takes from the end of its own
// queue and, when that is empty, from the front of another's, at random; yields when it finds nothing.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

struct Queue {
  std::mutex lock;
  std::deque<std::uint32_t> tasks;
};

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto threads = static_cast<std::size_t>(std::atoi(argv[1]));
  const std::uint32_t last = 1U << std::atoi(argv[2]);
  std::vector<Queue> queues(threads);
  std::atomic<std::uint32_t> left{2 * last - 1};
  std::atomic<std::uint64_t> sum{0};
  auto take = [](Queue& q, bool own, std::uint32_t& task) {
    const std::lock_guard hold(q.lock);
    if (q.tasks.empty()) return false;
    task = own ? q.tasks.back() : q.tasks.front();
    own ? q.tasks.pop_back() : q.tasks.pop_front();
    return true;
  };
  auto run = [&](std::size_t me) {
    std::minstd_rand random(static_cast<unsigned>(me + 1));
    std::uint64_t total = 0;
    while (left.load() > 0) {
      std::uint32_t task = 0;
      if (!take(queues[me], true, task) && !take(queues[random() % threads], false, task)) {
        std::this_thread::yield();
        continue;
      }
      std::uint64_t x = task;
      for (std::uint32_t i = 0; i < 200 + task % 1021 * 4; ++i) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
      }
      total += x;
      if (task < last) {
        const std::lock_guard hold(queues[me].lock);
        queues[me].tasks.push_back(2 * task);
        queues[me].tasks.push_back(2 * task + 1);
      }
      --left;
    }
    sum += total;
  };
  queues[0].tasks.push_back(1);
  std::vector<std::thread> pool;
  for (std::size_t t = 0; t < threads; ++t) pool.emplace_back(run, t);
  for (std::thread& t : pool) t.join();
  std::printf("%llu\n", static_cast<unsigned long long>(sum.load()));
}
