#include "replayer/compile/finalize.h"

#include <algorithm>
#include <deque>
#include <set>

#include "replayer/compile/next_connections.h"
#include "replayer/compile/shared_work.h"
#include "replayer/compile/thread_budgets.h"
#include "replayer/compile/unread_bytes.h"

namespace simrec::replay::causal {
namespace {

constexpr std::uint32_t kDropped = UINT32_MAX;
/// Those of event loops are counted from 0.
constexpr std::uint32_t kFirstWovenRegion = 1U << 31;

/// New numbers of streams, connections and tokens; kDropped = not in the program.
struct Numbers {
  explicit Numbers(const std::shared_ptr<ScratchSpace>& space) : token(space) {}

  std::vector<std::uint32_t> stream, connection;
  std::vector<std::uint32_t> gate_plus_one;  ///< 0 = there is nothing left to look at
  ScratchSequence<std::uint32_t> token;
};

/// What the ops of all threads do to a token.
enum TokenUse : std::uint32_t { kSignalled = 1, kAwaited = 2 };

/// Of all tokens.
ScratchSequence<std::uint32_t> token_use(const Context& c) {
  ScratchSequence<std::uint32_t> use(c.space);
  for (std::size_t i = 0; i < c.tokens.size(); ++i) use.push_back(0);
  for (const ThreadState& t : c.threads)
    for (const Op& op : t.emit.ops) {
      if (op.kind == OpKind::signal) use[op.target] |= kSignalled;
      if (op.kind == OpKind::wait) use[op.target] |= kAwaited;
    }
  return use;
}

/// Ends of streams that cannot have been caused by the close we know of.
void settle_ends(Context& c) {
  for (const PendingEnd& end : c.pending_ends) {
    const Channel& ch = c.channels[end.channel];
    if (ch.finished && ch.finished_at <= end.at) continue;
    Op& op = c.threads[end.thread].emit.ops[end.op];
    op = {OpKind::compute, Cause::none, 0, 0, 0};
    if (ch.two_sided()) c.counts.add(Count::unknown_ends);
  }
}

void settle_interpreters(Context& c) {
  for (ProcessState& p : c.processes)
    if (c.options.order == Order::recorded || c.trace.header.host.cores == 1) p.interpreter.keep_order();
  for (std::uint32_t i = 0; i < c.threads.size(); ++i)
    c.processes[c.trace.tables.threads()[i].process.value].interpreter.settle(c.threads[i].emit.ops, c.counts);
}

/// Gives the op its final target; false if it has none and the op must go.
bool renumber(Op& op, const Numbers& n) {
  switch (op.kind) {
    case OpKind::send:
    case OpKind::recv:
    case OpKind::finish:
    case OpKind::recv_end:
      op.target = n.stream[op.target];
      return op.target != kDropped;
    case OpKind::connect:
    case OpKind::accept:
      op.target = n.connection[op.target];
      return op.target != kDropped;
    case OpKind::signal:
    case OpKind::wait:
      op.target = n.token[op.target];
      return op.target != kDropped;
    case OpKind::sleep:
      if (!(op.flags & kNagle)) return true;
      op.target = n.stream[op.target];
      return op.target != kDropped;
    case OpKind::compute:
      return op.value > 0;
    default:
      return true;
  }
}

/// Those whose event is not in the program go.
void number_gates(Context& c, Numbers& n) {
  std::vector<Op> kept;
  for (Op gate : c.program.gates) {
    gate.flags = 0;
    gate.cause = Cause::none;
    if (gate.kind == OpKind::wait) gate.value = 0;
    const bool keep = can_be_gate(gate.kind) && renumber(gate, n);
    if (keep) kept.push_back(gate);
    n.gate_plus_one.push_back(keep ? static_cast<std::uint32_t>(kept.size()) : 0);
  }
  c.program.gates = std::move(kept);
}

Numbers number(Context& c) {
  Numbers n(c.space);
  n.token = token_use(c);
  for (std::uint32_t& token : n.token) token = token == (kSignalled | kAwaited) ? c.program.tokens++ : kDropped;
  n.connection.assign(c.channels.links().size(), kDropped);
  for (std::uint32_t i = 0; i < n.connection.size(); ++i) {
    const Link& link = c.channels.links()[i];
    if (!link.accepted) {
      c.counts.add(Count::unaccepted_connections);
      continue;
    }
    n.connection[i] = static_cast<std::uint32_t>(c.program.connections.size());
    c.program.connections.push_back({link.transport, link.client_thread, link.server_thread, c.channels.label(link)});
  }
  n.stream.assign(c.channels.all().size(), kDropped);
  for (std::uint32_t i = 0; i < n.stream.size(); ++i) {
    const Channel& ch = c.channels[i];
    if (!ch.two_sided()) continue;
    n.stream[i] = static_cast<std::uint32_t>(c.program.streams.size());
    const std::uint32_t writer = ch.writer_plus_one ? ch.writer_plus_one - 1 : 0;
    const std::uint32_t connection = ch.connection_plus_one ? n.connection[ch.connection_plus_one - 1] : kDropped;
    c.program.streams.push_back({ch.transport, c.channels.capacity(ch), connection == kDropped ? 0 : connection + 1,
                                 writer, ch.reader_plus_one ? ch.reader_plus_one - 1 : writer, c.channels.label(ch)});
  }
  number_gates(c, n);
  return n;
}

/// Does the thread receive or accept itself whatever it works on? Then nothing that it does can come before its cause,
/// even if it waits for nobody.
bool serves_itself(Context& c, const ThreadState& t) {
  std::set<std::uint32_t> asked, answered;
  bool accepts = false;
  for (const Op& op : t.emit.ops) {
    accepts = accepts || op.kind == OpKind::accept;
    if (op.kind != OpKind::send && op.kind != OpKind::recv) continue;
    const Channel& ch = c.channels[op.target];
    if (!ch.two_sided()) continue;
    if (!ch.connection_plus_one) return false;
    (op.kind == OpKind::send ? answered : asked).insert(ch.connection_plus_one);
  }
  return (accepts || !answered.empty()) && std::ranges::includes(asked, answered);
}

struct Interruptible {
  std::uint32_t at, old_target;
};

void add_in_order(std::deque<Interruptible>& sleeps, const Interruptible& sleep) {
  sleeps.push_back(sleep);
  for (std::size_t i = sleeps.size() - 1; i > 0 && sleeps[i - 1].old_target > sleeps[i].old_target; --i)
    std::swap(sleeps[i - 1], sleeps[i]);
}

/// Compacts a thread's ops, keeping origins and the targets of interruptible sleeps right.
void compact(Context& c, std::uint32_t thread, const Numbers& n) {
  ThreadState& t = c.threads[thread];
  ScratchSequence<Op>& ops = t.emit.ops;
  auto conditional = t.conditional.begin();
  auto origin = t.emit.origins.begin();
  auto mark = t.polled.marks.begin();
  auto wish = t.polled.wishes.begin();
  auto idle = t.polled.idle.begin();
  auto visit = t.visits.begin();
  std::deque<Interruptible> sleeps;  // in order of their targets, in which they come but for waits at several futexes
  std::uint32_t out = 0;
  const bool may_come_first = c.options.order == Order::arrival && !n.gate_plus_one.empty() && serves_itself(c, t);
  for (std::uint32_t i = 0; i < ops.size(); ++i) {
    Op op = ops[i];
    if (op.kind == OpKind::wait && op.value > 0) {
      op.value = n.gate_plus_one[static_cast<std::size_t>(op.value - 1)];
      if (op.value > 0 && may_come_first) op.flags |= kYields;
    }
    while (origin != t.emit.origins.end() && origin->first_op <= i) (origin++)->first_op = out;
    while (mark != t.polled.marks.end() && mark->first_op <= i) (mark++)->first_op = out;
    while (wish != t.polled.wishes.end() && wish->first_op <= i) (wish++)->first_op = out;
    for (; idle != t.polled.idle.end() && *idle <= i; ++idle) *idle = out;
    for (; !sleeps.empty() && sleeps.front().old_target <= i; sleeps.pop_front())
      ops[sleeps.front().at].target = out - sleeps.front().at;
    while (conditional != t.conditional.end() && conditional->op < i) ++conditional;
    while (visit != t.visits.end() && visit->op <= i) (visit++)->op = out;
    const bool was_wait = op.kind == OpKind::wait;
    const Cause cause = op.cause;
    if (!renumber(op, n)) {
      if (was_wait) c.counts.add(Count::lost_causes);
      if (conditional == t.conditional.end() || conditional->op != i) continue;
      c.counts.add(Count::external_waits);
      op = {OpKind::sleep, cause, kWoke | kOutside, 0, conditional->blocked};
    }
    if (op.kind == OpKind::compute && out > 0 && ops[out - 1].kind == OpKind::compute &&
        ops[out - 1].flags == op.flags) {
      ops[out - 1].value += op.value;
      continue;
    }
    if (op.kind == OpKind::sleep && (op.flags & kInterruptible)) add_in_order(sleeps, {out, i + op.target});
    ops[out++] = op;
  }
  ops.truncate(out);
}

/// The thread's polls with the final numbers of their sources; those not in the program become no source at all.
PolledSources renumbered(const PolledSources& polled, const Numbers& n, const std::shared_ptr<ScratchSpace>& space) {
  PolledSources result(space);
  std::uint32_t source = 0;
  const auto number = [&n](SourceKey key) {
    if (key & kEventSource) return key;
    const bool stream = key & kStreamSource;
    const std::uint32_t kept = stream ? n.stream[key & ~kStreamSource] : n.connection[key];
    return stream && kept != kDropped ? kept | kStreamSource : kept;
  };
  for (const WriteWish& wish : polled.wishes)
    if (const SourceKey key = number(wish.source); key != kDropped) result.wishes.push_back({wish.first_op, key});
  for (const std::uint32_t first_op : polled.idle) result.idle.push_back(first_op);
  for (const PollMark& mark : polled.marks) {
    for (; source < mark.end_source; ++source)
      if (const SourceKey key = number(polled.sources[source]); key != kDropped) result.sources.push_back(key);
    result.marks.push_back({mark.first_op, static_cast<std::uint32_t>(result.sources.size()), mark.at_ns, mark.alone});
  }
  return result;
}

/// By token of the program: the eventfd whose reads wait for it.
ScratchSequence<SourceKey> eventfds(const Context& c, const Numbers& n) {
  ScratchSequence<SourceKey> result(c.space);
  if (!c.tokens.have_eventfds()) return result;
  for (std::uint32_t i = 0; i < c.program.tokens; ++i) result.push_back(0);
  for (std::uint32_t i = 0; i < c.tokens.size(); ++i)
    if (const std::uint32_t object = c.tokens.eventfd(i); object && n.token[i] != kDropped)
      result[n.token[i]] = object | kEventSource;
  return result;
}

/// By connection of the program: the object that it was accepted from.
std::vector<std::uint32_t> listeners(Context& c, const Numbers& n) {
  std::vector<std::uint32_t> result(c.program.connections.size());
  for (std::size_t i = 0; i < n.connection.size(); ++i)
    if (n.connection[i] != kDropped) result[n.connection[i]] = c.channels.links()[i].listener.value;
  return result;
}

std::string shell_quoted(const std::string& word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](unsigned char ch) {
    return std::isalnum(ch) || std::string_view("_-./=:,+@%").find(static_cast<char>(ch)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string quoted = "'";
  for (char ch : word) quoted += ch == '\'' ? std::string("'\\''") : std::string(1, ch);
  return quoted + "'";
}

void name_processes(Context& c) {
  const Tables& tables = c.trace.tables;
  for (const Process& p : tables.processes()) {
    ProgramProcess process;
    process.pid = p.pid;
    process.parent_plus_one = p.parent_plus_one <= tables.processes().size() ? p.parent_plus_one : 0;
    process.interpreter_slice_ns = c.processes[p.index.value].interpreter.slice_ns();
    c.program.processes.push_back(std::move(process));
  }
  for (const Image& image : tables.images()) {
    if (image.process.value >= c.program.processes.size()) continue;
    ProgramProcess& p = c.program.processes[image.process.value];
    p.name = tables.string(image.name);
    p.names.push_back(p.name);
    p.command_line.clear();
    for (StringId word : image.arguments)
      p.command_line += (p.command_line.empty() ? "" : " ") + shell_quoted(tables.string(word));
  }
  // A fork that never ran exec is known by its parent's names. Parents come first.
  for (ProgramProcess& p : c.program.processes) {
    if (!p.names.empty() || !p.parent_plus_one) continue;
    const ProgramProcess& parent = c.program.processes[p.parent_plus_one - 1];
    p.name = parent.name;
    p.names = parent.names;
    p.command_line = parent.command_line;
  }
}

void end_open_threads(Context& c) {
  for (std::uint32_t i = 0; i < c.threads.size(); ++i) {
    ThreadState& t = c.threads[i];
    if (t.ended) continue;
    if (t.begun) c.counts.add(Count::unfinished_calls);
    t.emit.finish(0, false);
  }
}

void warn(Context& c) {
  auto& warnings = c.program.warnings;
  if (starts_in_the_middle(c.trace.header))
    warnings.push_back(
        "the recording starts in the middle of programs that ran already: what they wait for may lie before its start");
  if (!c.trace.incomplete.empty()) warnings.push_back(c.trace.incomplete);
  if (c.trace.footer) {
    for (const NamedCount& loss : c.trace.footer->losses)
      if (loss.count) warnings.push_back("the recorder lost " + loss.name + " (" + std::to_string(loss.count) + ")");
    if (!c.trace.footer->truncated_by.empty())
      warnings.push_back("the recording was ended by " + c.trace.footer->truncated_by);
  }
  if (c.counts[Count::io_uring]) warnings.push_back("the program uses io_uring, whose transfers are not followed");
  if (c.quality.interception_cpu_ns > c.quality.program_cpu_ns / 2)
    warnings.push_back("interception took " +
                       std::to_string(c.quality.interception_cpu_ns * 100 / std::max<Ns>(c.quality.program_cpu_ns, 1)) +
                       " % of the program's own CPU time while it was recorded: computing may be predicted some tens "
                       "of percent too long (waiting for networks, disks and sleeps is not affected)");
  std::uint64_t orphans = 0;
  for (std::uint32_t i = 0; i < c.threads.size(); ++i)
    if (!c.program.threads[i].spawned && i != 0 && c.trace.tables.threads()[i].creator_plus_one) ++orphans;
  if (orphans)
    warnings.push_back(std::to_string(orphans) +
                       " threads start at their recorded time: their creation was not recorded");
}

/// Completes what the walk has summed.
RecordingQuality quality_of(const Context& c) {
  RecordingQuality quality = c.quality;
  const auto& footer = c.trace.footer;
  const bool cut = !c.trace.incomplete.empty() || (footer && !footer->truncated_by.empty());
  quality.partial = cut || starts_in_the_middle(c.trace.header);
  if (!footer) return quality;
  for (const NamedCount& loss : footer->losses) quality.lost += loss.count;
  // While the recorder used a core, a thread of the program may have waited for it.
  quality.waited_for_core_ns = std::max<Ns>(quality.waited_for_core_ns - footer->recorder_cpu_ns, 0);
  return quality;
}

/// Of threads that wait for one thing at a time, before event loops are split.
std::vector<ThreadBudget> thread_budgets(const Context& c, const std::vector<PolledSources>& polled) {
  std::vector<ThreadBudget> budgets;
  for (std::uint32_t i = 0; i < c.program.threads.size(); ++i) {
    if (!std::ranges::all_of(polled[i].marks, &PollMark::alone)) continue;
    const auto last_answer = c.threads[i].receives.before(INT64_MAX);
    budgets.push_back(budget_of(c.program, i, last_answer ? last_answer->end : 0));
  }
  return budgets;
}

}  // namespace

void finalize(Context& c) {
  end_open_threads(c);
  settle_ends(c);
  leave_unread_bytes(c);
  settle_interpreters(c);
  const Numbers numbers = number(c);
  std::vector<PolledSources> polled;
  std::vector<Visits> visits;
  for (const Thread& thread : c.trace.tables.threads()) {
    const std::uint32_t i = thread.index.value;
    compact(c, i, numbers);
    ThreadState& t = c.threads[i];
    c.counts.add(Count::spins_folded, t.emit.spins_folded());
    c.counts.add(Count::external_waits, t.emit.external_polls());
    c.program.threads.push_back({thread.process.value, thread.tid, t.spawned, thread.start_ns, std::move(t.emit.ops),
                                 std::move(t.emit.origins), 0, 0, t.timeouts.usual()});
    polled.push_back(renumbered(std::exchange(t.polled, {}), numbers, c.space));
    visits.push_back(std::move(t.visits));
  }
  name_processes(c);
  c.sharing.finish(c.program);
  if (c.options.order == Order::arrival) {
    const std::vector<ThreadBudget> budgets = thread_budgets(c, polled);
    SplitLoops woven;
    woven.regions = kFirstWovenRegion;
    for (const std::uint32_t t : weave_strands(c.program, visits, woven)) polled[t] = PolledSources(c.space);
    const std::vector<std::uint32_t> listener = listeners(c, numbers);
    SplitLoops split = split_event_loops(c.program, polled, listener, eventfds(c, numbers));
    c.counts.add(Count::relaxed_handlers, split.handlers + woven.handlers);
    c.counts.add(Count::lent_connections, split.lent);
    c.counts.add(Count::paced_requests, woven.paced);
    split.fibers.insert(split.fibers.end(), woven.fibers.begin(), woven.fibers.end());
    Dealt dealt = deal_evenly(c.program, split.fibers);
    note_thread_budgets(budgets, dealt);
    dealt.moved += begin_in_order(c.program, split.fibers, listener);
    c.counts.add(Count::dealt_exchanges, dealt.moved);
    c.counts.add(Count::kept_exchanges, dealt.kept);
    c.quality.kept_share_ppm = static_cast<std::uint32_t>(std::min(dealt.kept_share, 1e3) * 1e6);
  }
  c.counts.add(Count::datagrams_lost, c.datagrams.lost());
  c.program.counts = c.counts.named();
  c.program.quality = quality_of(c);
  warn(c);
}

}  // namespace simrec::replay::causal
