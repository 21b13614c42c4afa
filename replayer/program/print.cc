#include "replayer/program/print.h"

#include <ostream>

#include "replayer/program/describe.h"

namespace simrec::replay {
namespace {

const char* cause_name(Cause cause) {
  constexpr const char* kNames[] = {"", "network", "disk", "sync", "child", "sleep"};
  return kNames[static_cast<std::size_t>(cause)];
}

void print_op(const Program& program, std::uint32_t thread, std::uint32_t index, std::ostream& out) {
  const Op& op = program.threads[thread].ops[index];
  out << "    " << index << " " << op_name(op.kind);
  switch (op.kind) {
    case OpKind::compute:
      out << " " << op.value << " ns";
      break;
    case OpKind::sleep:
      out << " " << op.value << " ns";
      if (op.flags & kNagle) out << " for an acknowledgement of #" << op.target;
      if (op.flags & kInterruptible) out << " until op " << index + op.target;
      break;
    case OpKind::exit:
      break;
    case OpKind::send:
    case OpKind::recv:
    case OpKind::expire:
    case OpKind::io:
      out << " #" << op.target << " " << op.value;
      break;
    default:
      out << " #" << op.target;
  }
  if (op.cause != Cause::none) out << " " << cause_name(op.cause);
  if (op.flags & kWoke) out << " woke";
  if (op.flags & kPolls) out << " polls";
  if (op.flags & kUnlocked) out << " unlocked";
  if (op.flags & kNonblocking) out << (op.kind == OpKind::exit ? " killed" : " nonblocking");
  if (op.flags & kLock) out << " lock";
  if (const Op* gate = gate_of(program, op)) {
    out << (op.flags & kYields ? " unless before " : " (perhaps unless before ") << op_name(gate->kind) << " #"
        << gate->target;
    if (gate->kind == OpKind::recv) out << " " << gate->value;
    if (!(op.flags & kYields)) out << ")";
  }
  if (op.kind != OpKind::compute) out << "    (" << describe_call(program, thread, index) << ")";
  out << "\n";
}

}  // namespace

void print(const Program& program, std::ostream& out) {
  out << "recorded " << program.recorded_ns << " ns, native estimate " << program.native_estimate_ns << " ns, "
      << program.events << " events, " << program.tokens << " tokens, " << program.timers << " timers\n";
  for (std::size_t i = 0; i < program.processes.size(); ++i) {
    const ProgramProcess& p = program.processes[i];
    out << "process " << i << " pid " << p.pid << " " << p.command_line;
    if (!p.sharing_reason.empty()) out << "  [group " << p.sharing_group << ": " << p.sharing_reason << "]";
    if (p.interpreter_slice_ns > 0) out << "  [one thread computes, for " << p.interpreter_slice_ns << " ns at most]";
    out << "\n";
  }
  for (std::size_t i = 0; i < program.streams.size(); ++i) {
    const Stream& s = program.streams[i];
    out << "stream " << i << " " << s.label << " threads " << s.writer_thread << " -> " << s.reader_thread;
    if (s.capacity_bytes != kUnlimited) out << " capacity " << s.capacity_bytes;
    if (s.connection_plus_one) out << " connection " << s.connection_plus_one - 1;
    out << "\n";
  }
  for (std::size_t i = 0; i < program.connections.size(); ++i)
    out << "connection " << i << " " << program.connections[i].label << "\n";
  for (std::size_t i = 0; i < program.ios.size(); ++i)
    out << "io " << i << " " << (program.ios[i].write ? "write " : "read ") << program.ios[i].bytes << " bytes "
        << program.ios[i].label << "\n";
  for (std::uint32_t t = 0; t < program.threads.size(); ++t) {
    const ProgramThread& thread = program.threads[t];
    out << "thread " << t << " " << describe_thread(program, t);
    if (!thread.spawned) out << " starts at " << thread.start_ns << " ns";
    out << "\n";
    for (std::uint32_t i = 0; i < thread.ops.size(); ++i) print_op(program, t, i, out);
  }
  for (const SampledFunction& f : program.sampled)
    out << "sampled thread " << f.thread << " " << f.cpu_ns << " ns in " << f.name << "\n";
  for (const NamedValue& c : program.counts) out << "count " << c.name << " " << c.value << "\n";
  for (const std::string& w : program.warnings) out << "warning " << w << "\n";
}

}  // namespace simrec::replay
