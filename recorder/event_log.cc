#include "recorder/event_log.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace simrec::record {
namespace {

Event begun(const TracedThread& thread, const CurrentCall& call) {
  Event event;
  event.thread = thread.record.index;
  event.kind = call.number;
  event.flags = call.flags;
  event.entry_ns = event.exit_ns = call.entry_ns;
  event.burst_ns = call.burst_ns;
  event.stack = call.stack;
  event.arguments = call.arguments;
  return event;
}

void finish(Event& event, const CurrentCall& call, const StopTime& at) {
  event.exit_ns = std::max(at.wall_ns, call.entry_ns);
  event.call_cpu_ns = at.cpu.run_ns - call.at_entry.run_ns;
  event.ready_ns = at.cpu.ready_ns - call.at_entry.ready_ns;
}

}  // namespace

void EventLog::append(TracedThread& thread, Event& event, const CpuTimes& at) {
  thread.at_last_event = at;
  if (std::exchange(thread.fast.prepared, false)) event.flags |= kPrepared;
  ++totals_.events;
  totals_.burst_ns += event.burst_ns;
  totals_.call_cpu_ns += event.call_cpu_ns;
  totals_.blocked_ns += std::max<Ns>(0, event.exit_ns - event.entry_ns - event.call_cpu_ns - event.ready_ns);
  sink_.append(event);
}

void EventLog::entry_only(TracedThread& thread) {
  thread.call.flags |= kEntryOnly;
  thread.call.active = false;
  ++totals_.entry_only[(thread.call.flags & kCrossCpu) != 0];
  Event event = begun(thread, thread.call);
  append(thread, event, thread.call.at_entry);
}

void EventLog::whole_call(TracedThread& thread, CurrentCall& call, const StopTime& at, std::int64_t result) {
  call.active = false;
  if ((call.flags & kFast) != 0)
    ++totals_.fast_calls;
  else
    ++totals_.whole_calls[(call.flags & kCrossCpu) != 0];
  Event event = begun(thread, call);
  event.result = result;
  finish(event, call, at);
  append(thread, event, at.cpu);
}

void EventLog::unfinished_call(TracedThread& thread, const StopTime& at) {
  thread.call.flags |= kUnfinished;
  thread.call.active = false;
  Event event = begun(thread, thread.call);
  finish(event, thread.call, at);
  append(thread, event, at.cpu);
}

void EventLog::pseudo(TracedThread& thread, PseudoEvent kind, const StopTime& at,
                      std::initializer_list<std::int64_t> arguments) {
  const std::vector<std::int64_t> values(arguments);
  Event event;
  event.thread = thread.record.index;
  event.kind = event_kind(kind);
  event.entry_ns = event.exit_ns = at.wall_ns;
  event.burst_ns = burst_until(thread, at);
  event.arguments = values;
  append(thread, event, at.cpu);
}

void EventLog::sample(TracedThread& thread, const StopTime& at, Ns cpu_ns, StackId stack, std::uint32_t flags) {
  ++totals_.samples[(flags & kCrossCpu) != 0];
  const std::int64_t arguments[] = {cpu_ns};
  Event event;
  event.thread = thread.record.index;
  event.kind = event_kind(PseudoEvent::sample);
  event.flags = flags;
  event.entry_ns = event.exit_ns = at.wall_ns;
  event.burst_ns = burst_until(thread, at);
  event.stack = stack;
  event.arguments = arguments;
  append(thread, event, at.cpu);
}

}  // namespace simrec::record
