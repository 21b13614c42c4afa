#include "replayer/cli/critical_path.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "replayer/program/describe.h"

namespace simrec::replay {
namespace {

/// Gives each text one number; the first one, 0, is that of "".
class NameTable {
 public:
  std::uint32_t operator()(const std::string& name) {
    const auto [entry, is_new] = index_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
    if (is_new) names_.push_back(name);
    return entry->second;
  }
  std::vector<std::string> take() { return std::move(names_); }

 private:
  std::vector<std::string> names_{""};
  std::unordered_map<std::string, std::uint32_t> index_{{"", 0}};
};

std::string what(const Program& program, const PathPart& part) {
  if (part.what_plus_one == 0) return "";
  const std::uint32_t index = part.what_plus_one - 1;
  switch (part.kind) {
    case PathKind::latency:
    case PathKind::bandwidth:
    case PathKind::window:
      return program.streams.at(index).label;
    case PathKind::connect:
      return program.connections.at(index).label;
    case PathKind::disk:
      return program.ios.at(index).label;
    default:
      return describe_thread(program, index);
  }
}

bool is_transfer(PathKind kind) {
  return kind == PathKind::latency || kind == PathKind::bandwidth || kind == PathKind::window;
}

std::int64_t pid_of(const Program& program, std::uint32_t thread) {
  return program.processes.at(program.threads.at(thread).process).pid;
}

/// Divides the threads' computing on the path by what was sampled in them, each thread's exactly: the rounded sums of
/// the first n functions are what they are due.
std::vector<PathFunction> functions_on_path(const Program& program, const Outcome& outcome, NameTable& names) {
  std::map<std::uint32_t, Ns> computed;
  for (const PathPart& part : outcome.path)
    if (part.kind == PathKind::compute) computed[part.thread] += part.duration_ns;
  std::map<std::uint32_t, std::vector<const SampledFunction*>> sampled;
  for (const SampledFunction& function : program.sampled) sampled[function.thread].push_back(&function);
  std::vector<PathFunction> functions;
  for (const auto& [thread, own] : sampled) {
    const auto on_path = computed.find(thread);
    if (on_path == computed.end()) continue;
    double all = 0, seen = 0;
    for (const SampledFunction* function : own) all += static_cast<double>(function->cpu_ns);
    Ns given = 0;
    for (const SampledFunction* function : own) {
      seen += static_cast<double>(function->cpu_ns);
      const bool last = function == own.back();
      const Ns due = last ? on_path->second : static_cast<Ns>(static_cast<double>(on_path->second) * (seen / all));
      if (due > given)
        functions.push_back({pid_of(program, thread), program.threads[thread].tid, names(function->name), due - given});
      given = std::max(given, due);
    }
  }
  return functions;
}

CriticalPath critical_path(const Program& program, const Outcome& outcome) {
  CriticalPath path;
  NameTable names;
  // Many steps have the same words.
  std::map<std::pair<PathKind, std::uint32_t>, std::uint32_t> known;
  Ns at = 0;
  for (const PathPart& part : outcome.path) {
    const auto [word, is_new] = known.try_emplace({part.kind, part.what_plus_one}, 0);
    if (is_new) word->second = names(what(program, part));
    path.steps.push_back({.start_ns = at,
                          .duration_ns = part.duration_ns,
                          .kind = part.kind,
                          .pid = pid_of(program, part.thread),
                          .tid = program.threads.at(part.thread).tid,
                          .what = word->second,
                          .waited_ns = part.waited_ns});
    at += part.duration_ns;
  }
  path.functions = functions_on_path(program, outcome, names);
  path.names = names.take();
  return path;
}

std::vector<ConnectionResult> connections(const Program& program, const Outcome& outcome) {
  std::vector<Ns> on_path(outcome.streams.size());
  for (const PathPart& part : outcome.path)
    if (is_transfer(part.kind) && part.what_plus_one) on_path.at(part.what_plus_one - 1) += part.duration_ns;
  const auto host = [&](std::uint32_t thread) {
    const std::uint32_t process = program.threads.at(thread).process;
    return process < outcome.processes.size() ? outcome.processes[process].host : "";
  };
  std::vector<ConnectionResult> result;
  for (std::size_t s = 0; s < outcome.streams.size(); ++s) {
    const Stream& stream = program.streams.at(s);
    const StreamUse& use = outcome.streams[s];
    if (use.messages == 0 && use.wait_ns == 0) continue;
    result.push_back({.name = stream.label,
                      .from_pid = pid_of(program, stream.writer_thread),
                      .to_pid = pid_of(program, stream.reader_thread),
                      .from_host = host(stream.writer_thread),
                      .to_host = host(stream.reader_thread),
                      .messages = use.messages,
                      .bytes = use.bytes,
                      .wait_ns = use.wait_ns,
                      .path_ns = on_path[s]});
  }
  return result;
}

}  // namespace

void add_critical_path(Prediction& prediction, const Program& program, const Outcome& outcome) {
  if (outcome.path_followed) prediction.path = critical_path(program, outcome);
  prediction.connections = connections(program, outcome);
  for (const LinkUse& link : outcome.links)
    prediction.links.push_back(
        {link.name, link.bandwidth, link.latency_s, link.bytes, link.busy_ns, link.bytes_over_time});
}

}  // namespace simrec::replay
