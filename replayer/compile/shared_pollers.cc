#include "replayer/compile/shared_pollers.h"

#include <algorithm>
#include <deque>
#include <map>
#include <queue>
#include <unordered_map>
#include <utility>

#include "replayer/compile/fiber_writer.h"
#include "replayer/compile/relays.h"

namespace simrec::replay::causal {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
/// Runtimes spin with shorter sleeps.
constexpr Ns kRealSleepNs = 1'000'000;

bool is_idle_wait(const Op& op) { return op.kind == OpKind::wait && op.cause == Cause::sync; }
/// What a segment of a strand may hold besides its transfer.
bool follows(const Op& op) { return op.kind == OpKind::compute || op.kind == OpKind::io || is_plain_signal(op); }

/// Has one connection all but a tenth of the visits?
bool has_one_connection(const Program& program, std::span<const Visits> visits,
                        const std::vector<std::uint32_t>& threads) {
  std::unordered_map<SourceKey, std::uint64_t> count;
  std::uint64_t all = 0, most = 0;
  for (const std::uint32_t t : threads)
    for (const Visit& v : visits[t]) {
      const ScratchSequence<Op>& ops = program.threads[t].ops;
      if (v.op >= ops.size() || !transfers(ops[v.op])) continue;
      most = std::max(most, ++count[source_of_transfer(program, ops[v.op])]);
      ++all;
    }
  return 10 * most > 9 * all;
}

/// A thread and what becomes of it.
struct Worker {
  Worker(ProgramThread& t, std::uint32_t index, const Visits& v)
      : thread(index),
        visits(v),
        ops(std::move(t.ops)),
        origins(std::move(t.origins)),
        origin(origins),
        own(ops.space()),
        own_origins(ops.space()) {}

  const std::uint32_t thread;
  const Visits& visits;
  ScratchSequence<Op> ops;
  ScratchSequence<OpOrigin> origins;
  OriginCursor origin;
  ScratchSequence<Op> own;  ///< what it still does itself
  ScratchSequence<OpOrigin> own_origins;
  std::uint32_t at = 0;                ///< first op that has no place yet
  std::size_t visit = 0;               ///< next one
  std::uint32_t strand = kNone;        ///< that it has last worked for
  std::uint32_t after = kNone;         ///< token of what it did there, which its next own op comes after
  std::uint32_t received_for = kNone;  ///< strand, since it last waited
};

/// The strands of one process.
class Weaver {
 public:
  Weaver(Program& program, std::span<const Visits> visits, const std::vector<std::uint32_t>& threads, SplitLoops& split)
      : program_(program), split_(split), leader_(threads.front()) {
    for (const std::uint32_t t : threads) workers_.emplace_back(program.threads[t], t, visits[t]);
  }

  void run() {
    using Next = std::pair<std::uint32_t, std::size_t>;  // order, worker
    std::priority_queue<Next, std::vector<Next>, std::greater<>> next;
    const auto queue = [&](std::size_t w) {
      if (const Worker& worker = workers_[w]; worker.visit < worker.visits.size())
        next.emplace(worker.visits[worker.visit].order, w);
    };
    for (std::size_t w = 0; w < workers_.size(); ++w) queue(w);
    for (const Worker& worker : workers_) learn(worker);
    start_spawner();
    while (!next.empty()) {
      const std::size_t w = next.top().second;
      next.pop();
      visit(workers_[w]);
      queue(w);
    }
    for (Worker& worker : workers_) finish(worker);
    finish_strands();
  }

 private:
  struct Strand {
    std::uint32_t thread = 0;
    bool pending = false;  ///< it has received something that nothing was sent for yet
    Fiber fiber;
  };

  /// To which connections does the worker pass on what comes from others?
  void learn(const Worker& w) {
    ReadAhead ahead;
    SourceKey received = kStreamSource;  // none: no connection's
    for (const Op& op : w.ops) {
      const bool moves = transfers(op);
      const SourceKey key = moves ? source_of_transfer(program_, op) : 0;
      if (op.kind == OpKind::recv && is_connection(key)) {
        received = key;
        ahead.receives(key);
      } else if (op.kind == OpKind::send && op.value > 0 && is_connection(received) && is_connection(key)) {
        relays_.sends(key, ahead.answers(key) ? key : received);
      } else if (!moves && !follows(op)) {
        received = kStreamSource;
      }
    }
  }

  void visit(Worker& w) {
    const Visit visit = w.visits[w.visit++];
    if (visit.op < w.at || visit.op >= w.ops.size() || !transfers(w.ops[visit.op])) return;
    const Op& op = w.ops[visit.op];
    const SourceKey key = source_of_transfer(program_, op);
    if (!is_connection(key)) return;
    const Lead lead = settle(w, visit.op);
    const std::uint32_t s = strand_of(key, w, op, visit.at_ns);
    strands_[s].fiber.last_ready_ns = visit.at_ns;
    ++split_.handlers;
    const std::size_t head = ops_of(s).size();
    if (!comes_from_peer(op)) {
      await_cause(w, s, op, lead);
      add_lead(w, s, lead.first, visit.op);
      add(w, s, visit.op, visit.op + 1);
    } else {
      add(w, s, visit.op, visit.op + 1);
      add(w, s, lead.first, visit.op);
    }
    if (comes_from_peer(op) || w.strand != s || lead.waited) ops_of(s)[head].flags |= kTurn;
    note_flow(w, s, op);
    w.at = visit.op + 1;
    const std::uint32_t from = w.at;
    while (w.at < w.ops.size() && follows(w.ops[w.at])) ++w.at;
    add(w, s, from, w.at);
    w.strand = s;
    // Signalled here, since others go on with the strand before this thread's next visit.
    w.after = goes_on_alone(w) ? signal_from(s) : kNone;
  }

