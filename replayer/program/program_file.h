// Saved programs: compiled once, simulated on many platforms (trace-format/program.capnp).
#pragma once

#include <string>

#include "replayer/program/program.h"
#include "trace-format/model.h"

namespace simrec::replay {

/// What a program was compiled from: all that a prediction says besides the program itself.
struct ProgramSource {
  std::string trace_name, trace_sha256;  ///< sha256 "" = the trace was read from standard input
  Header header;                         ///< the trace's: the twin is made from it
  bool whole_run = true;                 ///< the trace has the run's beginning and end
  std::string order = "arrival";         ///< --order it was compiled with
};

/// Writes a program that is not `stored` in a file: under a temporary name, then renamed. "-" = standard output. Throws
/// TraceError.
void save_program(const std::string& path, const Program& program, const ProgramSource& source);

struct SavedProgram {
  Program program;  ///< its ops stay in the file: Program::stored
  ProgramSource source;
};

/// Opens a saved program and reads it once from end to end: whatever is damaged or could not be executed (indices,
/// values, ends of threads) throws TraceError here, with frame and byte. Memory: the tables and 32 bytes per piece of
/// up to 4096 ops.
SavedProgram open_program(const std::string& path);

}  // namespace simrec::replay
