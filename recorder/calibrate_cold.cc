#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <future>
#include <numeric>
#include <vector>

#include "recorder/calibrate_host.h"
#include "recorder/calibrate_sample.h"
#include "recorder/calibrate_socket.h"

namespace simrec::record {
namespace {

constexpr std::size_t kCacheLine = 64;

/// What a typical program does when a message comes: a call each way, and a look at data of its own.
class Work {
 public:
  bool ok() const { return ends_.first && ends_.second; }

  /// CPU ns of doing it once.
  double run() {
    const Ns start = now_ns(CLOCK_THREAD_CPUTIME_ID);
    char message[100] = {};
    ::send(ends_.first.get(), message, sizeof message, 0);
    ::recv(ends_.second.get(), message, sizeof message, 0);
    for (std::size_t i = 0; i < data_.size(); i += kCacheLine) data_[i] = static_cast<char>(data_[i] + message[0]);
    return static_cast<double>(now_ns(CLOCK_THREAD_CPUTIME_ID) - start);
  }

 private:
  std::pair<FileDescriptor, FileDescriptor> ends_ = connected_pair();
  std::vector<char> data_ = std::vector<char>(512 << 10);
};

using Sample = std::vector<double>;

struct Samples {
  Sample hot, after_5ms, after_40ms;
};

void after_sleeps(Work& work, Ns sleep_ns, int times, Sample& cpu) {
  for (int i = 0; i < times; ++i) {
    const timespec sleep{0, sleep_ns};
    if (sleep_ns > 0) nanosleep(&sleep, nullptr);
    cpu.push_back(work.run());
  }
}

/// What one of the threads finds.
Samples measure() {
  Samples found;
  Work work;
  if (!work.ok()) return found;
  work.run();  // the first is cold
  after_sleeps(work, 0, 30, found.hot);
  after_sleeps(work, 5'500'000, 5, found.after_5ms);
  after_sleeps(work, 40'000'000, 2, found.after_40ms);
  work.run();
  after_sleeps(work, 0, 30, found.hot);  // the machine's own speed may have changed
  return found;
}

Sample joined(Sample a, const Sample& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// What waits cost in the long run: most after a few ms cost nothing, some everything (others have run meanwhile), so
/// that a median is one or the other. Without the longest tenth, one at least: those were interrupted.
double mean_cost(Sample sample) {
  std::ranges::sort(sample);
  if (!sample.empty()) sample.resize(sample.size() - std::max<std::size_t>(sample.size() / 10, 1));
  return std::accumulate(sample.begin(), sample.end(), 0.0) /
         static_cast<double>(std::max<std::size_t>(sample.size(), 1));
}

}  // namespace

ColdCaches measure_cold_caches() {
  auto other = std::async(std::launch::async, measure);
  const Samples mine = measure();
  const Samples theirs = other.get();
  const double hot = mean_cost(joined(mine.hot, theirs.hot));
  const auto longer = [hot](const Sample& a, const Sample& b) {
    return std::max<Ns>(0, to_ns(mean_cost(joined(a, b)) - hot));
  };
  ColdCaches cold{longer(mine.after_5ms, theirs.after_5ms), longer(mine.after_40ms, theirs.after_40ms)};
  cold.after_40ms = std::max(cold.after_40ms, cold.after_5ms);
  return cold;
}

}  // namespace simrec::record
