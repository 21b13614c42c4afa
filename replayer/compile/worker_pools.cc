#include "replayer/compile/worker_pools.h"

#include <algorithm>
#include <map>
#include <utility>

namespace simrec::replay::causal {
namespace {

constexpr std::uint32_t kSeveral = UINT32_MAX;

/// What the ops say about one connection. Threads + 1; 0 = none, kSeveral = more than one.
struct Service {
  std::uint32_t acceptor = 0;
  std::uint32_t server = 0;  ///< threads other than the client that move its bytes
};

void note(std::uint32_t& who, std::uint32_t thread) {
  if (who == 0) who = thread + 1;
  if (who != thread + 1) who = kSeveral;
}

bool moves_bytes(OpKind kind) { return kind == OpKind::send || kind == OpKind::recv || kind == OpKind::recv_end; }

/// Collects who does what, thread by thread.
class Survey {
 public:
  explicit Survey(const Program& program)
      : program_(program), services_(program.connections.size()), accepts_(program.threads.size()) {
    for (std::uint32_t t = 0; t < program.threads.size(); ++t)
      for (const Op& op : program.threads[t].ops) note_op(t, op);
  }

  const std::vector<Service>& services() const { return services_; }
  /// Connections that the thread accepted, in order.
  const std::vector<std::uint32_t>& accepts(std::uint32_t thread) const { return accepts_[thread]; }

 private:
  void note_op(std::uint32_t t, const Op& op) {
    if (op.kind == OpKind::accept) {
      note(services_[op.target].acceptor, t);
      accepts_[t].push_back(op.target);
    } else if (moves_bytes(op.kind)) {
      const std::uint32_t connection = program_.streams[op.target].connection_plus_one;
      if (connection && !is_client(connection - 1, t)) note(services_[connection - 1].server, t);
    }
  }

  /// A client's other threads count as clients, too, unless the server is in the same process.
  bool is_client(std::uint32_t connection, std::uint32_t t) const {
    const Connection& c = program_.connections[connection];
    const std::uint32_t client = program_.threads[c.client_thread].process;
    if (client == program_.threads[c.server_thread].process) return t == c.client_thread;
    return program_.threads[t].process == client;
  }

  const Program& program_;
  std::vector<Service> services_;
  std::vector<std::vector<std::uint32_t>> accepts_;
};

/// Threads, and what makes them a pool: a listener, or the thread that accepts for them.
using Candidates = std::map<std::uint32_t, std::vector<std::uint32_t>>;

void make_pools(const Candidates& candidates, std::size_t fewest, WorkerPools& pools) {
  for (const auto& [shared, threads] : candidates)
    if (threads.size() >= fewest)
      for (const std::uint32_t t : threads) pools.pool_plus_one[t] = threads.front() + 1;
}

/// Threads that accept from one listener each, by listener.
Candidates sharers_of_listeners(const Survey& survey, std::span<const PolledSources> polled,
                                std::span<const std::uint32_t> listener) {
  Candidates found;
  for (std::uint32_t t = 0; t < polled.size(); ++t) {
    const auto& accepts = survey.accepts(t);
    if (accepts.empty() || !waits_for_one_at_a_time(polled[t])) continue;
    const auto known = [&](std::uint32_t c) { return c < listener.size() && listener[c] == listener[accepts.front()]; };
    if (std::ranges::all_of(accepts, known)) found[listener[accepts.front()]].push_back(t);
  }
  return found;
}

/// Threads that serve several connections accepted by another one of their process, by that one.
Candidates takers_from_queues(const Program& program, const Survey& survey, std::span<const PolledSources> polled) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> served;  // by acceptor and server
  for (const Service& s : survey.services()) {
    if (s.acceptor == 0 || s.acceptor == kSeveral || s.server == 0 || s.server == kSeveral) continue;
    const std::uint32_t from = s.acceptor - 1, t = s.server - 1;
    const bool queue = from != t && program.threads[from].process == program.threads[t].process;
    if (queue && t < polled.size() && survey.accepts(t).empty() && waits_for_one_at_a_time(polled[t]))
      ++served[{from, t}];
  }
  Candidates found;
  for (const auto& [who, connections] : served)
    if (connections > 1) found[who.first].push_back(who.second);
  return found;
}

}  // namespace

bool waits_for_one_at_a_time(const PolledSources& polled) {
  return std::ranges::all_of(polled.marks, [](const PollMark& mark) { return mark.alone; });
}

WorkerPools find_worker_pools(const Program& program, std::span<const PolledSources> polled,
                              std::span<const std::uint32_t> listener) {
  WorkerPools pools{std::vector<std::uint32_t>(program.threads.size()),
                    std::vector<std::uint32_t>(program.connections.size()),
                    std::vector<bool>(program.connections.size())};
  const Survey survey(program);
  make_pools(sharers_of_listeners(survey, polled, listener), 2, pools);
  make_pools(takers_from_queues(program, survey, polled), 1, pools);
  for (std::size_t c = 0; c < survey.services().size(); ++c) {
    const Service& s = survey.services()[c];
    pools.handed_on[c] = s.acceptor != 0 && s.server != 0 && s.server != s.acceptor;
    if (pools.handed_on[c] && s.server != kSeveral && pools.pool_plus_one[s.server - 1] &&
        survey.accepts(s.server - 1).empty())
      pools.adopter_plus_one[c] = s.server;
  }
  return pools;
}

}  // namespace simrec::replay::causal
