#include "replayer/program/check.h"

#include <vector>

#include "replayer/program/describe.h"
#include "replayer/program/op_columns.h"

namespace simrec::replay {
namespace {

/// Number of targets an op kind may name; SIZE_MAX = it names none.
std::size_t target_limit(const Program& p, OpKind kind) {
  switch (kind) {
    case OpKind::send:
    case OpKind::recv:
    case OpKind::finish:
    case OpKind::recv_end:
      return p.streams.size();
    case OpKind::connect:
    case OpKind::accept:
      return p.connections.size();
    case OpKind::signal:
    case OpKind::wait:
      return p.tokens;
    case OpKind::arm:
    case OpKind::expire:
      return p.timers;
    case OpKind::io:
      return p.ios.size();
    case OpKind::spawn:
      return p.threads.size();
    default:
      return SIZE_MAX;
  }
}

std::string check_op(const Program& p, std::uint32_t t, std::uint32_t i) {
  const Op& op = p.threads[t].ops[i];
  const auto at = [&] { return describe_thread(p, t) + ", op " + std::to_string(i) + " (" + op_name(op.kind) + ")"; };
  const std::size_t limit = target_limit(p, op.kind);
  if (limit != SIZE_MAX && op.target >= limit)
    return at() + " names target " + std::to_string(op.target) + " that does not exist";
  if (op.value < 0) return at() + " has a negative value";
  if (op.kind == OpKind::wait && static_cast<std::uint64_t>(op.value) > p.gates.size())
    return at() + " has gate " + std::to_string(op.value) + " that does not exist";
  if (const char* fault = fault_of_sleep(op, p.threads[t].ops.size() - i, p.streams.size())) return at() + " " + fault;
  if ((op.kind == OpKind::exit) != (i + 1 == p.threads[t].ops.size())) return at() + ": exit is not the last op";
  return {};
}

std::string check_gates(const Program& p) {
  for (const Op& gate : p.gates)
    if (!can_be_gate(gate.kind) || gate.value < 0 || gate.target >= target_limit(p, gate.kind))
      return "a wait has a gate that nothing can open";
  return {};
}

std::string check_shape(const Program& p) {
  if (std::string error = check_tables(p); !error.empty()) return error;
  for (std::uint32_t t = 0; t < p.threads.size(); ++t) {
    if (p.threads[t].ops.empty()) return describe_thread(p, t) + " has no exit op";
    for (std::uint32_t i = 0; i < p.threads[t].ops.size(); ++i)
      if (std::string error = check_op(p, t, i); !error.empty()) return error;
  }
  return {};
}

/// The abstract machine: ops take no time, waits keep their meaning.
class Machine {
 public:
  explicit Machine(const Program& p)
      : p_(p),
        streams_(p.streams.size()),
        connected_(p.connections.size()),
        connection_waiters_(p.connections.size()),
        tokens_(p.tokens),
        token_waiters_(p.tokens),
        armed_(p.timers),
        timer_waiters_(p.timers),
        position_(p.threads.size(), kNotStarted) {
    for (std::uint32_t t = 0; t < p.threads.size(); ++t)
      if (!p.threads[t].spawned) start(t);
  }

  /// "" when every thread ended, else why not.
  std::string run() {
    while (!ready_.empty()) {
      const std::uint32_t t = ready_.back();
      ready_.pop_back();
      advance(t);
    }
    for (std::uint32_t t = 0; t < p_.threads.size(); ++t)
      if (position_[t] != p_.threads[t].ops.size())
        return "The program cannot proceed: " + describe_standstill(p_, position_) + ".";
    return {};
  }

 private:
  using Waiters = std::vector<std::uint32_t>;
  struct StreamState {
    std::int64_t sent = 0, consumed = 0;
    bool finished = false;
    Waiters readers;
    struct Writer {
      std::uint32_t thread;
      std::int64_t end;
    };
    std::vector<Writer> writers;
  };

  void start(std::uint32_t t) {
    if (position_[t] != kNotStarted) return;
    position_[t] = 0;
    ready_.push_back(t);
  }

  void release(Waiters& waiters) {
    ready_.insert(ready_.end(), waiters.begin(), waiters.end());
    waiters.clear();
  }

  void advance(std::uint32_t t) {
    const auto& ops = p_.threads[t].ops;
    while (position_[t] < ops.size() && step(t, ops[position_[t]])) ++position_[t];
  }

  bool hold(Waiters& waiters, std::uint32_t t, bool go) {
    if (!go) waiters.push_back(t);
    return go;
  }

