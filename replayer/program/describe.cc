#include "replayer/program/describe.h"

#include <algorithm>
#include <array>

#include "trace-format/syscall_table.h"

namespace simrec::replay {
namespace {

constexpr std::array kOpNames = {"compute", "sleep", "send", "recv",   "finish", "recv_end", "connect", "accept",
                                 "signal",  "wait",  "arm",  "expire", "io",     "spawn",    "exit"};

const OpOrigin* origin_of(const ProgramThread& thread, std::uint32_t op) {
  auto after = std::ranges::upper_bound(thread.origins, op, {}, &OpOrigin::first_op);
  return after == thread.origins.begin() ? nullptr : &*std::prev(after);
}

/// Kind of the op that releases a waiting one.
OpKind releasing_kind(OpKind waiting) {
  switch (waiting) {
    case OpKind::recv:
      return OpKind::send;
    case OpKind::send:
      return OpKind::recv;
    case OpKind::recv_end:
      return OpKind::finish;
    case OpKind::accept:
      return OpKind::connect;
    case OpKind::wait:
      return OpKind::signal;
    case OpKind::expire:
      return OpKind::arm;
    default:
      return OpKind::exit;
  }
}

std::string stream_label(const Program& program, std::uint32_t stream) {
  return stream < program.streams.size() ? program.streams[stream].label : "stream " + std::to_string(stream);
}

const char* wait_verb(const Op& op) {
  if (op.cause == Cause::child) return "waits for the end of";
  return "waits to be released by";
}

}  // namespace

const char* op_name(OpKind kind) {
  const auto i = static_cast<std::size_t>(kind);
  return i < kOpNames.size() ? kOpNames[i] : "?";
}

std::string describe_thread(const Program& program, std::uint32_t thread) {
  const ProgramThread& t = program.threads.at(thread);
  const ProgramProcess& p = program.processes.at(t.process);
  std::string text = (p.name.empty() ? "process" : p.name) + "[" + std::to_string(p.pid) + "]";
  if (t.tid != p.pid) text += " thread " + std::to_string(t.tid);
  return text;
}

std::string describe_call(const Program& program, std::uint32_t thread, std::uint32_t op) {
  const ProgramThread& t = program.threads.at(thread);
  if (op >= t.ops.size()) return "its end";
  const OpOrigin* origin = origin_of(t, op);
  if (!origin) return op_name(t.ops[op].kind);
  std::string text{event_name(origin->event_kind)};
  if (origin->fd >= 0) text += " fd " + std::to_string(origin->fd);
  return text;
}

std::uint32_t find_releaser(const Program& program, std::span<const std::uint32_t> positions, std::uint32_t thread) {
  const ProgramThread& waiting = program.threads.at(thread);
  const auto search = [&](OpKind kind, std::uint32_t target) -> std::uint32_t {
    for (std::uint32_t i = 0; i < program.threads.size(); ++i) {
      const auto& ops = program.threads[i].ops;
      const std::size_t from = positions[i] == kNotStarted ? 0 : positions[i] + (i == thread ? 1U : 0U);
      for (std::size_t k = from; k < ops.size(); ++k)
        if (ops[k].kind == kind && ops[k].target == target) return i + 1;
    }
    return 0;
  };
  if (positions[thread] == kNotStarted) return search(OpKind::spawn, thread);
  if (positions[thread] >= waiting.ops.size()) return 0;
  const Op& op = waiting.ops[positions[thread]];
  const OpKind kind = releasing_kind(op.kind);
  return kind == OpKind::exit ? 0 : search(kind, op.target);
}

std::string describe_wait(const Program& program, std::uint32_t thread, std::uint32_t op) {
  const ProgramThread& t = program.threads.at(thread);
  std::string text = describe_thread(program, thread);
  if (op == kNotStarted) return text + " waits to be started";
  if (op >= t.ops.size()) return text + " has ended";
  text += " " + describe_call(program, thread, op) + " ";
  const Op& o = t.ops[op];
  switch (o.kind) {
    case OpKind::recv:
      return text + "waits for byte " + std::to_string(o.value) + " of " + stream_label(program, o.target);
    case OpKind::recv_end:
      return text + "waits for the end of " + stream_label(program, o.target);
    case OpKind::send:
      return text + "waits for room for " + std::to_string(o.value) + " bytes in " + stream_label(program, o.target);
    case OpKind::accept:
      return text + "waits for connection " +
             (o.target < program.connections.size() ? program.connections[o.target].label : std::to_string(o.target));
    case OpKind::connect:
      return text + "waits for its connection";
    case OpKind::wait:
      return text + wait_verb(o);
    case OpKind::expire:
      return text + "waits for its timer to be armed";
    default:
      return text + "does " + op_name(o.kind);
  }
}

std::string describe_standstill(const Program& program, std::span<const std::uint32_t> positions) {
  std::vector<std::uint32_t> step_of(program.threads.size(), 0);  // 1-based place on the walk, 0 = not met
  const auto stuck = [&](std::uint32_t t) {
    return positions[t] != kNotStarted && positions[t] < program.threads[t].ops.size();
  };
  std::string dead_end;
  for (std::uint32_t start = 0; start < program.threads.size(); ++start) {
    if (!stuck(start) || step_of[start]) continue;
    std::vector<std::uint32_t> walk;
    std::uint32_t t = start;
    while (!step_of[t]) {
      walk.push_back(t);
      step_of[t] = static_cast<std::uint32_t>(walk.size());
      const std::uint32_t next = find_releaser(program, positions, t);
      if (!next) {
        if (dead_end.empty()) {
          dead_end = describe_wait(program, t, positions[t]);
          dead_end +=
              program.threads[t].ops[std::min<std::size_t>(positions[t], program.threads[t].ops.size() - 1)].kind ==
                      OpKind::wait
                  ? " something that nobody does any more"
                  : ", which nobody can provide any more";
        }
        break;
      }
      t = next - 1;
    }
    const auto begin = std::ranges::find(walk, t);
    if (begin == walk.end() || !find_releaser(program, positions, t)) continue;
    std::string text = "a cycle of waits: ";
    for (auto it = begin; it != walk.end(); ++it) {
      if (it != begin) text += "; ";
      text += describe_wait(program, *it, positions[*it]);
      const std::uint32_t from = find_releaser(program, positions, *it);
      if (from)
        text += (program.threads[*it].ops[positions[*it] == kNotStarted ? 0 : positions[*it]].kind == OpKind::wait
                     ? " "
                     : " from ") +
                describe_thread(program, from - 1);
    }
    return text;
  }
  return dead_end.empty() ? "no thread can go on" : dead_end;
}

}  // namespace simrec::replay
