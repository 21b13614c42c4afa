#include "replayer/compile/shared_work.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

namespace simrec::replay::causal {
namespace {

/// Fewer exchanges say nothing about who shares what.
constexpr std::size_t kFewestExchanges = 8;
/// Connections of one pool end within so many mean exchanges of each other.
constexpr double kEndsWithinExchanges = 4;

/// Consecutive ops of a fiber; received bytes count from the segment's beginning.
struct Segment {
  std::vector<Op> ops;
  std::vector<OpOrigin> origins;  ///< first_op counts from the segment's beginning
  std::uint32_t fiber = 0;        ///< of the side's fibers
  std::int64_t sent = 0, received = 0;
  bool plain = true;  ///< nothing but sends and receives of this connection, and computing
};

using Fibers = std::vector<const Fiber*>;

/// One side of a connection: what comes before the first exchange, then exchange after exchange.
struct Side {
  Fibers fibers;                  ///< of consecutive regions of one event loop
  std::uint32_t out = 0, in = 0;  ///< streams
  Segment head;
  std::vector<Segment> exchanges;
};

struct Pair {
  Side client, server;
  Ns last_ns = 0;
};

/// Splits fibers where they turn to the next exchange: `first` is what an exchange begins with on this side.
class Cutter {
 public:
  Cutter(const Program& program, OpKind first) : program_(program), first_(first) {}

  std::optional<Side> cut(const Fibers& fibers) {
    side_.fibers = fibers;
    for (fiber_ = 0; fiber_ < fibers.size(); ++fiber_) {
      const ProgramThread& thread = program_.threads[fibers[fiber_]->thread];
      // An exchange that two regions share belongs to neither.
      if (fiber_ > 0 && (!other_seen_ || thread.ops.front().kind != first_)) return std::nullopt;
      for (std::uint32_t i = 0; i < thread.ops.size(); ++i)
        if (!add(thread, i)) return std::nullopt;
    }
    if (!has_out_ || !has_in_ || side_.exchanges.empty()) return std::nullopt;
    return std::move(side_);
  }

 private:
  Segment& segment() { return side_.exchanges.empty() ? side_.head : side_.exchanges.back(); }

  bool add(const ProgramThread& thread, std::uint32_t index) {
    Op op = thread.ops[index];
    if (op.kind == first_ && (side_.exchanges.empty() || other_seen_)) {
      side_.exchanges.emplace_back().fiber = fiber_;
      other_seen_ = false;
    }
    if (op.kind == OpKind::send && !one_stream(has_out_, side_.out, op)) return false;
    if (op.kind == OpKind::recv) {
      if (!one_stream(has_in_, side_.in, op)) return false;
      const std::int64_t position = op.value;
      op.value -= received_;
      received_ = position;
      segment().received += op.value;
    }
    if (op.kind == OpKind::send) segment().sent += op.value;
    const bool transfer = op.kind == OpKind::send || op.kind == OpKind::recv;
    other_seen_ = other_seen_ || (transfer && op.kind != first_);
    segment().plain = segment().plain && (transfer || op.kind == OpKind::compute);
    note_origin(thread, index);
    segment().ops.push_back(op);
    return true;
  }

  static bool one_stream(bool& known, std::uint32_t& stream, const Op& op) {
    if (known) return stream == op.target;
    known = true;
    stream = op.target;
    return true;
  }

  void note_origin(const ProgramThread& thread, std::uint32_t index) {
    const auto next = std::ranges::upper_bound(thread.origins, index, {}, &OpOrigin::first_op);
    if (next == thread.origins.begin()) return;
    OpOrigin origin = *std::prev(next);
    origin.first_op = static_cast<std::uint32_t>(segment().ops.size());
    auto& origins = segment().origins;
    if (origins.empty() || origins.back().event_kind != origin.event_kind || origins.back().fd != origin.fd)
      origins.push_back(origin);
  }

