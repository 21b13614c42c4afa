#include "replayer/compile/event_loops.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "replayer/compile/arrivals.h"
#include "replayer/compile/fiber_writer.h"
#include "replayer/compile/handler_order.h"
#include "replayer/compile/late_answers.h"
#include "replayer/compile/late_work.h"
#include "replayer/compile/lead.h"
#include "replayer/compile/lent_connections.h"
#include "replayer/compile/nested_connections.h"
#include "replayer/compile/pumps.h"
#include "replayer/compile/ready_sources.h"
#include "replayer/compile/worker_pools.h"

namespace simrec::replay::causal {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

/// Splits one thread.
class Splitter {
 public:
  Splitter(Program& program, std::uint32_t thread, const PolledSources& polled, const WorkerPools& pools,
           const EventSources& events, SplitLoops& split)
      : program_(program),
        split_(split),
        thread_(thread),
        polled_(polled),
        reported_(polled),
        pools_(pools),
        events_(events),
        in_turn_(pools.one_at_a_time[thread]),
        pooled_(pools.pool_plus_one[thread] != 0),
        ops_(std::move(program.threads[thread].ops)),
        pumps_(program, ops_, events),
        leads_(program, ops_, pumps_.posted()),
        late_(program, thread, ops_, polled),
        nested_(program, ops_),
        origins_(std::move(program.threads[thread].origins)),
        writer_(program, thread, ops_, origins_, pooled_),
        region_{ScratchSequence<Handler>(ops_.space()), ScratchSequence<std::uint32_t>(ops_.space())} {}

  void run() {
    for (at_ = 0; at_ < ops_.size(); ++at_) {
      pass_marks();
      pass_wishes();
      writer_.pass(at_);
      const Op& op = ops_[at_];
      feeder_ = pumps_.next(op);
      if (op.kind == OpKind::send) answered_ = leads_.sends(op);
      const bool mine = !writer_.is_pinned(at_) && (in_region_ ? continues(op) : begins(op));
      if (op.kind == OpKind::recv) note_arrival(op);
      if (op.kind == OpKind::connect) late_.waits_for_one();
      if (mine) continue;
      if (in_region_) end_region();
      writer_.keep(at_);
    }
    program_.threads[thread_].ops = writer_.has_fibers() ? writer_.take_ops() : std::move(ops_);
    program_.threads[thread_].origins = writer_.has_fibers() ? writer_.take_origins() : std::move(origins_);
  }

 private:
  /// Does the op read an eventfd?
  bool reads_event(const Op& op) const { return event_read_by(op, events_) != 0; }

  SourceKey source_of(const Op& op) const {
    return op.kind == OpKind::wait ? events_[op.target] : source_of_transfer(program_, op);
  }

  void pass_marks() {
    while (const PollMark* mark = reported_.next(at_, split_.regions)) {
      arrivals_.poll();
      if (mark->alone) late_.waits_for_one();
    }
  }
  void pass_wishes() {
    for (; wish_ < polled_.wishes.size() && polled_.wishes[wish_].first_op <= at_; ++wish_)
      if (in_region_ && !handlers_.empty()) order_.asks_for(polled_.wishes[wish_].source);
  }

  /// Does a region begin with this op?
  bool begins(const Op& op) {
    if (in_turn_) {
      const bool before_accept =
          op.kind == OpKind::sleep && droppable(op) && ops_[at_ + op.target].kind == OpKind::accept;
      return (before_accept || next_connection()) && open_region(op);
    }
    const bool idle_poll = op.kind == OpKind::sleep && droppable(op);
    if (!idle_poll && !(op.kind == OpKind::accept && reported_.any()) &&
        !((op.kind == OpKind::recv || op.kind == OpKind::send || op.kind == OpKind::recv_end || reads_event(op)) &&
          reported_.is_ready(source_of(op))))
      return false;
    return open_region(op);
  }

  bool open_region(const Op& op) {
    in_region_ = true;
    region_begin_ = head_end_ = at_;
    handlers_.clear();
    awaited_.clear();
    leads_.begin_region();
    order_.clear();
    arrivals_.clear();
    last_received_ = kNone;
    return continues(op);
  }

