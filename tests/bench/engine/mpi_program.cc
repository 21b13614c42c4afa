#include "tests/bench/engine/mpi_program.h"

#include <fstream>
#include <map>
#include <stdexcept>
#include <utility>

namespace simrec::bench {
namespace {

using replay::Cause;
using replay::Op;
using replay::OpKind;

/// Translates the steps of one rank; streams are made when first used.
class Translator {
 public:
  explicit Translator(replay::Program& program) : program_(program) {}

  void translate(std::uint32_t rank, const std::vector<Step>& round, std::uint32_t rounds) {
    ScratchSequence<Op>& ops = program_.threads[rank].ops;
    std::map<std::uint32_t, std::int64_t> received;  // by stream
    std::vector<Step> started;                       // receives
    const auto receive = [&](const Step& step) {
      const std::uint32_t s = stream(step.peer, rank);
      ops.push_back({OpKind::recv, Cause::none, 0, s, received[s] += step.amount});
    };
    for (std::uint32_t i = 0; i < rounds; ++i)
      for (const Step& step : round) switch (step.kind) {
          case StepKind::compute:
            ops.push_back({OpKind::compute, Cause::none, 0, 0, step.amount});
            break;
          case StepKind::send:
          case StepKind::isend:
            ops.push_back({OpKind::send, Cause::none, 0, stream(rank, step.peer), step.amount});
            break;
          case StepKind::recv:
            receive(step);
            break;
          case StepKind::irecv:
            started.push_back(step);
            break;
          case StepKind::wait_all:
            for (const Step& open : started) receive(open);
            started.clear();
            break;
        }
    ops.push_back({});
  }

 private:
  std::uint32_t stream(std::uint32_t from, std::uint32_t to) {
    const auto [entry, is_new] = streams_.try_emplace({from, to}, 0);
    if (is_new) {
      entry->second = static_cast<std::uint32_t>(program_.streams.size());
      program_.streams.push_back({replay::Transport::tcp, replay::kUnlimited, 0, from, to,
                                  "rank " + std::to_string(from) + " -> " + std::to_string(to)});
    }
    return entry->second;
  }

  replay::Program& program_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> streams_;
};

void write_step(std::ofstream& out, std::uint32_t rank, const Step& step, std::uint32_t& started) {
  out << rank;
  switch (step.kind) {
    case StepKind::compute:  // flops
      out << " compute " << static_cast<double>(step.amount) * 1e-9 * kRecordedSpeed << '\n';
      break;
    case StepKind::send:
      out << " send " << step.peer << " 0 " << step.amount << '\n';
      break;
    case StepKind::recv:
      out << " recv " << step.peer << " 0 " << step.amount << '\n';
      break;
    case StepKind::isend:
      ++started;
      out << " isend " << step.peer << " 0 " << step.amount << '\n';
      break;
    case StepKind::irecv:
      ++started;
      out << " irecv " << step.peer << " 0 " << step.amount << '\n';
      break;
    case StepKind::wait_all:
      out << " waitall " << started << '\n';
      started = 0;
      break;
  }
}

}  // namespace

replay::Program mpi_program(const Pattern& pattern) {
  replay::Program program;
  program.recorded_speed_flops = kRecordedSpeed;
  program.recorded_cores = 1;
  for (std::uint32_t rank = 0; rank < pattern.ranks; ++rank) {
    const std::string name = "rank-" + std::to_string(rank);
    replay::ProgramProcess process;
    process.pid = rank + 1;
    process.name = name;
    process.command_line = name;
    process.names = {name};
    process.sharing_group = rank;
    program.processes.push_back(process);
    replay::ProgramThread thread;
    thread.process = rank;
    thread.tid = rank + 1;
    program.threads.push_back(thread);
  }
  Translator translator(program);
  for (std::uint32_t rank = 0; rank < pattern.ranks; ++rank)
    translator.translate(rank, pattern.round(rank), pattern.rounds);
  for (const replay::ProgramThread& thread : program.threads) program.events += thread.ops.size();
  return program;
}

void write_actions(const Pattern& pattern, const std::string& folder) {
  std::ofstream index(folder + "/index");
  for (std::uint32_t rank = 0; rank < pattern.ranks; ++rank) {
    const std::string path = folder + "/actions-" + std::to_string(rank);
    index << path << '\n';
    std::ofstream out(path);
    out << rank << " init\n";
    const std::vector<Step> round = pattern.round(rank);
    std::uint32_t started = 0;
    for (std::uint32_t i = 0; i < pattern.rounds; ++i)
      for (const Step& step : round) write_step(out, rank, step, started);
    out << rank << " finalize\n";
    if (!out.flush()) throw std::runtime_error("cannot write " + path);
  }
  if (!index.flush()) throw std::runtime_error("cannot write " + folder + "/index");
}

}  // namespace simrec::bench