  const Program& program_;
  const OpKind first_;
  Side side_;
  std::uint32_t fiber_ = 0;
  bool has_out_ = false, has_in_ = false, other_seen_ = false;
  std::int64_t received_ = 0;
};

bool is_exchange(const Segment& client, const Segment& server) {
  return client.sent == server.received && client.received == server.sent;
}

class Dealer {
 public:
  Dealer(Program& program, std::span<const Fiber> fibers) : program_(program), uses_(program.streams.size()) {
    for (const ProgramThread& thread : program.threads) {
      const auto own = static_cast<std::uint32_t>(&thread - program.threads.data()) + 1;
      const std::uint32_t number = thread.loop_plus_one != 0 ? thread.loop_plus_one : own;
      for (const Op& op : thread.ops)
        if (op.kind == OpKind::send || op.kind == OpKind::recv) note_use(op, number);
    }
    std::map<SourceKey, std::map<std::uint32_t, Fibers>> by_source;  // and by loop
    for (const Fiber& fiber : fibers)
      by_source[fiber.source][program.threads[fiber.thread].loop_plus_one].push_back(&fiber);
    for (const auto& [source, loops] : by_source)
      if (!(source & kStreamSource) && loops.size() == 2) add_pair(loops.begin()->second, loops.rbegin()->second);
  }

  std::uint64_t deal() {
    std::uint64_t moved = 0;
    for (auto& [key, pairs] : pools_)
      if (share_work(pairs)) moved += even_out(pairs, shape_of(key));
    return moved;
  }

 private:
  struct Shape {
    std::int64_t sent, received;
    bool operator==(const Shape&) const = default;
  };
  /// Regions of client and server, and the usual exchange.
  using Key = std::tuple<std::uint32_t, std::uint32_t, std::int64_t, std::int64_t>;
  static Shape shape_of(const Key& key) { return {std::get<2>(key), std::get<3>(key)}; }

  /// Threads that use a stream, by their event loops, + 1.
  struct Uses {
    std::uint32_t sender = 0, receiver = 0;
    bool shared = false;
  };
  void note_use(const Op& op, std::uint32_t thread_plus_one) {
    Uses& uses = uses_[op.target];
    std::uint32_t& user = op.kind == OpKind::send ? uses.sender : uses.receiver;
    uses.shared = uses.shared || (user != 0 && user != thread_plus_one);
    user = thread_plus_one;
  }

  static OpKind first_transfer(const ProgramThread& thread) {
    for (const Op& op : thread.ops)
      if (op.kind == OpKind::send || op.kind == OpKind::recv) return op.kind;
    return OpKind::exit;
  }

  void add_pair(const Fibers& a, const Fibers& b) {
    const bool a_asks = first_transfer(program_.threads[a.front()->thread]) == OpKind::send;
    const Fibers &client = a_asks ? a : b, &server = a_asks ? b : a;
    if (first_transfer(program_.threads[server.front()->thread]) != OpKind::recv) return;
    auto asks = Cutter(program_, OpKind::send).cut(client);
    auto answers = Cutter(program_, OpKind::recv).cut(server);
    if (!asks || !answers || asks->out != answers->in || asks->in != answers->out) return;
    if (uses_[asks->out].shared || uses_[asks->in].shared) return;
    if (asks->exchanges.size() != answers->exchanges.size() || asks->exchanges.size() < kFewestExchanges) return;
    for (std::size_t i = 0; i < asks->exchanges.size(); ++i)
      if (!is_exchange(asks->exchanges[i], answers->exchanges[i])) return;
    const Segment& usual = asks->exchanges[asks->exchanges.size() / 2];
    pools_[{client.front()->region, server.front()->region, usual.sent, usual.received}].push_back(
        {std::move(*asks), std::move(*answers), client.back()->last_ready_ns});
  }

  /// Did the connections end because the work was done?
  static bool share_work(const std::vector<Pair>& pairs) {
    if (pairs.size() < 2) return false;
    Ns first_end = pairs.front().last_ns, last_end = first_end;
    double interval_sum = 0;
    for (const Pair& pair : pairs) {
      first_end = std::min(first_end, pair.last_ns);
      last_end = std::max(last_end, pair.last_ns);
      interval_sum += static_cast<double>(pair.last_ns - pair.client.fibers.front()->first_ready_ns) /
                      static_cast<double>(pair.client.exchanges.size());
    }
    return static_cast<double>(last_end - first_end) <=
           kEndsWithinExchanges * interval_sum / static_cast<double>(pairs.size());
  }