  /// The same as continues() for a thread that waits for one thing at a time: it serves one connection after the
  /// other, and waits for nobody else meanwhile.
  bool continues_in_turn(const Op& op) {
    if (op.kind == OpKind::sleep) return droppable(op);
    if (const auto connection = at_ < head_end_ ? std::nullopt : next_connection()) {
      if (!handlers_.empty() && !has_moved_) return false;  // it collects connections
      open_handler(*connection);
      has_moved_ = pools_.handed_on[*connection];
      if (op.kind == OpKind::accept || op.kind == OpKind::wait) return true;
    }
    if (handlers_.empty()) return harmless(op);
    const bool serves = transfers(op) && op.kind != OpKind::connect && source_of(op) == handlers_.back().source;
    has_moved_ = has_moved_ || serves;
    has_spawned_ = has_spawned_ || op.kind == OpKind::spawn;
    // A new thread tells that it has begun.
    return serves || harmless(op) || is_chance(op, pooled_) ||
           (waits_for_threads(op) && (has_spawned_ || at_ < head_end_));
  }

  /// The connection to which the thread turns with the op at hand: one that it accepts, or takes from its pool's queue,
  /// perhaps again. The wait for a queue to fill belongs to what comes out.
  std::optional<std::uint32_t> next_connection() {
    const Op& op = ops_[at_];
    if (op.kind == OpKind::accept) return op.target;
    if (!pooled_ || is_chance(op, pooled_) || !(waits_for_threads(op) || transfers(op))) return std::nullopt;
    const std::uint32_t goal = next_event();
    if (goal == ops_.size() || !transfers(ops_[goal]) || ops_[goal].kind == OpKind::accept) return std::nullopt;
    const SourceKey source = source_of(ops_[goal]);
    const bool adopted = is_connection(source) && pools_.adopter_plus_one[source] == pools_.pool_plus_one[thread_];
    const bool goes_on = transfers(op) && in_region_ && !handlers_.empty() && handlers_.back().source == source;
    if (!adopted || goes_on) return std::nullopt;
    head_end_ = goal;
    return source;
  }

  /// First op from here on that is neither harmless nor a wait for a thread.
  std::uint32_t next_event() {
    if (event_ < at_) event_ = at_;  // else all up to there are
    while (event_ < ops_.size() && (harmless(ops_[event_]) || waits_for_threads(ops_[event_]))) ++event_;
    return event_;
  }

  /// Takes the op into the region; false if the region ends before it.
  bool continues(const Op& op) {
    if (op.kind == OpKind::signal && (op.flags & kAfterAll)) return false;
    if (in_turn_) return continues_in_turn(op);
    if (op.kind == OpKind::sleep) return droppable(op);
    if (harmless(op)) return true;
    if (reads_event(op)) return takes_event(op);
    if (!transfers(op) || (op.kind == OpKind::connect && !(op.flags & kNonblocking))) return false;
    if (feeder_) return passes_on(op);
    const SourceKey source = source_of(op);
    if (passes_on_late(op, source)) {
      only_learned_ = false;
    } else if (op.kind == OpKind::accept) {
      reported_.accepted(source);
      open_handler(source);
    } else if (learns_of_connection(op)) {
      if (!reported_.is_ready(source)) return false;
      push_handler(source);
      order_.learns_of(source);
      only_learned_ = true;
    } else if (reported_.is_ready(source)) {
      const bool turns = handlers_.empty() || handlers_.back().source != source;
      if (turns && op.kind == OpKind::send && !handlers_.empty() && late_.answers(source, handlers_.back().source))
        open_late_handler(source);
      else if (turns || starts_anew(op))
        open_handler(source);
      else if (only_learned_)
        order_.touch(source);
      only_learned_ = false;
      if (op.kind == OpKind::send) {
        order_.await_asker(source);
        if (const auto nested = nested_.ended_before(at_)) order_.await_last_of(*nested);
      }
    } else {
      if (op.kind == OpKind::recv || op.kind == OpKind::recv_end || handlers_.empty()) return false;
      if (op.kind == OpKind::send) {
        sends_unasked(op, source);
      } else {
        order_.touch(source);
      }
    }
    if (learns_of_connection(op)) return true;
    if (op.kind == OpKind::send) has_sent_ = true;
    if (op.kind != OpKind::finish) has_moved_ = true;
    note_flow(op, source);
    if (op.kind == OpKind::send || op.kind == OpKind::finish) order_.keep_order(op.target);
    return true;
  }

  /// A send on a source that was not reported: a late answer, else what came from another one.
  void sends_unasked(const Op& op, SourceKey source) {
    if (late_.answers(source, handlers_.back().source)) return open_late_handler(source);
    const std::optional<std::uint32_t> giver = arrivals_.giver_of(op.value);
    const SourceKey origin = giver ? handlers_[*giver].source : handlers_.back().source;
    late_.answered(origin);
    if (giver && *giver != current()) {
      open_handler(source);
      order_.await(*giver);
    } else {
      order_.touch(source);
      if (lent_.lend(source, origin)) ++split_.lent;
    }
  }

