#include "replayer/compile/shared_work.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "replayer/compile/chained_connections.h"
#include "replayer/compile/exchanges.h"
#include "replayer/program/origin_cursor.h"

namespace simrec::replay::causal {
namespace {

/// Connections of one pool end within so many mean exchanges of each other, or see less_apart_than().
constexpr double kEndsWithinExchanges = 4;

struct Pair {
  Side client, server;
};

/// What one chain of connections got of the work, and when. A chain: each but the first was begun when the one before
/// had ended.
struct Share {
  Ns first_ns = 0, last_ns = 0;  ///< polls that reported the client's side, while recording
  std::size_t count = 0;         ///< of exchanges that it has

  void add(const Share& next) {
    first_ns = count == 0 ? next.first_ns : std::min(first_ns, next.first_ns);
    last_ns = std::max(last_ns, next.last_ns);
    count += next.count;
  }
};

struct Chain : Share {
  std::vector<Pair> pairs;  ///< in the order in which they began
};

/// By their first connection.
template <class T>
using Chains = std::map<SourceKey, T>;

class Dealer {
 public:
  Dealer(Program& program, std::span<const Fiber> fibers)
      : program_(program), space_(space_of(program)), uses_(program.streams.size()), chained_(program, fibers) {
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
        for (const auto& [loop, side] : loops) note_kept_side(side);
  }

  Dealt deal() {
    Dealt dealt;
    for (auto& [key, pool] : pools_) {
      std::vector<Chain> chains = with_enough(pool);
      if (share_work(chains)) dealt.moved += even_out(chains, shape_of(key));
    }
    for (auto& [key, pool] : kept_)
      if (const std::vector<Share> shares = with_enough(pool); share_work(shares)) note_imbalance(shares, dealt);
    return dealt;
  }

 private:
  /// Where the program's ops are: there is room for more.
  static std::shared_ptr<ScratchSpace> space_of(const Program& program) {
    return program.threads.empty() ? nullptr : program.threads.front().ops.space();
  }

