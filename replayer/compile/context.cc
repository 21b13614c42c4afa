#include "replayer/compile/context.h"

#include <algorithm>
#include <ranges>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

Context::Context(const Trace& t, const CompileOptions& o)
    : trace(t),
      options(o),
      knows_no_delay(t.header.tcp_options && !starts_in_the_middle(t.header)),
      space(std::make_shared<ScratchSpace>(o.memory_bytes)),
      ledger(t.header.calibration),
      threads(t.tables.threads().size(), ThreadState(space)),
      processes(t.tables.processes().size()),
      descriptors(processes.size(), space),
      channels(t.tables, space),
      tokens(space),
      futexes(space),
      locks(space),
      signals(processes.size()),
      datagrams(t.tables, channels),
      sharing(processes.size()),
      numbers(t.tables),
      pending_ends(space) {
  for (const Process& p : t.tables.processes()) {
    processes[p.index.value].parent_plus_one = p.parent_plus_one;
    processes[p.index.value].exit_token = tokens.add();
    processes[p.index.value].started_token = tokens.add();
  }
  for (ThreadState& thread : threads) thread.emit.set_spins(o.spins);
  for (const Thread& thread : t.tables.threads()) threads[thread.index.value].clear_tid = thread.clear_tid_address;
}

namespace {

template <class States>
std::uint32_t latest_live(const std::vector<std::uint32_t>& candidates, const States& states) {
  std::uint32_t begun = 0;
  for (std::uint32_t i : candidates | std::views::reverse) {
    if (!states[i].begun) continue;
    if (!states[i].ended) return i + 1;
    if (!begun) begun = i + 1;
  }
  return begun;
}

}  // namespace

std::uint32_t Context::find_process(std::uint32_t caller, std::int64_t pid) const {
  return latest_live(numbers.processes(caller, pid), processes);
}
std::uint32_t Context::find_thread(std::uint32_t caller, std::int64_t tid) const {
  return latest_live(numbers.threads(caller, tid), threads);
}

void genuine_wait(Context& c, const Call& call) {
  Edges& edges = c.threads[call.thread].edges;
  if (!edges.reach(call.index)) edges.add({call.index, {call.thread, kGenuineWait}});
}

namespace {

/// Does a server's thread receive from a connection from which another one had received last?
void note_passing_on(Context& c, const Call& call, const Op& recv) {
  Channel& ch = c.channels[recv.target];
  const std::uint32_t last = std::exchange(ch.latest_reader_plus_one, call.thread + 1);
  if (last == 0 || last == call.thread + 1 || ch.connection_plus_one == 0) return;
  const Link& link = c.channels.links()[ch.connection_plus_one - 1];
  const auto process_of = [&](std::uint32_t thread) { return c.trace.tables.threads()[thread].process.value; };
  if (!link.accepted || process_of(link.server_thread) != call.process || process_of(last - 1) != call.process) return;
  c.processes[call.process].passes_on_connection();
}

/// A child that serves one of its parent's connections.
void note_serving(Context& c, const Call& call, const Op& recv) {
  const std::uint32_t connection = c.channels[recv.target].connection_plus_one;
  ProcessState& p = c.processes[call.process];
  if (connection == 0 || p.parent_plus_one == 0 || p.serves_connection) return;
  const Link& link = c.channels.links()[connection - 1];
  p.serves_connection =
      link.accepted && c.trace.tables.threads()[link.server_thread].process.value == p.parent_plus_one - 1;
}

/// For shared_pollers.h. What is closed because the process ended is no visit.
void note_visit(Context& c, const Call& call, const Op& op, std::uint32_t index) {
  const ProcessState& p = c.processes[call.process];
  if (!p.shares_connections || p.ended || !transfers(op)) return;
  c.state(call).visits.push_back({index, comes_from_peer(op) ? c.steps++ : call.entered, call.event.exit_ns});
}

/// What the thread does now comes after what its poll slept for, also if it consumes that later.
void settle_poll(Context& c, Call& call) {
  ThreadState& t = c.state(call);
  const auto index = t.emit.settle_poll();
  if (!index) return;
  const Op& op = t.emit.ops[*index];
  if (t.sleeping_poll_plus_one) t.edges.add({t.sleeping_poll_plus_one - 1, t.poll_cause});
  t.sleeping_poll_plus_one = 0;
  t.waits.add(op, call.event.entry_ns);
  if (op.kind != OpKind::wait && can_be_gate(op.kind)) t.receives.add(op, call.event.entry_ns);
}

}  // namespace

std::uint32_t emit_cause(Context& c, Call& call, Op op) {
  settle_poll(c, call);
  c.emit(call).compute(call.cpu);
  call.cpu = 0;
  if (call.blocked) op.flags |= kWoke;
  const std::uint32_t index = c.emit(call).cause(op);
  note_visit(c, call, op, index);
  return index;
}