  /// Is something of the worker's own, or a strand that does not exist yet, the next thing that it does?
  bool goes_on_alone(const Worker& w) const {
    if (w.visit >= w.visits.size() || w.at < w.visits[w.visit].op) return w.at < w.ops.size();
    if (w.at >= w.ops.size() || !transfers(w.ops[w.at])) return true;
    return !by_key_.contains(source_of_transfer(program_, w.ops[w.at]));
  }

  /// What stands before a visit and after the last wait.
  struct Lead {
    std::uint32_t first = 0;
    bool waited = false;  ///< there was a wait
    bool slept = false;   ///< the latest one was for time, or for others outside of the process
    bool heard = false;   ///< it was for what came on a connection: a poll that another thread took it from
  };

  /// Gives the ops up to `end` to the thread itself, but for those that lead to the visit there.
  Lead settle(Worker& w, std::uint32_t end) {
    Lead lead{end};
    // What came from a peer may depend on whoever was woken before it was taken up.
    const bool keeps_wakes = end < w.ops.size() && comes_from_peer(w.ops[end]);
    const auto leads = [&](const Op& op) { return follows(op) && !(keeps_wakes && is_plain_signal(op)); };
    while (lead.first > w.at && leads(w.ops[lead.first - 1])) --lead.first;
    lead.waited = lead.first > w.at;
    if (lead.waited) w.received_for = kNone;
    for (; w.at < lead.first; ++w.at) {
      if (is_told_by_strand(w.ops[w.at])) continue;
      note_wait(w.ops[w.at], lead);
      keep(w, end);
    }
    return lead;
  }
  /// See unseen_requests.h: what the worker is about to answer is in the strand.
  bool is_told_by_strand(const Op& op) const {
    return op.kind == OpKind::recv && (op.flags & kPolls) && by_key_.contains(source_of_transfer(program_, op));
  }

  /// The worker's next op stays its own. `goal`: the visit that it leads to.
  void keep(Worker& w, std::uint32_t goal) {
    Op op = w.ops[w.at];
    if (op.kind == OpKind::sleep && (op.flags & kInterruptible)) {
      if (goal == w.ops.size() || comes_from_peer(w.ops[goal])) return;  // it was idle
      op.flags &= static_cast<std::uint16_t>(~(kInterruptible | kExpired));
      op.target = 0;
    }
    if (op.kind == OpKind::wait && (op.flags & kYields)) {
      op.flags &= static_cast<std::uint16_t>(~kYields);
      op.value = 0;
    }
    if (is_idle_wait(op)) op.flags |= kTurn;
    if (w.after != kNone) w.own.push_back({OpKind::wait, Cause::sync, kTurn, std::exchange(w.after, kNone), 0});
    add_to(w.own, w.own_origins, w, op, w.at);
  }

  void note_wait(const Op& op, Lead& lead) const {
    const bool receives = op.kind == OpKind::recv || op.kind == OpKind::recv_end;
    const bool sleeps = op.kind == OpKind::expire || (op.kind == OpKind::sleep && op.value >= kRealSleepNs);
    lead.heard = receives ? comes_from_outside(op.target) : lead.heard && op.kind != OpKind::wait && !sleeps;
    if (op.kind == OpKind::wait) lead.slept = !is_idle_wait(op);
    if (sleeps || lead.heard) lead.slept = true;
  }
  bool comes_from_outside(std::uint32_t stream) const {
    return program_.threads[program_.streams[stream].writer_thread].process != program_.threads[leader_].process;
  }

  /// A token that the strand signals now.
  std::uint32_t signal_from(std::uint32_t strand) {
    const std::uint32_t token = program_.tokens++;
    ops_of(strand).push_back({OpKind::signal, Cause::none, 0, token, 0});
    return token;
  }

  /// What the next op of the strand, which sends, comes after.
  void await_cause(Worker& w, std::uint32_t s, const Op& op, const Lead& lead) {
    if (op.kind != OpKind::send && op.kind != OpKind::connect) return;
    const bool answers = lead.heard && strands_[s].pending;  // not what the thread has heard of elsewhere
    if (lead.slept && !answers) {
      if (strands_[s].pending) ++split_.paced;
      const std::uint32_t token = program_.tokens++;
      w.own.push_back({OpKind::signal, Cause::none, 0, token, 0});
      ops_of(s).push_back({OpKind::wait, Cause::sync, kTurn, token, 0});
    }
    const std::uint32_t from = w.received_for;
    if (from == kNone || from == s) return;
    // A broker may pass one message on to many.
    const bool relayed = relays_.contains(strands_[s].fiber.source);
    if (!relayed && (strands_[s].pending || !strands_[from].pending)) return;
    strands_[from].pending = false;
    const std::uint32_t token = signal_from(from);
    ops_of(s).push_back({OpKind::wait, Cause::sync, kTurn, token, 0});
  }

