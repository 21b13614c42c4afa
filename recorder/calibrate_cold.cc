#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
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

double after_sleeps(Work& work, Ns sleep_ns, int times) {
  std::vector<double> cpu;
  for (int i = 0; i < times; ++i) {
    const timespec sleep{0, sleep_ns};
    if (sleep_ns > 0) nanosleep(&sleep, nullptr);
    cpu.push_back(work.run());
  }
  return median(std::move(cpu));
}

}  // namespace

Ns measure_cold_ns() {
  constexpr Ns kSleep = 5'500'000;
  Work work;
  if (!work.ok()) return 0;
  work.run();
  const double before = after_sleeps(work, 0, 60);
  const double cold = after_sleeps(work, kSleep, 10);
  const double hot = std::max(before, after_sleeps(work, 0, 60));  // the machine's own speed may have changed
  return std::max<Ns>(0, to_ns(cold - hot));
}

}  // namespace simrec::record
