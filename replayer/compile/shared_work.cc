#include "replayer/compile/shared_work.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "replayer/program/origin_cursor.h"

namespace simrec::replay::causal {
namespace {

/// Fewer exchanges say nothing about who shares what.
constexpr std::size_t kFewestExchanges = 8;
/// Connections of one pool end within so many mean exchanges of each other.
constexpr double kEndsWithinExchanges = 4;

/// Consecutive ops of a fiber.
struct Segment {
  std::uint32_t thread = 0;            ///< of the program: where they are
  std::uint32_t first = 0, count = 0;  ///< ops
  std::uint32_t fiber = 0;             ///< of the side's fibers: where they go
  std::int64_t before = 0;             ///< bytes received before it
  std::int64_t sent = 0, received = 0;
  bool plain = true;  ///< nothing but sends and receives of this connection, and computing
  bool gone = false;  ///< given away
};

/// What a connection's two sides do for one request.
struct Exchange {
  Segment client, server;
};

using Fibers = std::vector<const Fiber*>;

/// One side of a connection: what comes before the first exchange, then exchange after exchange.
struct Side {
  explicit Side(const std::shared_ptr<ScratchSpace>& space) : exchanges(space), more(space) {}

  Fibers fibers;                  ///< of consecutive regions of one event loop
  std::uint32_t out = 0, in = 0;  ///< streams
  Segment head;
  ScratchSequence<Segment> exchanges;
  ScratchSequence<Segment> more;  ///< from other connections, to come before the last exchange
};

/// What one connection got of the work, and when.
struct Share {
  Ns first_ns = 0, last_ns = 0;  ///< polls that reported the client's side, while recording
  std::size_t count = 0;         ///< of exchanges that it has
};

struct Pair : Share {
  Side client, server;
};

/// Splits fibers where they turn to the next exchange: `first` is what an exchange begins with on this side.
class Cutter {
 public:
  Cutter(const Program& program, OpKind first, const std::shared_ptr<ScratchSpace>& space)
      : program_(program), first_(first), side_(space) {}

  std::optional<Side> cut(const Fibers& fibers) {
    side_.fibers = fibers;
    for (fiber_ = 0; fiber_ < fibers.size(); ++fiber_) {
      const std::uint32_t number = fibers[fiber_]->thread;
      const ProgramThread& thread = program_.threads[number];
      // An exchange that two regions share belongs to neither.
      if (fiber_ > 0 && (!other_seen_ || thread.ops.front().kind != first_)) return std::nullopt;
      if (fiber_ == 0) side_.head.thread = number;
      for (std::uint32_t i = 0; i < thread.ops.size(); ++i)
        if (!add(thread.ops[i], number, i)) return std::nullopt;
    }
    if (!has_out_ || !has_in_ || side_.exchanges.empty()) return std::nullopt;
    return std::move(side_);
  }

 private:
  Segment& segment() { return side_.exchanges.empty() ? side_.head : side_.exchanges.back(); }

  bool add(const Op& op, std::uint32_t thread, std::uint32_t index) {
    if (op.kind == first_ && (side_.exchanges.empty() || other_seen_)) {
      Segment next;
      next.thread = thread;
      next.first = index;
      next.fiber = fiber_;
      next.before = received_;
      side_.exchanges.push_back(next);
      other_seen_ = false;
    }
    Segment& current = segment();
    if (op.kind == OpKind::send && !one_stream(has_out_, side_.out, op)) return false;
    if (op.kind == OpKind::recv) {
      if (!one_stream(has_in_, side_.in, op)) return false;
      current.received += op.value - received_;
      received_ = op.value;
    }
    if (op.kind == OpKind::send) current.sent += op.value;
    const bool transfer = op.kind == OpKind::send || op.kind == OpKind::recv;
    other_seen_ = other_seen_ || (transfer && op.kind != first_);
    current.plain = current.plain && (transfer || op.kind == OpKind::compute);
    ++current.count;
    return true;
  }