  std::uint64_t even_out(std::vector<Pair>& pairs, const Shape& shape) {
    std::size_t total = 0;
    for (const Pair& pair : pairs) total += pair.client.exchanges.size();
    std::ranges::stable_sort(pairs, std::greater{}, [](const Pair& p) { return p.client.exchanges.size(); });
    const std::size_t share = total / pairs.size();
    std::size_t more = total % pairs.size();
    std::vector<std::pair<Segment, Segment>> spare;
    std::vector<std::size_t> goals;
    for (Pair& pair : pairs) {
      goals.push_back(share + (more > 0 ? 1 : 0));
      more -= more > 0 ? 1 : 0;
      take_surplus(pair, goals.back(), shape, spare);
    }
    const std::uint64_t moved = spare.size();
    for (std::size_t i = 0; i < pairs.size(); ++i)
      for (; !spare.empty() && pairs[i].client.exchanges.size() < goals[i]; spare.pop_back())
        insert(pairs[i], std::move(spare.back()));
    for (; !spare.empty(); spare.pop_back()) insert(pairs.front(), std::move(spare.back()));
    if (moved > 0)
      for (const Pair& pair : pairs) rebuild(pair.client), rebuild(pair.server);
    return moved;
  }

  /// The last exchange stays: with it goes what ends the connection.
  static void take_surplus(Pair& pair, std::size_t goal, const Shape& shape,
                           std::vector<std::pair<Segment, Segment>>& spare) {
    auto &asks = pair.client.exchanges, &answers = pair.server.exchanges;
    for (std::size_t i = asks.size() - 1; i-- > 1 && asks.size() > goal;) {
      const bool usual = Shape{asks[i].sent, asks[i].received} == shape && asks[i].plain && answers[i].plain;
      if (!usual) continue;
      spare.emplace_back(std::move(asks[i]), std::move(answers[i]));
      asks.erase(asks.begin() + static_cast<std::ptrdiff_t>(i));
      answers.erase(answers.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  static void insert(Pair& pair, std::pair<Segment, Segment> exchange) {
    exchange.first.fiber = pair.client.exchanges.back().fiber;
    exchange.second.fiber = pair.server.exchanges.back().fiber;
    pair.client.exchanges.insert(std::prev(pair.client.exchanges.end()), std::move(exchange.first));
    pair.server.exchanges.insert(std::prev(pair.server.exchanges.end()), std::move(exchange.second));
  }

  void rebuild(const Side& side) {
    for (const Fiber* fiber : side.fibers) {
      program_.threads[fiber->thread].ops.clear();
      program_.threads[fiber->thread].origins.clear();
    }
    std::int64_t received = 0;
    append(side.head, side, received);
    for (const Segment& segment : side.exchanges) append(segment, side, received);
  }

  void append(const Segment& segment, const Side& side, std::int64_t& received) {
    ProgramThread& thread = program_.threads[side.fibers[segment.fiber]->thread];
    const auto first = static_cast<std::uint32_t>(thread.ops.size());
    for (OpOrigin origin : segment.origins) {
      origin.first_op += first;
      thread.origins.push_back(origin);
    }
    for (Op op : segment.ops) {
      if (op.kind == OpKind::send) op.target = side.out;
      if (op.kind == OpKind::recv) {
        op.target = side.in;
        op.value = received += op.value;
      }
      thread.ops.push_back(op);
    }
  }

  Program& program_;
  std::vector<Uses> uses_;
  std::map<Key, std::vector<Pair>> pools_;
};

}  // namespace

std::uint64_t deal_evenly(Program& program, std::span<const Fiber> fibers) { return Dealer(program, fibers).deal(); }

}  // namespace simrec::replay::causal
