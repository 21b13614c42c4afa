#include "recorder/cpu_clock.h"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string>

namespace simrec::record {

CpuClock::CpuClock(pid_t pid, pid_t tid)
    : fd_(open(("/proc/" + std::to_string(pid) + "/task/" + std::to_string(tid) + "/schedstat").c_str(),
               O_RDONLY | O_CLOEXEC)),
      out_of_descriptors_(!fd_ && (errno == EMFILE || errno == ENFILE)) {}

CpuTimes CpuClock::read() {
  std::array<char, 96> text;
  const ssize_t n = fd_ ? pread(fd_.get(), text.data(), text.size(), 0) : -1;
  if (n <= 0) return last_;
  const char* end = text.data() + n;
  CpuTimes times;
  const auto run = std::from_chars(text.data(), end, times.run_ns);
  if (run.ec != std::errc{} || run.ptr == end) return last_;
  if (std::from_chars(run.ptr + 1, end, times.ready_ns).ec != std::errc{}) return last_;
  return last_ = times;
}

}  // namespace simrec::record
