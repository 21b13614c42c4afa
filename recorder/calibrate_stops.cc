// Observer ledger: runs a program whose bursts are known, once untraced and once under the recorder's own
// interception path, and takes the differences.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "recorder/calibrate.h"
#include "recorder/calibrate_sample.h"

namespace simrec::record {
namespace {

constexpr std::size_t kRounds = 8;
constexpr std::size_t kCallsPerRound = 40;
constexpr std::size_t kCalls = kRounds * kCallsPerRound;
constexpr int kSpinTurns = 6000;  ///< 2–4 µs on today's cores: the length of a server's short bursts

/// What the child notes about itself, in memory shared with the parent. Ticks are of the time-stamp counter: a burst
/// that was not interrupted took exactly that, whatever else was charged to it.
struct Notes {
  struct Round {
    std::uint64_t ticks = 0;
    Ns cpu_ns = 0;
  };
  struct Phase {
    std::uint64_t spin_ticks[kCalls];
    Round rounds[kRounds];
  };
  Phase whole, entry;
  std::uint64_t ticks = 0;  ///< of the whole body, with wall_ns the counter's rate
  Ns wall_ns = 0;
};

/// Shared anonymous memory for one Notes.
class SharedNotes {
 public:
  SharedNotes() {
    void* memory = mmap(nullptr, sizeof(Notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    notes_ = new (memory) Notes{};
  }
  ~SharedNotes() { munmap(notes_, sizeof(Notes)); }
  SharedNotes(const SharedNotes&) = delete;
  SharedNotes& operator=(const SharedNotes&) = delete;
  Notes& operator*() { return *notes_; }
  Notes* operator->() { return notes_; }

 private:
  Notes* notes_;
};

void spin() {
  for (int i = 0; i < kSpinTurns; ++i) asm volatile("" : "+r"(i));
}

template <class Call>
void run_phase(Notes::Phase& phase, Call call) {
  for (std::size_t round = 0; round < kRounds; ++round) {
    const Ns cpu = now_ns(CLOCK_THREAD_CPUTIME_ID);
    const std::uint64_t start = __rdtsc();
    for (std::size_t i = 0; i < kCallsPerRound; ++i) {
      const std::uint64_t before = __rdtsc();
      spin();
      phase.spin_ticks[round * kCallsPerRound + i] = __rdtsc() - before;
      call();
    }
    phase.rounds[round] = {__rdtsc() - start, now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu};
  }
}

/// The known program: kCalls whole-call stops (write to /dev/null), then kCalls entry-only ones (close of nothing).
void known_program(Notes& notes) {
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const Ns wall = now_ns();
  const std::uint64_t start = __rdtsc();
  run_phase(notes.whole, [null] { (void)!::write(null, "x", 1); });
  run_phase(notes.entry, [] { ::syscall(SYS_close, -1); });
  notes.ticks = __rdtsc() - start;
  notes.wall_ns = now_ns() - wall;
}

bool run_untraced(Notes& notes) {
  const pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    known_program(notes);
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return false;
  return status == 0;
}

/// What one phase costs natively: the call and the loop around it, without the spin.
struct Native {
  double call_cpu_ns = 0;
};

Native native_costs(const Notes::Phase& phase, double ns_per_tick) {
  std::vector<double> rest;
  for (std::size_t r = 0; r < kRounds; ++r) {
    double spun = 0;
    for (std::size_t i = 0; i < kCallsPerRound; ++i)
      spun += static_cast<double>(phase.spin_ticks[r * kCallsPerRound + i]) * ns_per_tick;
    rest.push_back((static_cast<double>(phase.rounds[r].cpu_ns) - spun) / kCallsPerRound);
  }
  return {median(rest)};
}

/// The last kCalls events of call `number`: the known program's own, whatever was before.
std::vector<const Event*> calls_of(std::span<const Event> events, int number) {
  std::vector<const Event*> found;
  for (const Event& event : events)
    if (event.kind == number) found.push_back(&event);
  if (found.size() > kCalls) found.erase(found.begin(), found.end() - kCalls);
  return found;
}

/// The ledger's entry from one phase; false when the recording does not have its calls.
bool ledger_entry(std::span<const Event* const> events, const Notes::Phase& phase, double ns_per_tick, Native native,
                  StopCost& cost) {
  if (events.size() != kCalls) return false;
  std::vector<double> burst, call, wall;
  for (std::size_t i = 1; i < kCalls; ++i) {
    if (i % kCallsPerRound == 0) continue;  // this burst has the round's clock reads inside
    const double spun = static_cast<double>(phase.spin_ticks[i]) * ns_per_tick;
    const double before = cost.whole_call ? spun : spun + native.call_cpu_ns;
    burst.push_back(static_cast<double>(events[i]->burst_ns) - before);
    if (cost.whole_call) call.push_back(static_cast<double>(events[i]->call_cpu_ns) - native.call_cpu_ns);
    wall.push_back(static_cast<double>(events[i]->entry_ns - events[i - 1]->entry_ns) - spun - native.call_cpu_ns);
  }
  cost.burst_bias_ns = to_ns(trimmed_mean(burst));
  cost.call_bias_ns = to_ns(trimmed_mean(call));
  cost.wall_ns = to_ns(trimmed_mean(wall));
  cost.residual_ns = to_ns(median_deviation(burst) + median_deviation(call));
  return true;
}

double ns_per_tick(const Notes& notes) {
  return notes.ticks > 0 ? static_cast<double>(notes.wall_ns) / static_cast<double>(notes.ticks) : 0;
}

}  // namespace

std::vector<StopCost> calibrate_stops(const RecordChild& record) {
  std::vector<StopCost> ledger;
  SharedNotes untraced;
  if (!run_untraced(*untraced)) return ledger;
  const double native_rate = ns_per_tick(*untraced);
  const Native whole = native_costs(untraced->whole, native_rate), entry = native_costs(untraced->entry, native_rate);
  std::vector<Placement> placements{Placement::sameCpu};
  if (allowed_cores().size() > 1) placements.push_back(Placement::crossCpu);
  for (const Placement placement : placements) {
    SharedNotes traced;
    const std::vector<Event> events = record([&traced] { known_program(*traced); }, placement);
    const double rate = ns_per_tick(*traced);
    StopCost cost;
    cost.same_cpu = placement == Placement::sameCpu;
    cost.whole_call = true;
    if (ledger_entry(calls_of(events, SYS_write), traced->whole, rate, whole, cost)) ledger.push_back(cost);
    cost.whole_call = false;
    if (ledger_entry(calls_of(events, SYS_close), traced->entry, rate, entry, cost)) ledger.push_back(cost);
  }
  return ledger;
}

}  // namespace simrec::record