std::uint32_t emit_wait(Context& c, Call& call, Op op, CausePoint by) {
  ThreadState& t = c.state(call);
  const bool poll_slept = t.emit.poll_pending();
  if (call.blocked || poll_slept) op.flags |= kWoke;
  const Ns before = call.blocked ? call.cpu / 2 : 0;
  const std::uint32_t index = t.emit.effect(op, before, call.cpu - before);
  call.cpu = 0;
  if (op.kind == OpKind::recv) {
    note_passing_on(c, call, op);
    note_serving(c, call, op);
  }
  note_visit(c, call, op, index);
  if (op.kind == OpKind::expire) genuine_wait(c, call);
  if (by.time >= 0) {
    if (poll_slept && t.sleeping_poll_plus_one) t.edges.add({t.sleeping_poll_plus_one - 1, by});
    if (call.blocked) t.edges.add({call.index, by});
  }
  t.sleeping_poll_plus_one = 0;
  t.waits.add(op, call.event.exit_ns);
  if (op.kind != OpKind::wait && can_be_gate(op.kind)) t.receives.add(op, call.event.exit_ns);
  return index;
}

void wait_token(Context& c, Call& call, TokenId token, Cause cause, std::uint16_t flags) {
  emit_wait(c, call, {OpKind::wait, cause, flags, token.value, 0}, c.tokens.cause(token));
}

namespace {

/// Adds a gate (see Program::gates), returns its index + 1.
std::uint32_t new_gate(Context& c, const Op& op) {
  c.program.gates.push_back(op);
  return static_cast<std::uint32_t>(c.program.gates.size());
}

/// Adds the gate of a wait, returns its index + 1. 0 = it has none: the one that ended it waited
/// for something itself meanwhile, so it brought something that had to come; or ended, which is no lock either.
std::uint32_t add_gate(Context& c, const Call& call, TokenId token) {
  const CausePoint by = c.tokens.cause(token);
  if (by.time < 0 || by.thread == call.thread) return 0;
  const ThreadState& other = c.threads[by.thread];
  if (other.end_token == token) return 0;
  const auto before = other.waits.before(by.time);
  if (!before || before->end > call.event.entry_ns) return 0;
  const auto gate = other.waits.gate_before(by.time);
  return gate ? new_gate(c, gate->op) : 0;
}

}  // namespace

void wait_for_first(Context& c, Call& call, TokenId token, std::uint16_t flags) {
  emit_wait(c, call, {OpKind::wait, Cause::sync, flags, token.value, add_gate(c, call, token)}, c.tokens.cause(token));
}

void wait_for_interpreter(Context& c, Call& call, std::optional<TokenId> token) {
  c.processes[call.process].interpreter.waited();
  ThreadState& t = c.state(call);
  const auto flags = static_cast<std::uint16_t>(kInterpreter | (call.blocked ? kWoke : 0));
  const std::uint16_t why = call.result() < 0 ? kExpired : kOutside;
  Op op{OpKind::sleep, Cause::sync, static_cast<std::uint16_t>(flags | why), 0, call.blocked};
  if (!token) {
    genuine_wait(c, call);
  } else {
    const CausePoint by = c.tokens.cause(*token);
    op = {OpKind::wait, Cause::sync, static_cast<std::uint16_t>(flags | kLock), token->value, 0};
    if (by.time >= 0 && by.thread != call.thread && c.options.order == Order::arrival)
      if (const auto received = c.threads[by.thread].receives.before(by.time)) {
        op.value = new_gate(c, received->op);
        op.flags |= kYields;
      }
    if (call.blocked && by.time >= 0) t.edges.add({call.index, by});
  }
  const Ns before = call.blocked ? call.cpu / 2 : 0;
  t.emit.aside(op, before, call.cpu - before);
  call.cpu = 0;
}

void signal_token(Context& c, Call& call, TokenId token) {
  emit_cause(c, call, {OpKind::signal, Cause::none, 0, token.value, 0});
}

void external_wait(Context& c, Call& call, Cause cause) {
  if (!call.blocked) return;
  c.counts.add(Count::external_waits);
  genuine_wait(c, call);
  const Ns half = call.cpu / 2;
  c.emit(call).compute(half);
  c.emit(call).cause({OpKind::sleep, cause, kWoke | kOutside, 0, call.blocked});
  call.cpu -= half;
}

void unexplained_poll(Context&, ThreadState& thread) {
  thread.emit.poll_begins();
  if (thread.sleeping_poll_plus_one) thread.edges.add({thread.sleeping_poll_plus_one - 1, thread.poll_cause});
  thread.sleeping_poll_plus_one = 0;
}

void external_read(Context& c, Call& call, Cause cause) {
  unexplained_poll(c, c.state(call));
  external_wait(c, call, cause);
}

void absolute_sleep(Context& c, Call& call, Ns duration, std::uint16_t flags) {
  c.state(call).keeps_time = true;
  genuine_wait(c, call);
  const Ns half = call.cpu / 2;
  c.emit(call).compute(half);
  c.emit(call).cause({OpKind::sleep, Cause::sleep, flags, 0, std::max<Ns>(duration, 0)});
  call.cpu -= half;
}

}  // namespace simrec::replay::causal