  template <class T>
  static std::vector<T> with_enough(Chains<T>& pool) {
    std::vector<T> chains;
    for (auto& [first, chain] : pool)
      if (chain.count >= kFewestExchanges) chains.push_back(std::move(chain));
    return chains;
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
  void note_kept_side(const Fibers& client) {
    if (first_transfer(program_.threads[client.front()->thread]) != OpKind::send) return;
    auto asks = Cutter(program_, OpKind::send, space_).cut(client);
    const SourceKey connection = client.front()->source, first = chained_.first(connection);
    if (!asks || !has_enough(asks->exchanges.size(), first != connection)) return;
    const Segment usual = asks->exchanges[asks->exchanges.size() / 2];
    kept_[{client.front()->region, 0, usual.sent, usual.received}][first].add(share_of(client, asks->exchanges.size()));
  }

  /// Few are enough if they go on with a chain, but of one nothing can be moved.
  static bool has_enough(std::size_t exchanges, bool goes_on) {
    return exchanges >= kFewestExchanges || (exchanges > 1 && goes_on);
  }

  static void note_imbalance(const std::vector<Share>& shares, Dealt& dealt) {
    std::size_t total = 0, longest = 0;
    for (const Share& share : shares) {
      total += share.count;
      longest = std::max(longest, share.count);
    }
    note_kept(dealt, total, shares.size(), longest);
  }

  bool add_pair(const Fibers& a, const Fibers& b) {
    const bool a_asks = first_transfer(program_.threads[a.front()->thread]) == OpKind::send;
    const Fibers &client = a_asks ? a : b, &server = a_asks ? b : a;
    if (first_transfer(program_.threads[server.front()->thread]) != OpKind::recv) return false;
    auto asks = Cutter(program_, OpKind::send, space_).cut(client);
    auto answers = Cutter(program_, OpKind::recv, space_).cut(server);
    if (!asks || !answers || asks->out != answers->in || asks->in != answers->out) return false;
    if (uses_[asks->out].shared || uses_[asks->in].shared) return false;
    const std::size_t exchanges = asks->exchanges.size();
    const SourceKey connection = client.front()->source, first = chained_.first(connection);
    if (exchanges != answers->exchanges.size() || !has_enough(exchanges, first != connection)) return false;
    for (std::size_t i = 0; i < exchanges; ++i)
      if (!is_exchange(asks->exchanges[i], answers->exchanges[i])) return false;
    const Segment usual = asks->exchanges[exchanges / 2];
    Chain& chain = pools_[{client.front()->region, server.front()->region, usual.sent, usual.received}][first];
    chain.add(share_of(client, exchanges));
    chain.pairs.push_back({std::move(*asks), std::move(*answers)});
    return true;
  }

  static Share share_of(const Fibers& client, std::size_t exchanges) {
    return {client.front()->first_ready_ns, client.back()->last_ready_ns, exchanges};
  }

  /// Did the connections (Share) end because the work was done?
  template <class Shares>
  static bool share_work(const Shares& shares) {
    if (shares.size() < 2) return false;
    const auto [first, last] = std::ranges::minmax(shares, {}, &Share::last_ns);
    const auto [least, most] = std::ranges::minmax(shares, {}, &Share::count);
    double interval_sum = 0;
    for (const Share& share : shares)
      interval_sum += static_cast<double>(share.last_ns - share.first_ns) / static_cast<double>(share.count);
    const WorkEnds ends{last.last_ns - first.last_ns, last.last_ns - last.first_ns, least.last_ns <= most.last_ns};
    return static_cast<double>(ends.apart) <=
               kEndsWithinExchanges * interval_sum / static_cast<double>(shares.size()) ||
           less_apart_than(ends, least.count, most.count);
  }

  std::uint64_t even_out(std::vector<Chain>& chains, const Shape& shape) {
    std::size_t total = 0;
    for (const Chain& chain : chains) total += chain.count;
    std::ranges::stable_sort(chains, std::greater{}, &Chain::count);
    const std::size_t share = total / chains.size();
    std::size_t more = total % chains.size();
    ScratchSequence<Exchange> spare(space_);
    std::vector<std::size_t> goals;
    for (Chain& chain : chains) {
      goals.push_back(share + (more > 0 ? 1 : 0));
      more -= more > 0 ? 1 : 0;
      for (auto pair = chain.pairs.rbegin(); pair != chain.pairs.rend(); ++pair)
        chain.count -= take_surplus(*pair, chain.count - std::min(chain.count, goals.back()), shape, spare);
    }
    const std::uint64_t moved = spare.size();
    for (std::size_t i = 0; i < chains.size(); ++i)
      while (!spare.empty() && chains[i].count < goals[i]) insert(chains[i], spare);
    while (!spare.empty()) insert(chains.front(), spare);
    if (moved == 0) return 0;
    std::vector<Rebuilt> rebuilt;
    for (const Chain& chain : chains)
      for (const Pair& pair : chain.pairs) rebuild(pair.client, rebuilt), rebuild(pair.server, rebuilt);
    for (Rebuilt& fiber : rebuilt) {
      program_.threads[fiber.thread].ops = std::move(fiber.ops);
      program_.threads[fiber.thread].origins = std::move(fiber.origins);
    }
    return moved;
  }

  /// The last exchange stays: with it goes what ends the connection. Returns how many were taken.
  static std::size_t take_surplus(Pair& pair, std::size_t surplus, const Shape& shape,
                                  ScratchSequence<Exchange>& spare) {
    auto &asks = pair.client.exchanges, &answers = pair.server.exchanges;
    std::size_t taken = 0;
    for (std::size_t i = asks.size() - 1; i-- > 1 && taken < surplus;) {
      const bool usual = Shape{asks[i].sent, asks[i].received} == shape && asks[i].plain && answers[i].plain;
      if (!usual) continue;
      spare.push_back({asks[i], answers[i]});
      asks[i].gone = answers[i].gone = true;
      ++taken;
    }
    return taken;
  }

  /// Moves the last spare exchange to the chain's last connection.
  static void insert(Chain& chain, ScratchSequence<Exchange>& spare) {
    Pair& pair = chain.pairs.back();
    Exchange exchange = spare.back();
    spare.truncate(spare.size() - 1);
    exchange.client.fiber = pair.client.exchanges.back().fiber;
    exchange.server.fiber = pair.server.exchanges.back().fiber;
    pair.client.more.push_back(exchange.client);
    pair.server.more.push_back(exchange.server);
    ++chain.count;
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
    const auto add = [&](const Segment& segment, const auto& wanted) {
      const ProgramThread& from = program_.threads[segment.thread];
      append(segment, from, origins.try_emplace(segment.thread, from.origins).first->second, side, fibers, received,
             wanted);
    };
    const auto all = [](const Op&) { return true; };
    add(side.head, all);
    for (std::size_t i = 0; i + 1 < side.exchanges.size(); ++i)
      if (side.exchanges[i].gone)
        add(side.exchanges[i], is_plain_signal);
      else
        add(side.exchanges[i], all);
    for (const Segment& segment : side.more) add(segment, [](const Op& op) { return !is_plain_signal(op); });
    add(side.exchanges.back(), all);
  }

  template <class Wanted>
  static void append(const Segment& segment, const ProgramThread& from, OriginCursor& origin, const Side& side,
                     std::span<Rebuilt> fibers, std::int64_t& received, const Wanted& wanted) {
    Rebuilt& to = fibers[segment.fiber];
    std::int64_t position = segment.before;
    for (std::uint32_t i = segment.first; i < segment.first + segment.count; ++i) {
      Op op = from.ops[i];
      if (!wanted(op)) continue;
      add_origin(to.origins, static_cast<std::uint32_t>(to.ops.size()), origin.of(i));
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
  ChainedConnections chained_;
  std::map<Key, Chains<Chain>> pools_;
  std::map<Key, Chains<Share>> kept_;  ///< of clients whose servers cannot be dealt out
};

}  // namespace

Dealt deal_evenly(Program& program, std::span<const Fiber> fibers) { return Dealer(program, fibers).deal(); }

}  // namespace simrec::replay::causal