  /// A proxy that writes what it read before it polled: opens the handler that does.
  bool passes_on_late(const Op& op, SourceKey source) {
    if (op.kind != OpKind::send || op.value <= 0 || (op.flags & kRefill) || !is_connection(source)) return false;
    if (order_.was_asked_for(source)) return false;  // it comes from who asked for room
    const auto other_side = [&](std::uint32_t handler) {
      return handler < handlers_.size() && late_.are_sides(source, handlers_[handler].source);
    };
    const std::optional<std::uint32_t> giver = arrivals_.giver_before_poll(op.value, other_side);
    if (!giver) return false;
    const SourceKey origin = handlers_[*giver].source;
    late_.answered(origin);
    open_handler(source);
    order_.await(*giver);
    if (lent_.lend(source, origin)) ++split_.lent;
    return true;
  }

  bool takes_event(const Op& op) {
    const SourceKey source = source_of(op);
    if (!reported_.is_ready(source)) return false;
    if (handlers_.empty() || handlers_.back().source != source || has_moved_) open_handler(source);
    has_moved_ = true;
    last_received_ = current();
    return true;
  }

  /// A pump's output is a fiber of its own. It waits for what it passes on.
  bool passes_on(const Op& op) {
    if (handlers_.empty()) return false;
    const SourceKey source = op.target | kStreamSource;
    if (handlers_.back().source != source) open_handler(source);
    order_.await_last_of(*feeder_);
    if (answered_) order_.await(*answered_);
    order_.keep_order(op.target);
    return true;
  }

  void note_arrival(const Op& op) {
    const std::int64_t bytes = arrivals_.advance(op);
    if (!in_region_ || handlers_.empty()) return;
    arrivals_.add(current(), bytes);
    leads_.receives(op, current());
  }

  /// Who sends twice without having received in between has what it sends from another source: from the last one
  /// that the thread received from. A pump's output is nearly always ready; what makes it write is its input.
  void note_flow(const Op& op, SourceKey source) {
    if (op.kind == OpKind::recv || op.kind == OpKind::recv_end) {
      last_received_ = current();
      sent_last_[source] = false;
      late_.receives(source);
    } else if (op.kind == OpKind::send) {
      bool& sent_last = sent_last_[source];
      if (sent_last && last_received_ != kNone && (op.flags & kRefill) == 0) order_.await(last_received_);
      sent_last = true;
      late_.answered(source);
    }
  }

  std::uint32_t current() const { return order_.current(); }

  /// A second wait of the same visit gives others their chance: a program that reads or writes on would poll again.
  bool starts_anew(const Op& op) const {
    return op.kind == OpKind::send ? has_sent_ : op.kind != OpKind::finish && has_moved_;
  }

  void open_handler(SourceKey source) {
    push_handler(source);
    order_.touch(source);
  }

  /// Of an answer that comes late, with what its task computed: since the loop came round, or since the answer before.
  /// If neither was, with nothing.
  void open_late_handler(SourceKey source) {
    std::uint32_t first = at_;
    while (first > handlers_.back().first + 1 && ops_[first - 1].kind == OpKind::compute) --first;
    const std::uint32_t rounds = reported_.rounds_since(first, at_);
    if (rounds == 0 && !late_work_.in_round()) first = at_;
    push_handler(source, first);
    order_.touch(source);
    if (first < at_) late_work_.add(first, at_, rounds > 1);
  }

  void push_handler(SourceKey source) {
    late_work_.end_round(ops_);
    push_handler(source, at_);
  }
  void push_handler(SourceKey source, std::uint32_t first) {
    if (!handlers_.empty()) handlers_.back().end = first;
    handlers_.push_back({first, first, source, 0, awaited_.size(), 0});
    has_sent_ = has_moved_ = has_spawned_ = only_learned_ = false;
  }

  /// An idle poll whose timeout expired before a source was ready, and nothing was done about it: in a region, time
  /// passes by itself.
  bool droppable(const Op& op) {
    if (!(op.flags & kInterruptible)) return false;
    const std::uint32_t goal = at_ + op.target;
    if (goal >= ops_.size() || writer_.is_pinned(goal)) return false;
    const OpKind kind = ops_[goal].kind;
    if (kind != OpKind::recv && kind != OpKind::recv_end && kind != OpKind::accept && !reads_event(ops_[goal]))
      return false;
    return next_action(at_ + 1) == goal &&
           (kind == OpKind::accept || reported_.will_be_ready(source_of(ops_[goal]), goal));
  }

