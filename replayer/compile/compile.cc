#include "replayer/compile/compile.h"

#include <algorithm>

#include "replayer/compile/context.h"
#include "replayer/compile/deadlines.h"
#include "replayer/compile/finalize.h"
#include "replayer/compile/handlers.h"
#include "replayer/compile/merge.h"
#include "replayer/compile/native_estimate.h"
#include "replayer/compile/sampled_functions.h"
#include "replayer/program/check.h"
#include "trace-format/syscall_table.h"

namespace simrec::replay {
namespace causal {
namespace {

constexpr std::size_t kKinds = kPseudoBase + 16;

/// What the compiler knows about an event kind.
struct KindInfo {
  Handler entry = nullptr, exit = nullptr;
  std::int8_t fd_argument = -1;
  std::uint8_t register_arguments = 0;
};

std::vector<KindInfo> kind_table() {
  std::vector<KindInfo> table(kKinds);
  for (const SyscallRow& row : syscall_table()) {
    KindInfo& info = table[row.number];
    info.register_arguments = static_cast<std::uint8_t>(row.argument_count());
    for (std::size_t i = row.argument_count(); i-- > 0;)
      if (row.arguments[i].kind == ArgumentKind::fd) info.fd_argument = static_cast<std::int8_t>(i);
  }
  for (auto rows : {byte_handlers(), socket_handlers(), descriptor_handlers(), poll_handlers(), sync_handlers(),
                    lock_handlers(), time_handlers(), process_handlers(), signal_handlers()})
    for (const HandlerRow& row : rows) {
      table[row.kind].entry = row.entry;
      table[row.kind].exit = row.exit;
    }
  return table;
}

/// Time the call was off the CPU for its own reasons, not the tracer's.
Ns blocked_time(const Context& c, const Event& e) {
  if (e.kind >= kPseudoBase || (e.flags & (kEntryOnly | kUnfinished))) return 0;
  const Ns off_cpu = e.exit_ns - e.entry_ns - e.call_cpu_ns - e.ready_ns - c.ledger.wall_cost_ns(e);
  return off_cpu >= kReallyBlockedNs ? off_cpu : 0;
}

/// Walks the trace and lets each event's handlers emit ops.
class Walk {
 public:
  explicit Walk(Context& c) : c_(c), speeds_(c.trace, c.options.functions), kinds_(kind_table()) {}

  void run() {
    EventMerge merge(c_.trace);
    Step step;
    while (merge.next(step)) {
      if (step.phase == Phase::entry) {
        enter(step);
      } else {
        leave(step);
      }
    }
  }

 private:
  void enter(const Step& step) {
    ThreadState& t = c_.threads[step.thread];
    if (!t.begun) thread_begins(c_, step.thread);
    const Event& e = *step.event;
    const KindInfo& info = kinds_[e.kind < kKinds ? e.kind : 0];
    Call& call = t.call;
    call = {};
    call.thread = step.thread;
    call.process = c_.trace.tables.threads()[step.thread].process.value;
    call.index = step.index;
    call.entered = c_.steps++;
    call.event = e;
    call.extra = info.register_arguments;
    const CorrectedTimes times = c_.ledger.corrected(e);
    call.cpu = times.call_cpu_ns;
    call.blocked = blocked_time(c_, e);
    if (info.fd_argument >= 0) {
      call.fd = static_cast<std::int32_t>(e.argument(static_cast<std::size_t>(info.fd_argument), -1));
      call.description = c_.descriptors.find(call.process, call.fd);
      call.object = c_.descriptors[call.description].object;
    }
    if (t.ended) return;
    // A thread that died in a call waited until then, but for no core.
    note_quality(e, times, t.unfinished_since < 0 ? t.last_exit : 0);
    t.cpu += times.burst_ns + times.call_cpu_ns;
    t.emit.set_unlocked(false);
    if (t.yields.cpu >= 0) settle_yields(c_, call);
    t.emit.compute(speeds_.burst(step.thread, step.index, e.stack, times.burst_ns));
    InterpreterLocks& interpreter = c_.processes[call.process].interpreter;
    if (interpreter.is_there()) {
      if (c_.processes[call.process].threads.size() > 1 && t.last_exit > 0)
        interpreter.computed(std::max(t.last_exit, e.entry_ns - times.burst_ns), e.entry_ns);
      t.emit.set_unlocked(InterpreterLocks::lets_go_for(e.kind));
    }
    if (e.is(PseudoEvent::sample)) return finish_call(t, e);  // the burst just goes on
    t.emit.set_origin(e.kind, call.fd);
    if (e.flags & kUnfinished) {
      t.unfinished_since = e.entry_ns;
      return;
    }
    if (info.entry && e.kind < kKinds) info.entry(c_, call);
    if (e.kind >= kPseudoBase || (e.flags & kEntryOnly)) finish_call(t, e);
  }

