#include "replayer/compile/worker_pools.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace simrec::replay::causal {
namespace {

/// What the ops say about one connection.
struct Service {
  std::optional<std::uint32_t> acceptor;  ///< thread
  std::vector<std::uint32_t> servers;     ///< other threads that move its bytes, but not for the client
};

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
      services_[op.target].acceptor = t;
      accepts_[t].push_back(op.target);
    } else if (moves_bytes(op.kind)) {
      const std::uint32_t connection = program_.streams[op.target].connection_plus_one;
      if (connection && !is_client(connection - 1, t)) note_server(services_[connection - 1].servers, t);
    }
  }

  static void note_server(std::vector<std::uint32_t>& servers, std::uint32_t t) {
    if (std::ranges::find(servers, t) == servers.end()) servers.push_back(t);
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
Candidates sharers_of_listeners(const Survey& survey, const std::vector<bool>& one_at_a_time,
                                std::span<const std::uint32_t> listener) {
  Candidates found;
  for (std::uint32_t t = 0; t < one_at_a_time.size(); ++t) {
    const auto& accepts = survey.accepts(t);
    if (accepts.empty() || !one_at_a_time[t]) continue;
    const auto known = [&](std::uint32_t c) { return c < listener.size() && listener[c] == listener[accepts.front()]; };
    if (std::ranges::all_of(accepts, known)) found[listener[accepts.front()]].push_back(t);
  }
  return found;
}

/// Threads that serve several connections accepted by another one of their process, by that one.
Candidates takers_from_queues(const Program& program, const Survey& survey, const std::vector<bool>& one_at_a_time) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> served;  // by acceptor and server
  const auto can_take = [&](std::uint32_t from, std::uint32_t t) {
    return program.threads[from].process == program.threads[t].process && survey.accepts(t).empty() && one_at_a_time[t];
  };
  for (const Service& s : survey.services())
    for (const std::uint32_t t : s.servers)
      if (s.acceptor && t != *s.acceptor && can_take(*s.acceptor, t)) ++served[{*s.acceptor, t}];
  Candidates found;
  for (const auto& [who, connections] : served)
    if (connections > 1) found[who.first].push_back(who.second);
  return found;
}

/// Those that shared_pollers.h has given strands to: their connections are served already, by a pool of its own.
std::vector<bool> threads_of_loops(const Program& program) {
  std::vector<bool> found(program.threads.size());
  for (std::uint32_t t = 0; t < program.threads.size(); ++t) {
    const ProgramThread& thread = program.threads[t];
    for (const std::uint32_t leader_plus_one : {thread.loop_plus_one, thread.pool_plus_one})
      if (leader_plus_one != 0) found[leader_plus_one - 1] = found[t] = true;
  }
  return found;
}

}  // namespace

WorkerPools find_worker_pools(const Program& program, std::span<const PolledSources> polled,
                              std::span<const std::uint32_t> listener) {
  WorkerPools pools{std::vector<bool>(program.threads.size()), std::vector<std::uint32_t>(program.threads.size()),
                    std::vector<std::uint32_t>(program.connections.size()),
                    std::vector<bool>(program.connections.size())};
  const std::vector<bool> in_a_loop = threads_of_loops(program);
  for (std::size_t t = 0; t < std::min(polled.size(), program.threads.size()); ++t)
    pools.one_at_a_time[t] = !in_a_loop[t] && std::ranges::all_of(polled[t].marks, &PollMark::alone);
  const Survey survey(program);
  make_pools(sharers_of_listeners(survey, pools.one_at_a_time, listener), 2, pools);
  make_pools(takers_from_queues(program, survey, pools.one_at_a_time), 1, pools);
  for (std::size_t c = 0; c < survey.services().size(); ++c) {
    const Service& s = survey.services()[c];
    if (!s.acceptor) continue;
    std::vector<std::uint32_t> others = s.servers;
    std::erase(others, *s.acceptor);
    pools.handed_on[c] = !others.empty();
    if (others.empty() || !survey.accepts(others.front()).empty()) continue;
    const std::uint32_t pool = pools.pool_plus_one[others.front()];
    if (std::ranges::all_of(others, [&](std::uint32_t t) { return pools.pool_plus_one[t] == pool; }))
      pools.adopter_plus_one[c] = pool;
  }
  return pools;
}

}  // namespace simrec::replay::causal
