#include "recorder/tracee_cpu.h"

#include <linux/rseq.h>
#include <sched.h>
#include <sys/ptrace.h>

#include <cstddef>

namespace simrec::record {
namespace {

// From linux/ptrace.h, which cannot be included beside sys/ptrace.h.
constexpr int kGetRseqConfiguration = 0x420f;
struct RseqConfiguration {
  std::uint64_t area;
  std::uint32_t size, signature, flags, pad;
};

}  // namespace

RseqRegistration rseq_registration(pid_t tid) {
  RseqConfiguration configuration{};
  const long bytes =
      ptrace(static_cast<__ptrace_request>(kGetRseqConfiguration), tid, sizeof configuration, &configuration);
  if (bytes != sizeof configuration) return {};
  return {configuration.area, configuration.signature};
}

bool TraceeCpu::differs_from_ours(pid_t tid, const TraceeMemory& memory) {
  if (stops_++ % kInterval != 0) return differs_;
  if (area_ == 0 && (!looked_for_area_ || stops_ < 8 * kInterval)) {  // libc registers it a little after exec
    area_ = rseq_registration(tid).area;
    looked_for_area_ = true;
  }
  if (area_ == 0) return differs_;
  const auto cpu = memory.read<std::uint32_t>(area_ + offsetof(rseq, cpu_id));
  differs_ = cpu && static_cast<int>(*cpu) != sched_getcpu();
  return differs_;
}

}  // namespace simrec::record
