// make_program mpi PATTERN RANKS ROUNDS PROGRAM [ACTIONS_FOLDER]
// make_program DIMENSION SIZE OPS PROGRAM
// Writes a program for simreplay and, for an MPI pattern, the same messages as SMPI's actions. Prints what it holds as
// one line of JSON.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "replayer/program/op_store.h"
#include "replayer/program/program_file.h"
#include "tests/bench/engine/growing_program.h"
#include "tests/bench/engine/mpi_program.h"

namespace {

using namespace simrec;

void save(const replay::Program& program, const std::string& path) {
  replay::ProgramSource source;
  source.trace_name = "synthetic";
  source.whole_run = false;  // there was no run to compare with
  source.header.calibration.core_speed_flops = bench::kRecordedSpeed;
  replay::save_program(path, program, source);
}

void make_mpi(const std::vector<std::string>& arguments) {
  const bench::Pattern pattern =
      bench::mpi_pattern(arguments.at(1), static_cast<std::uint32_t>(std::stoul(arguments.at(2))),
                         static_cast<std::uint32_t>(std::stoul(arguments.at(3))));
  std::size_t actions = 0, point_to_point = 0;
  for (std::uint32_t rank = 0; rank < pattern.ranks; ++rank)
    for (const bench::Step& step : pattern.round(rank)) {
      actions += pattern.rounds;
      point_to_point += bench::is_point_to_point(step) ? pattern.rounds : 0;
    }
  const replay::Program program = bench::mpi_program(pattern);
  save(program, arguments.at(4));
  if (arguments.size() > 5) bench::write_actions(pattern, arguments[5]);
  std::printf("{\"ops\": %llu, \"actions\": %zu, \"point_to_point\": %zu}\n",
              static_cast<unsigned long long>(replay::operations(program)), actions, point_to_point);
}

void make_growing(const std::vector<std::string>& arguments) {
  const replay::Program program = bench::growing_program(
      arguments.at(0), static_cast<std::uint32_t>(std::stoul(arguments.at(1))), std::stoull(arguments.at(2)));
  save(program, arguments.at(3));
  std::printf("{\"ops\": %llu}\n", static_cast<unsigned long long>(replay::operations(program)));
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (!arguments.empty() && arguments[0] == "mpi")
      make_mpi(arguments);
    else
      make_growing(arguments);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_program: %s\n", error.what());
    return 2;
  }
}