  /// First op from `from` on that is neither compute nor an expired poll.
  std::uint32_t next_action(std::uint32_t from) {
    if (action_ < from || from < action_from_) {
      action_from_ = action_ = from;
      while (action_ < ops_.size() && (ops_[action_].kind == OpKind::compute ||
                                       (ops_[action_].kind == OpKind::sleep && (ops_[action_].flags & kInterruptible))))
        ++action_;
    }
    return action_;
  }

  void end_region() {
    in_region_ = false;
    late_work_.end_round(ops_);
    if (!handlers_.empty()) handlers_.back().end = at_;
    const std::vector<SourceKey> sources = handled_sources();
    if (sources.size() < (pooled_ ? 1 : 2)) {
      const std::uint32_t end = at_;
      for (at_ = region_begin_; at_ < end; ++at_) writer_.keep(at_);
      return;
    }
    for (std::uint32_t i = region_begin_; i < handlers_.front().first; ++i)
      if (ops_[i].kind != OpKind::sleep) writer_.keep(i);
    std::uint32_t fiber = writer_.write(region_, sources);
    for (const SourceKey source : sources) {
      const ReadySources::Times ready = reported_.times(source);
      split_.fibers.push_back({fiber++, source, split_.regions, ready.first_ns, ready.last_ns});
    }
    split_.handlers += handlers_.size();
    ++split_.regions;
  }

  /// Each once, ascending.
  std::vector<SourceKey> handled_sources() const {
    std::set<SourceKey> sources;
    for (const Handler& h : handlers_) sources.insert(h.source);
    return {sources.begin(), sources.end()};
  }

  Program& program_;
  SplitLoops& split_;
  const std::uint32_t thread_;
  const PolledSources& polled_;
  ReadySources reported_;
  const WorkerPools& pools_;
  const EventSources& events_;
  const bool in_turn_;  ///< it waits for one thing at a time
  const bool pooled_;
  ScratchSequence<Op> ops_;
  Pumps pumps_;
  Leads leads_;
  LateAnswers late_;
  LateWork late_work_;
  LentConnections lent_;
  NestedConnections nested_;
  std::optional<SourceKey> feeder_;        ///< of the op at hand, see Pumps
  std::optional<std::uint32_t> answered_;  ///< of the send at hand, see Leads
  ScratchSequence<OpOrigin> origins_;
  FiberWriter writer_;
  Region region_;
  ScratchSequence<Handler>& handlers_ = region_.handlers;
  ScratchSequence<std::uint32_t>& awaited_ = region_.awaited;
  HandlerOrder order_{program_, region_};
  std::uint32_t at_ = 0;
  std::uint32_t event_ = 0;     ///< see next_event()
  std::uint32_t head_end_ = 0;  ///< ops before it bring the connection at hand
  bool in_region_ = false, has_sent_ = false, has_moved_ = false, has_spawned_ = false;
  bool only_learned_ = false;  ///< the current handler has only learned that its connection is there
  std::uint32_t region_begin_ = 0;
  std::size_t wish_ = 0;
  Arrivals arrivals_;
  std::uint32_t last_received_ = kNone;            ///< handler that received last in this region
  std::unordered_map<SourceKey, bool> sent_last_;  ///< of a source's transfers, the last one sent
  std::uint32_t action_ = 0, action_from_ = kNone;
};

bool accepts_several(const ProgramThread& thread) {
  return std::ranges::count(thread.ops, OpKind::accept, &Op::kind) > 1;
}

}  // namespace

SplitLoops split_event_loops(Program& program, const std::vector<PolledSources>& polled,
                             std::span<const std::uint32_t> listener, const EventSources& events) {
  SplitLoops split;
  const std::size_t threads = std::min(program.threads.size(), polled.size());
  const WorkerPools pools = find_worker_pools(program, polled, listener);
  for (std::uint32_t t = 0; t < threads; ++t) {
    if (pools.one_at_a_time[t] ? pools.pool_plus_one[t] != 0 || accepts_several(program.threads[t])
                               : polled[t].marks.size() > 1)
      Splitter(program, t, polled[t], pools, events, split).run();
  }
  for (std::uint32_t t = 0; t < threads; ++t)
    if (pools.pool_plus_one[t] && pools.pool_plus_one[t] != t + 1)
      program.threads[t].pool_plus_one = pools.pool_plus_one[t];
  return split;
}

}  // namespace simrec::replay::causal