  void note_quality(const Event& e, const CorrectedTimes& times, Ns since) {
    RecordingQuality& quality = c_.quality;
    quality.program_cpu_ns += times.burst_ns + times.call_cpu_ns;
    quality.interception_cpu_ns += e.burst_ns - times.burst_ns + e.call_cpu_ns - times.call_cpu_ns;
    quality.ledger_residual_ns += c_.ledger.residual_ns(e);
    // What is no burst between two events is tracing or waiting for a core.
    const bool counted = since > 0 && (e.flags & kPrepared) == 0;
    const Ns before = counted ? e.entry_ns - since - e.burst_ns - c_.ledger.wall_cost_ns(e) : 0;
    quality.waited_for_core_ns += std::max<Ns>(before, 0) + e.ready_ns;
  }

  void leave(const Step& step) {
    ThreadState& t = c_.threads[step.thread];
    if (t.ended) return;
    const Event& e = *step.event;
    t.emit.set_origin(e.kind, t.call.fd);
    if (e.kind < kKinds && kinds_[e.kind].exit) kinds_[e.kind].exit(c_, t.call);
    finish_call(t, e);
  }

  void finish_call(ThreadState& t, const Event& e) {
    t.emit.compute(t.call.cpu);
    t.call.cpu = 0;
    t.last_exit = e.exit_ns;
  }

  Context& c_;
  FunctionSpeeds speeds_;
  const std::vector<KindInfo> kinds_;
};

}  // namespace
}  // namespace causal

namespace {

Program compile_as_told(const Trace& trace, const CompileOptions& options) {
  causal::Context c(trace, options);
  causal::Walk(c).run();
  Program& p = c.program;
  p.recorded_speed_flops = trace.header.calibration.core_speed_flops;
  p.recorded_cores = trace.header.host.cores;
  p.wake_up_ns = trace.header.calibration.wake_up_ns;
  p.timer_slack_ns = trace.header.calibration.timer_slack_ns;
  p.cold_ns = trace.header.calibration.cold_ns;
  p.cold_long_ns = trace.header.calibration.cold_long_ns;
  p.tcp_congestion_control = trace.header.host.tcp_congestion_control;
  p.events = trace.event_count;
  p.recorded_ns = trace.footer ? trace.footer->root_end_ns : c.threads[0].last_exit;
  const causal::NativeEstimate native = causal::native_estimate(c, p.recorded_ns);
  c.quality.deadline_ns = causal::deadline(c, p.recorded_ns);
  p.native_estimate_ns = native.wall_ns;
  c.quality.crowded_ns = native.crowded_ns;
  p.sampled = causal::sampled_functions(trace);
  causal::finalize(c);
  return std::move(c.program);
}

}  // namespace

Program compile(const Trace& trace, const CompileOptions& options) {
  if (trace.tables.threads().empty() || trace.tables.processes().empty() ||
      trace.events.size() < trace.tables.threads().size())
    throw TraceError(
        "The trace holds no thread: nothing was recorded that could be replayed. Record again, e.g. `simrec ./app`.");
  Program relaxed = compile_as_told(trace, options);
  if (options.order == Order::recorded) return relaxed;
  const std::string standstill = check(relaxed);
  if (standstill.empty()) return relaxed;
  // What was taken for chance was none. The recorded order is possible: it has happened.
  CompileOptions as_recorded = options;
  as_recorded.order = Order::recorded;
  Program p = compile_as_told(trace, as_recorded);
  p.warnings.push_back("everything keeps the recorded order, since in order of arrival the replay would stand still (" +
                       standstill + "): a fault of simreplay, please report it");
  return p;
}

}  // namespace simrec::replay
