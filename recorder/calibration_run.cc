#include "recorder/calibration_run.h"

#include <sched.h>

#include <algorithm>
#include <optional>

#include "recorder/fast/hook_image.h"
#include "recorder/memory_sink.h"
#include "recorder/seccomp_filter.h"
#include "recorder/tracer.h"

namespace simrec::record {
namespace {

/// Moves the calling thread to one core and back where it may run when destroyed.
class Pinned {
 public:
  Pinned() { sched_getaffinity(0, sizeof allowed_, &allowed_); }
  ~Pinned() { sched_setaffinity(0, sizeof allowed_, &allowed_); }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

  /// The n-th core this thread may use (the last one when there are fewer).
  static void to(const cpu_set_t& allowed, int n) {
    cpu_set_t one;
    CPU_ZERO(&one);
    int last = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && n >= 0; ++cpu) {
      if (!CPU_ISSET(cpu, &allowed)) continue;
      last = cpu;
      --n;
    }
    CPU_SET(last, &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  const cpu_set_t& allowed() const { return allowed_; }

 private:
  cpu_set_t allowed_{};
};

}  // namespace

namespace {

std::vector<Event> record_with(const TracerOptions& options, const std::function<void()>& child_body,
                               Placement placement) {
  const Pinned here;
  const bool pinned = placement != Placement::free;
  if (pinned) Pinned::to(here.allowed(), 0);
  const cpu_set_t allowed = here.allowed();
  const LaunchedProcess child = launch_function(
      child_body, make_seccomp_filter(syscall_table(), false, options.fast.wanted ? hook_gate() : ExemptRange{}));
  if (placement == Placement::crossCpu) Pinned::to(allowed, 1);
  MemorySink sink;
  Tracer tracer(sink, options);
  tracer.run(child);
  std::vector<Event> events = sink.events();
  for (Event& event : events) event.arguments = {};
  return events;
}

}  // namespace

std::vector<Event> record_child(const std::function<void()>& child_body, Placement placement) {
  TracerOptions options;
  options.placement_known = true;
  if (placement == Placement::crossCpu) options.event_flags = kCrossCpu;
  return record_with(options, child_body, placement);
}

std::vector<Event> record_child_fast(const std::function<void()>& child_body, Placement placement) {
  TracerOptions options;
  options.fast = {.wanted = true, .after_calls = 1};
  return record_with(options, child_body, placement);
}

}  // namespace simrec::record
