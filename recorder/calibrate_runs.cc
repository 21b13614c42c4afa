#include "recorder/calibrate_runs.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <span>

#include "recorder/calibrate_sample.h"

namespace simrec::record {
namespace {

constexpr int kNativeRuns = 3;

/// Runs the known program in an untraced child; false when that failed.
bool run_untraced(KnownRun& run) {
  const pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    run_known_program(run);
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return false;
  return status == 0;
}

}  // namespace

SharedRun::SharedRun() {
  void* memory =
      mmap(nullptr, sizeof(KnownRun), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  run_ = new (memory) KnownRun{};
}

SharedRun::~SharedRun() { munmap(run_, sizeof(KnownRun)); }

std::vector<KnownRun> untraced_runs(SharedRun& shared) {
  std::vector<KnownRun> runs;
  for (int i = 0; i < kNativeRuns; ++i)
    if (run_untraced(*shared)) runs.push_back(*shared);
  return runs;
}

std::vector<Slot> slots_of(const std::vector<KnownRun>& runs, Phase phase, std::size_t slots) {
  std::vector<Slot> result;
  for (std::size_t s = 0; s < slots; ++s) {
    std::vector<double> burst, call;
    for (const KnownRun& run : runs) {
      const double rate = static_cast<double>(run.wall_ns) / static_cast<double>(std::max<std::uint64_t>(run.ticks, 1));
      for (std::size_t turn = kSkippedTurns; turn < kTurns; ++turn) {
        const KnownCall& known = (run.*phase)[turn * slots + s];
        burst.push_back(static_cast<double>(known.burst_ticks) * rate);
        call.push_back(static_cast<double>(known.call_ticks) * rate);
      }
    }
    result.push_back({trimmed_mean(burst), trimmed_mean(call)});
  }
  return result;
}

std::vector<Event> known_events(const std::vector<Event>& events) {
  const auto belongs = [](std::span<const int> calls, const Event& event) {
    return std::ranges::count(calls, int{event.kind}) > 0;
  };
  std::vector<Event> found;
  for (const Event& event : events)
    if (belongs(whole_calls(), event) || belongs(entry_calls(), event)) found.push_back(event);
  const std::size_t wanted = kTurns * (whole_calls().size() + entry_calls().size());
  if (found.size() < wanted) return {};
  found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(wanted));
  return found;
}

}  // namespace simrec::record
