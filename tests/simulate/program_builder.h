// Hand-written causal programs in few words.
#pragma once

#include <string>
#include <vector>

#include "replayer/program/program.h"
#include "replayer/simulate/simulate.h"

namespace simrec::replay::test {

inline constexpr Ns kUs = 1000, kMs = 1000 * kUs, kS = 1000 * kMs;

inline Op compute(Ns ns) { return {OpKind::compute, Cause::none, 0, 0, ns}; }
inline Op sleep(Ns ns, std::uint16_t flags = 0, std::uint32_t target = 0) {
  return {OpKind::sleep, Cause::sleep, flags, target, ns};
}
inline Op send(std::uint32_t stream, std::int64_t bytes, std::uint16_t flags = 0) {
  return {OpKind::send, Cause::none, flags, stream, bytes};
}
inline Op recv(std::uint32_t stream, std::int64_t up_to, std::uint16_t flags = 0) {
  return {OpKind::recv, Cause::none, flags, stream, up_to};
}
inline Op finish(std::uint32_t stream, std::uint16_t flags = 0) {
  return {OpKind::finish, Cause::none, flags, stream, 0};
}
inline Op recv_end(std::uint32_t stream) { return {OpKind::recv_end, Cause::none, 0, stream, 0}; }
inline Op connect(std::uint32_t connection, std::uint16_t flags = 0) {
  return {OpKind::connect, Cause::none, flags, connection, 0};
}
inline Op accept(std::uint32_t connection) { return {OpKind::accept, Cause::none, 0, connection, 0}; }
inline Op signal(std::uint32_t token) { return {OpKind::signal, Cause::none, 0, token, 0}; }
inline Op wait(std::uint32_t token, Cause cause = Cause::sync) { return {OpKind::wait, cause, 0, token, 0}; }
inline Op arm(std::uint32_t timer) { return {OpKind::arm, Cause::none, 0, timer, 0}; }
inline Op expire(std::uint32_t timer, Ns ns) { return {OpKind::expire, Cause::none, 0, timer, ns}; }
inline Op io(std::uint32_t entry, Ns recorded) { return {OpKind::io, Cause::disk, 0, entry, recorded}; }
inline Op spawn(std::uint32_t thread) { return {OpKind::spawn, Cause::none, 0, thread, 0}; }

class ProgramBuilder {
 public:
  ProgramBuilder() {
    program.recorded_speed_flops = 1e9;
    program.recorded_cores = 2;
  }
  /// A process of one thread; returns both's index if every process has one thread.
  std::uint32_t process(const std::string& name, std::vector<Op> ops, Ns start = 0) {
    const auto index = static_cast<std::uint32_t>(program.processes.size());
    ProgramProcess p;
    p.pid = 100 + index;
    p.name = name;
    p.names = {name};
    p.command_line = "/bin/" + name + " --flag";
    p.sharing_group = index;
    program.processes.push_back(p);
    return thread(index, std::move(ops), start);
  }
  std::uint32_t thread(std::uint32_t process, std::vector<Op> ops, Ns start = 0) {
    const auto index = static_cast<std::uint32_t>(program.threads.size());
    ProgramThread t;
    t.process = process;
    t.tid = 100 + index;
    t.start_ns = start;
    ops.push_back({});
    t.ops = std::move(ops);
    program.threads.push_back(std::move(t));
    return index;
  }
  void spawned(std::uint32_t thread) { program.threads[thread].spawned = true; }
  std::uint32_t stream(std::uint32_t writer, std::uint32_t reader, std::int64_t capacity = kUnlimited,
                       Transport transport = Transport::tcp, std::uint32_t connection_plus_one = 0) {
    Stream s;
    s.transport = transport;
    s.capacity_bytes = capacity;
    s.connection_plus_one = connection_plus_one;
    s.writer_thread = writer;
    s.reader_thread = reader;
    s.label = "stream " + std::to_string(program.streams.size());
    program.streams.push_back(s);
    return static_cast<std::uint32_t>(program.streams.size() - 1);
  }
  std::uint32_t connection(std::uint32_t client, std::uint32_t server) {
    program.connections.push_back({Transport::tcp, client, server, "connection"});
    return static_cast<std::uint32_t>(program.connections.size() - 1);
  }
  Program program;
};

inline std::string platform(const std::string& name) { return std::string(PLATFORMS) + name + ".xml"; }

}  // namespace simrec::replay::test
