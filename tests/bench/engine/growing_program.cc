#include "tests/bench/engine/growing_program.h"

#include <algorithm>
#include <stdexcept>

#include "tests/bench/engine/mpi_program.h"

namespace simrec::bench {
namespace {

using replay::Cause;
using replay::Op;
using replay::OpKind;
using replay::Program;

Op op(OpKind kind, std::uint32_t target, std::int64_t value) { return {kind, Cause::none, 0, target, value}; }

class Builder {
 public:
  Builder() {
    program.recorded_speed_flops = kRecordedSpeed;
    program.recorded_cores = 2;
    program.wake_up_ns = 5'000;
  }
  std::uint32_t thread(const std::string& host) {
    const auto index = static_cast<std::uint32_t>(program.threads.size());
    replay::ProgramProcess process;
    process.pid = index + 1;
    process.name = process.command_line = host;
    process.names = {host};
    process.sharing_group = index;
    program.processes.push_back(process);
    replay::ProgramThread& thread = program.threads.emplace_back();
    thread.process = index;
    thread.tid = index + 1;
    thread.start_ns = index;
    return index;
  }
  std::uint32_t stream(std::uint32_t from, std::uint32_t to) {
    program.streams.push_back({replay::Transport::tcp, 2'500'000, 0, from, to, "stream"});
    return static_cast<std::uint32_t>(program.streams.size() - 1);
  }
  void push(std::uint32_t thread, Op op) { program.threads[thread].ops.push_back(op); }
  Program finish() {
    for (replay::ProgramThread& thread : program.threads) {
      thread.ops.push_back({});
      program.events += thread.ops.size();
    }
    return std::move(program);
  }

  Program program;
};

/// Pairs of threads; each pair asks and answers `rounds` times, 8 ops a round.
Program pairs(std::uint32_t count, std::uint64_t rounds, const std::string& answering_host, std::int64_t bytes) {
  Builder b;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t asks = b.thread("here"), answers = b.thread(answering_host);
    const std::uint32_t there = b.stream(asks, answers), back = b.stream(answers, asks);
    for (std::int64_t r = 1; r <= static_cast<std::int64_t>(rounds); ++r) {
      b.push(asks, op(OpKind::compute, 0, 4'000));
      b.push(asks, op(OpKind::send, there, bytes));
      b.push(asks, op(OpKind::compute, 0, 2'000));
      b.push(asks, op(OpKind::recv, back, 5 * r));
      b.push(answers, op(OpKind::recv, there, bytes * r));
      b.push(answers, op(OpKind::compute, 0, 3'000));
      b.push(answers, op(OpKind::send, back, 5));
      b.push(answers, op(OpKind::compute, 0, 1'000));
    }
  }
  return b.finish();
}

Program connections(std::uint32_t count, std::uint64_t rounds) {
  Builder b;
  const std::uint32_t asks = b.thread("here"), answers = b.thread("there");
  for (std::uint32_t i = 0; i < count; ++i) {
    b.stream(asks, answers);
    b.stream(answers, asks);
  }
  for (std::uint64_t r = 0; r < rounds; ++r) {
    const auto c = static_cast<std::uint32_t>(r % count);
    const auto turn = static_cast<std::int64_t>(r / count + 1);
    b.push(asks, op(OpKind::compute, 0, 4'000));
    b.push(asks, op(OpKind::send, 2 * c, 100));
    b.push(asks, op(OpKind::recv, 2 * c + 1, 100 * turn));
    b.push(answers, op(OpKind::recv, 2 * c, 100 * turn));
    b.push(answers, op(OpKind::compute, 0, 3'000));
    b.push(answers, op(OpKind::send, 2 * c + 1, 100));
  }
  return b.finish();
}

Program hosts(std::uint32_t count, std::uint64_t rounds) {
  Builder b;
  for (std::uint32_t i = 0; i < count; ++i) b.thread("node-" + std::to_string(i));
  for (std::uint32_t i = 0; i < count; ++i) b.stream(i, (i + 1) % count);
  for (std::uint32_t i = 0; i < count; ++i)
    for (std::int64_t r = 1; r <= static_cast<std::int64_t>(rounds); ++r) {
      b.push(i, op(OpKind::compute, 0, 10'000));
      b.push(i, op(OpKind::send, i, 1'000));
      b.push(i, op(OpKind::recv, (i + count - 1) % count, 1'000 * r));
    }
  return b.finish();
}

Program tasks(std::uint32_t count, std::uint64_t rounds) {
  Builder b;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t t = b.thread("here");
    for (std::uint64_t r = 0; r < rounds; ++r) b.push(t, op(OpKind::compute, 0, 10'000 + 7 * i));
  }
  return b.finish();
}

}  // namespace

Program growing_program(const std::string& dimension, std::uint32_t size, std::uint64_t ops) {
  if (size == 0) throw std::invalid_argument("a size must be positive");
  const auto rounds = [&](std::uint64_t ops_per_round) { return std::max<std::uint64_t>(ops / ops_per_round, 1); };
  if (dimension == "threads") {
    const std::uint32_t count = std::max(size / 2, 1U);
    return pairs(count, rounds(8ULL * count), "here", 40);
  }
  if (dimension == "connections") return connections(size, rounds(6));
  if (dimension == "flows") return pairs(size, rounds(8ULL * size), "there", 65'000);
  if (dimension == "hosts") return hosts(size, rounds(3ULL * size));
  if (dimension == "tasks") return tasks(size, rounds(size));
  throw std::invalid_argument("nothing grows in " + dimension);
}

}  // namespace simrec::bench
