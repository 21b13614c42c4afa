#include "trace-format/path_shares.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "trace-format/function_name.h"

namespace simrec {
namespace {

/// Names of processes by pid, and who talks to whom by name of the connection.
class Names {
 public:
  explicit Names(const Prediction& prediction) {
    for (const ProcessResult& process : prediction.summary.processes) process_[process.pid] = process.name;
    for (const ConnectionResult& connection : prediction.connections)
      receiver_.try_emplace(connection.name, connection.to_pid);
  }
  std::string process(std::int64_t pid) const {
    const auto found = process_.find(pid);
    return found != process_.end() && !found->second.empty() ? found->second : "pid " + std::to_string(pid);
  }
  /// As the replayer names threads, e.g. those that held a lock.
  std::string thread(std::int64_t pid, std::int64_t tid) const {
    const std::string name = process(pid) + "[" + std::to_string(pid) + "]";
    return tid == pid ? name : name + " thread " + std::to_string(tid);
  }
  std::string ends(std::int64_t from_pid, const std::string& connection) const {
    const auto to = receiver_.find(connection);
    return process(from_pid) + " → " + (to == receiver_.end() ? connection : process(to->second));
  }

 private:
  std::unordered_map<std::int64_t, std::string> process_;
  std::unordered_map<std::string, std::int64_t> receiver_;
};

/// "worker" of "worker[12] thread 15".
std::string process_part(const std::string& thread) { return thread.substr(0, thread.rfind('[')); }

std::string who(const Names& names, const CriticalPath& path, const PathStep& step) {
  const std::string& what = path.names[step.what];
  switch (step.kind) {
    case PathKind::latency:
    case PathKind::bandwidth:
    case PathKind::window:
    case PathKind::connect:
      return names.ends(step.pid, what);
    case PathKind::lock:
      return names.process(step.pid) + (what.empty() ? "" : ", held by " + process_part(what));
    default:
      return names.process(step.pid);
  }
}

template <class Share>
std::vector<Share> longest_first(std::vector<Share> shares) {
  std::ranges::stable_sort(shares, std::ranges::greater{}, &Share::path_ns);
  return shares;
}

template <class Key, class Share>
std::vector<Share> values(std::map<Key, Share> map) {
  std::vector<Share> list;
  for (auto& [key, share] : map) list.push_back(std::move(share));
  return list;
}

}  // namespace

std::array<Ns, kPathKinds> path_by_kind(const CriticalPath& path) {
  std::array<Ns, kPathKinds> sums{};
  for (const PathStep& step : path.steps) sums[static_cast<std::size_t>(step.kind)] += step.duration_ns;
  return sums;
}

std::vector<PathShare> path_shares(const Prediction& prediction) {
  const Names names(prediction);
  const CriticalPath& path = *prediction.path;
  // Steps are many, pairs of a kind and who are few: their text is made once for each combination of numbers.
  std::map<std::tuple<PathKind, std::int64_t, std::uint32_t>, PathShare> by_numbers;
  for (const PathStep& step : path.steps) {
    PathShare& share = by_numbers[{step.kind, step.pid, step.what}];
    if (share.steps++ == 0) {
      share.kind = step.kind;
      share.who = who(names, path, step);
    }
    share.path_ns += step.duration_ns;
    share.waited_ns += step.waited_ns;
  }
  std::map<std::pair<PathKind, std::string>, PathShare> by_who;
  for (const auto& [numbers, share] : by_numbers) {
    PathShare& sum = by_who[{share.kind, share.who}];
    sum.kind = share.kind;
    sum.who = share.who;
    sum.path_ns += share.path_ns;
    sum.steps += share.steps;
    sum.waited_ns += share.waited_ns;
  }
  return longest_first(values(std::move(by_who)));
}

std::vector<FunctionShare> function_shares(const Prediction& prediction) {
  if (!prediction.path) return {};
  const Names names(prediction);
  std::map<std::pair<std::string, std::string>, FunctionShare> by_name;
  for (const PathFunction& function : prediction.path->functions) {
    const std::string process = names.process(function.pid);
    const std::string name(plain_function_name(prediction.path->names[function.what]));
    FunctionShare& share = by_name[{process, name}];
    share.process = process;
    share.function = name;
    share.path_ns += function.path_ns;
  }
  return longest_first(values(std::move(by_name)));
}

std::vector<LockShare> lock_shares(const Prediction& prediction) {
  if (!prediction.path) return {};
  const Names names(prediction);
  std::map<std::pair<std::int64_t, std::uint32_t>, LockShare> by_threads;
  for (const PathStep& step : prediction.path->steps) {
    if (step.kind != PathKind::lock) continue;
    LockShare& share = by_threads[{step.tid, step.what}];
    if (share.waits++ == 0) {
      share.waiter = names.thread(step.pid, step.tid);
      share.holder = prediction.path->names[step.what];
    }
    share.waited_ns += step.waited_ns;
  }
  std::vector<LockShare> shares = values(std::move(by_threads));
  std::ranges::stable_sort(shares, std::ranges::greater{}, &LockShare::waited_ns);
  return shares;
}

std::vector<ConnectionShare> connection_shares(const Prediction& prediction) {
  const Names names(prediction);
  std::map<std::tuple<std::string, std::string, std::string, std::string>, ConnectionShare> by_ends;
  for (const ConnectionResult& connection : prediction.connections) {
    const std::string from = names.process(connection.from_pid), to = names.process(connection.to_pid);
    ConnectionShare& share = by_ends[{from, to, connection.from_host, connection.to_host}];
    if (share.connections++ == 0) {
      share.name = connection.name;
      share.from = from;
      share.to = to;
      share.from_host = connection.from_host;
      share.to_host = connection.to_host;
    }
    share.messages += connection.messages;
    share.bytes += connection.bytes;
    share.wait_ns += connection.wait_ns;
    share.path_ns += connection.path_ns;
  }
  std::vector<ConnectionShare> shares = values(std::move(by_ends));
  std::ranges::stable_sort(shares, [](const ConnectionShare& a, const ConnectionShare& b) {
    return std::tuple(a.path_ns, a.wait_ns, a.bytes) > std::tuple(b.path_ns, b.wait_ns, b.bytes);
  });
  return shares;
}

}  // namespace simrec