  bool step(std::uint32_t t, const Op& op) {
    switch (op.kind) {
      case OpKind::send:
        return send(t, op);
      case OpKind::recv:
        return receive(t, op);
      case OpKind::finish:
        streams_[op.target].finished = true;
        release(streams_[op.target].readers);
        return true;
      case OpKind::recv_end:
        return hold(streams_[op.target].readers, t, streams_[op.target].finished);
      case OpKind::connect:
        connected_[op.target] = true;
        release(connection_waiters_[op.target]);
        return true;
      case OpKind::accept:
        return hold(connection_waiters_[op.target], t, connected_[op.target]);
      case OpKind::signal:
        tokens_[op.target] = true;
        release(token_waiters_[op.target]);
        return true;
      case OpKind::wait:
        return hold(token_waiters_[op.target], t, tokens_[op.target]);
      case OpKind::arm:
        armed_[op.target] = true;
        release(timer_waiters_[op.target]);
        return true;
      case OpKind::expire:
        return hold(timer_waiters_[op.target], t, armed_[op.target]);
      case OpKind::spawn:
        start(op.target);
        return true;
      default:
        return true;
    }
  }

  /// The bytes leave at once; the writer goes on when its last byte fits (see OpKind::send).
  bool send(std::uint32_t t, const Op& op) {
    StreamState& s = streams_[op.target];
    s.sent += op.value;
    release(s.readers);
    const std::int64_t capacity = p_.streams[op.target].capacity_bytes;
    if (capacity == kUnlimited || s.sent - s.consumed <= capacity) return true;
    s.writers.push_back({t, s.sent});
    return false;
  }

  bool receive(std::uint32_t t, const Op& op) {
    StreamState& s = streams_[op.target];
    if (s.sent < op.value) return hold(s.readers, t, false);
    if (op.value <= s.consumed) return true;
    s.consumed = op.value;
    const std::int64_t capacity = p_.streams[op.target].capacity_bytes;
    std::erase_if(s.writers, [&](const StreamState::Writer& w) {
      if (w.end - s.consumed > capacity) return false;
      ++position_[w.thread];  // its send is complete now
      ready_.push_back(w.thread);
      return true;
    });
    return true;
  }

  const Program& p_;
  std::vector<StreamState> streams_;
  std::vector<bool> connected_;
  std::vector<Waiters> connection_waiters_;
  std::vector<bool> tokens_;
  std::vector<Waiters> token_waiters_;
  std::vector<bool> armed_;
  std::vector<Waiters> timer_waiters_;
  std::vector<std::uint32_t> position_;
  Waiters ready_;
};

}  // namespace

std::string check_tables(const Program& p) {
  if (std::string error = check_gates(p); !error.empty()) return error;
  if (p.threads.empty() || p.processes.empty()) return "the program has no thread";
  for (const Stream& s : p.streams)
    if (s.writer_thread >= p.threads.size() || s.reader_thread >= p.threads.size() ||
        s.connection_plus_one > p.connections.size())
      return "stream " + s.label + " names a thread or connection that does not exist";
  for (const Connection& c : p.connections)
    if (c.client_thread >= p.threads.size() || c.server_thread >= p.threads.size())
      return "connection " + c.label + " names a thread that does not exist";
  for (const ProgramProcess& q : p.processes) {
    if (q.parent_plus_one > p.processes.size())
      return "process " + std::to_string(q.pid) + " names a parent that does not exist";
    if (q.interpreter_slice_ns != 0 && q.interpreter_slice_ns < kShortestSlice_ns)
      return "process " + std::to_string(q.pid) + " has an impossible time slice";
  }
  for (std::uint32_t t = 0; t < p.threads.size(); ++t) {
    if (p.threads[t].process >= p.processes.size())
      return "thread " + std::to_string(t) + " names a process that does not exist";
    const std::uint32_t loop = p.threads[t].loop_plus_one;
    if (loop > p.threads.size() || (loop && (loop - 1 == t || p.threads[loop - 1].loop_plus_one)))
      return "thread " + std::to_string(t) + " is a fiber of no event loop";
    const std::uint32_t pool = p.threads[t].pool_plus_one;
    if (pool > p.threads.size() ||
        (pool && (loop || p.threads[pool - 1].pool_plus_one || p.threads[pool - 1].loop_plus_one)))
      return "thread " + std::to_string(t) + " belongs to no pool";
  }
  return {};
}

std::string check(const Program& program) {
  if (std::string error = check_shape(program); !error.empty()) return error;
  return Machine(program).run();
}

}  // namespace simrec::replay