  void note_flow(Worker& w, std::uint32_t s, const Op& op) {
    if (op.kind == OpKind::recv) {
      strands_[s].pending = true;
      w.received_for = s;
    } else if (op.kind == OpKind::send && op.value > 0) {
      strands_[s].pending = false;
    }
  }

  std::uint32_t strand_of(SourceKey key, Worker& w, const Op& first, Ns now) {
    const auto [it, added] = by_key_.try_emplace(key, static_cast<std::uint32_t>(strands_.size()));
    if (!added) return it->second;
    const std::uint32_t thread = new_fiber();
    const Op spawn{OpKind::spawn, Cause::none, 0, thread, 0};
    const bool awaits = !comes_from_peer(first) && w.after != kNone;
    if (awaits) program_.threads[thread].ops.push_back({OpKind::wait, Cause::sync, kTurn, w.after, 0});
    if (awaits || comes_from_peer(first))
      spawned_early_.push_back(spawn);  // it waits for that anyway
    else
      w.own.push_back(spawn);
    strands_.push_back({thread, false, {thread, key, split_.regions, now, now}});
    return it->second;
  }

  /// A fiber that starts those that wait for their peers. It begins with the first of the threads: what strands do was
  /// done by it and by later ones, so that none of them can have to come first.
  void start_spawner() {
    spawner_ = new_fiber();
    workers_.front().own.push_back({OpKind::spawn, Cause::none, 0, spawner_, 0});
  }

  std::uint32_t new_fiber() { return add_fiber(program_, leader_, workers_.front().ops.space()); }

  ScratchSequence<Op>& ops_of(std::uint32_t strand) { return program_.threads[strands_[strand].thread].ops; }

  void add(Worker& w, std::uint32_t strand, std::uint32_t first, std::uint32_t end) {
    ProgramThread& to = program_.threads[strands_[strand].thread];
    for (std::uint32_t i = first; i < end; ++i) add_to(to.ops, to.origins, w, w.ops[i], i);
  }

  /// What leads to a send. A worker that did not work for the strand before it woke others was not there yet: who was
  /// woken may be the one that comes to it first.
  void add_lead(Worker& w, std::uint32_t strand, std::uint32_t first, std::uint32_t end) {
    for (w.at = first; w.at < end; ++w.at)
      if (is_plain_signal(w.ops[w.at]) && w.strand != strand)
        keep(w, end);
      else
        add(w, strand, w.at, w.at + 1);
  }

  static void add_to(ScratchSequence<Op>& ops, ScratchSequence<OpOrigin>& origins, Worker& w, const Op& op,
                     std::uint32_t index) {
    add_origin(origins, static_cast<std::uint32_t>(ops.size()), w.origin.of(index));
    ops.push_back(op);
  }

  void finish(Worker& w) {
    const auto end = static_cast<std::uint32_t>(w.ops.size());
    for (; w.at < end; ++w.at) keep(w, end);
    ProgramThread& thread = program_.threads[w.thread];
    thread.ops = std::move(w.own);
    thread.origins = std::move(w.own_origins);
    if (w.thread != leader_) thread.pool_plus_one = leader_ + 1;
  }

  void finish_strands() {
    for (const Op& spawn : spawned_early_) program_.threads[spawner_].ops.push_back(spawn);
    program_.threads[spawner_].ops.push_back({OpKind::exit, Cause::none, 0, 0, 0});
    for (const Strand& s : strands_) {
      program_.threads[s.thread].ops.push_back({OpKind::exit, Cause::none, 0, 0, 0});
      split_.fibers.push_back(s.fiber);
    }
    ++split_.regions;
  }

  Program& program_;
  SplitLoops& split_;
  const std::uint32_t leader_;
  std::deque<Worker> workers_;
  std::vector<Strand> strands_;
  std::unordered_map<SourceKey, std::uint32_t> by_key_;
  Relays relays_;
  std::uint32_t spawner_ = kNone;
  std::vector<Op> spawned_early_;
};

}  // namespace

std::vector<std::uint32_t> weave_strands(Program& program, std::span<const Visits> visits, SplitLoops& split) {
  std::vector<std::uint32_t> woven;
  std::map<std::uint32_t, std::vector<std::uint32_t>> threads;  // by process
  for (std::uint32_t t = 0; t < visits.size(); ++t)
    if (!visits[t].empty()) threads[program.threads[t].process].push_back(t);
  for (const auto& [process, members] : threads) {
    if (has_one_connection(program, visits, members)) continue;
    Weaver(program, visits, members, split).run();
    woven.insert(woven.end(), members.begin(), members.end());
  }
  return woven;
}

}  // namespace simrec::replay::causal