  static bool one_stream(bool& known, std::uint32_t& stream, const Op& op) {
    if (known) return stream == op.target;
    known = true;
    stream = op.target;
    return true;
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
  Dealer(Program& program, std::span<const Fiber> fibers)
      : program_(program), space_(space_of(program)), uses_(program.streams.size()) {
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
      if (is_connection(source) && (loops.size() != 2 || !add_pair(loops.begin()->second, loops.rbegin()->second)))
        for (const auto& [loop, side] : loops) note_kept(side);
  }

  Dealt deal() {
    Dealt dealt;
    for (auto& [key, pairs] : pools_)
      if (share_work(pairs)) dealt.moved += even_out(pairs, shape_of(key));
    for (const auto& [key, shares] : kept_)
      if (share_work(shares)) note_imbalance(shares, dealt);
    return dealt;
  }

 private:
  /// Where the program's ops are: there is room for more.
  static std::shared_ptr<ScratchSpace> space_of(const Program& program) {
    return program.threads.empty() ? nullptr : program.threads.front().ops.space();
  }

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

  /// A client's side whose server's cannot be dealt out.
  void note_kept(const Fibers& client) {
    if (first_transfer(program_.threads[client.front()->thread]) != OpKind::send) return;
    auto asks = Cutter(program_, OpKind::send, space_).cut(client);
    if (!asks || asks->exchanges.size() < kFewestExchanges) return;
    const Segment usual = asks->exchanges[asks->exchanges.size() / 2];
    kept_[{client.front()->region, 0, usual.sent, usual.received}].push_back(share_of(client, asks->exchanges.size()));
  }

  static void note_imbalance(const std::vector<Share>& shares, Dealt& dealt) {
    std::size_t total = 0, longest = 0;
    for (const Share& share : shares) {
      total += share.count;
      longest = std::max(longest, share.count);
    }
    const double even = static_cast<double>(total) / static_cast<double>(shares.size());
    dealt.kept += total;
    dealt.kept_share = std::max(dealt.kept_share, static_cast<double>(longest) / even - 1);
  }

  bool add_pair(const Fibers& a, const Fibers& b) {
    const bool a_asks = first_transfer(program_.threads[a.front()->thread]) == OpKind::send;
    const Fibers &client = a_asks ? a : b, &server = a_asks ? b : a;
    if (first_transfer(program_.threads[server.front()->thread]) != OpKind::recv) return false;
    auto asks = Cutter(program_, OpKind::send, space_).cut(client);
    auto answers = Cutter(program_, OpKind::recv, space_).cut(server);
    if (!asks || !answers || asks->out != answers->in || asks->in != answers->out) return false;
    if (uses_[asks->out].shared || uses_[asks->in].shared) return false;
    if (asks->exchanges.size() != answers->exchanges.size() || asks->exchanges.size() < kFewestExchanges) return false;
    for (std::size_t i = 0; i < asks->exchanges.size(); ++i)
      if (!is_exchange(asks->exchanges[i], answers->exchanges[i])) return false;
    const std::size_t exchanges = asks->exchanges.size();
    const Segment usual = asks->exchanges[exchanges / 2];
    pools_[{client.front()->region, server.front()->region, usual.sent, usual.received}].push_back(
        {share_of(client, exchanges), std::move(*asks), std::move(*answers)});
    return true;
  }

  static Share share_of(const Fibers& client, std::size_t exchanges) {
    return {client.front()->first_ready_ns, client.back()->last_ready_ns, exchanges};
  }

  /// Did the connections (Share) end because the work was done?
  template <class Shares>
  static bool share_work(const Shares& shares) {
    if (shares.size() < 2) return false;
    Ns first_end = shares.front().last_ns, last_end = first_end;
    double interval_sum = 0;
    for (const Share& share : shares) {
      first_end = std::min(first_end, share.last_ns);
      last_end = std::max(last_end, share.last_ns);
      interval_sum += static_cast<double>(share.last_ns - share.first_ns) / static_cast<double>(share.count);
    }
    return static_cast<double>(last_end - first_end) <=
           kEndsWithinExchanges * interval_sum / static_cast<double>(shares.size());
  }

  std::uint64_t even_out(std::vector<Pair>& pairs, const Shape& shape) {
    std::size_t total = 0;
    for (const Pair& pair : pairs) total += pair.count;
    std::ranges::stable_sort(pairs, std::greater{}, &Pair::count);
    const std::size_t share = total / pairs.size();
    std::size_t more = total % pairs.size();
    ScratchSequence<Exchange> spare(space_);
    std::vector<std::size_t> goals;
    for (Pair& pair : pairs) {
      goals.push_back(share + (more > 0 ? 1 : 0));
      more -= more > 0 ? 1 : 0;
      take_surplus(pair, goals.back(), shape, spare);
    }
    const std::uint64_t moved = spare.size();
    for (std::size_t i = 0; i < pairs.size(); ++i)
      while (!spare.empty() && pairs[i].count < goals[i]) insert(pairs[i], spare);
    while (!spare.empty()) insert(pairs.front(), spare);
    if (moved == 0) return 0;
    std::vector<Rebuilt> rebuilt;
    for (const Pair& pair : pairs) rebuild(pair.client, rebuilt), rebuild(pair.server, rebuilt);
    for (Rebuilt& fiber : rebuilt) {
      program_.threads[fiber.thread].ops = std::move(fiber.ops);
      program_.threads[fiber.thread].origins = std::move(fiber.origins);
    }
    return moved;
  }

  /// The last exchange stays: with it goes what ends the connection.
  static void take_surplus(Pair& pair, std::size_t goal, const Shape& shape, ScratchSequence<Exchange>& spare) {
    auto &asks = pair.client.exchanges, &answers = pair.server.exchanges;
    for (std::size_t i = asks.size() - 1; i-- > 1 && pair.count > goal;) {
      const bool usual = Shape{asks[i].sent, asks[i].received} == shape && asks[i].plain && answers[i].plain;
      if (!usual) continue;
      spare.push_back({asks[i], answers[i]});
      asks[i].gone = answers[i].gone = true;
      --pair.count;
    }
  }

  /// Moves the last spare exchange to the pair.
  static void insert(Pair& pair, ScratchSequence<Exchange>& spare) {
    Exchange exchange = spare.back();
    spare.truncate(spare.size() - 1);
    exchange.client.fiber = pair.client.exchanges.back().fiber;
    exchange.server.fiber = pair.server.exchanges.back().fiber;
    pair.client.more.push_back(exchange.client);
    pair.server.more.push_back(exchange.server);
    ++pair.count;
  }

  using Origins = std::map<std::uint32_t, OriginCursor>;  ///< by thread

  /// New ops of a fiber. Those that it had may be wanted elsewhere.
  struct Rebuilt {
    std::uint32_t thread;
    ScratchSequence<Op> ops;
    ScratchSequence<OpOrigin> origins;
  };

  void rebuild(const Side& side, std::vector<Rebuilt>& rebuilt) const {
    const std::size_t first = rebuilt.size();
    for (const Fiber* fiber : side.fibers)
      rebuilt.push_back({fiber->thread, ScratchSequence<Op>(space_), ScratchSequence<OpOrigin>(space_)});
    const std::span<Rebuilt> fibers = std::span(rebuilt).subspan(first);
    Origins origins;
    std::int64_t received = 0;
    const auto add = [&](const Segment& segment) {
      const ProgramThread& from = program_.threads[segment.thread];
      append(segment, from, origins.try_emplace(segment.thread, from.origins).first->second, side, fibers, received);
    };
    add(side.head);
    for (std::size_t i = 0; i + 1 < side.exchanges.size(); ++i)
      if (!side.exchanges[i].gone) add(side.exchanges[i]);
    for (const Segment& segment : side.more) add(segment);
    add(side.exchanges.back());
  }

  static void append(const Segment& segment, const ProgramThread& from, OriginCursor& origin, const Side& side,
                     std::span<Rebuilt> fibers, std::int64_t& received) {
    Rebuilt& to = fibers[segment.fiber];
    const OpOrigin* last = nullptr;
    std::int64_t position = segment.before;
    for (std::uint32_t i = segment.first; i < segment.first + segment.count; ++i) {
      Op op = from.ops[i];
      if (const OpOrigin* now = origin.of(i)) {
        if (last == nullptr || now->event_kind != last->event_kind || now->fd != last->fd)
          to.origins.push_back({static_cast<std::uint32_t>(to.ops.size()), now->event_kind, now->fd});
        last = now;
      }
      if (op.kind == OpKind::send) op.target = side.out;
      if (op.kind == OpKind::recv) {
        const std::int64_t bytes = op.value - std::exchange(position, op.value);
        op.target = side.in;
        op.value = received += bytes;
      }
      to.ops.push_back(op);
    }
  }

  Program& program_;
  std::shared_ptr<ScratchSpace> space_;
  std::vector<Uses> uses_;
  std::map<Key, std::vector<Pair>> pools_;
  std::map<Key, std::vector<Share>> kept_;  ///< of clients whose servers cannot be dealt out
};

}  // namespace

Dealt deal_evenly(Program& program, std::span<const Fiber> fibers) { return Dealer(program, fibers).deal(); }

}  // namespace simrec::replay::causal
