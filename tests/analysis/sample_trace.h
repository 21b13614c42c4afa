// Small hand-made traces whose every number is known.
#pragma once

#include <string>

#include "trace-format/model.h"

namespace simrec::test {

/// The header of all sample traces: 2 cores of 1 Gf.
Header sample_header();

/// `sh -c 'ls | wc'` in miniature: a shell (pid 100) forks ls (101) and wc (102); ls writes 12 bytes into a pipe,
/// wc reads them and ends, the shell waits for both. Ends at 10 ms.
void write_pipeline_trace(const std::string& path);

/// One process (pid 200) with one event of nearly every way to print arguments.
void write_calls_trace(const std::string& path);

/// One process (pid 400) sampled in its computing: 2 × 5 ms in hot (called by hot, called by main), 4 ms in code
/// without a name below main, 1 ms without a stack.
void write_sampled_trace(const std::string& path);

/// Two threads of pid 300 whose blocks of events overlap in time: `events` calls each, 1 µs apart, in turn.
void write_interleaved_trace(const std::string& path, int events);

}  // namespace simrec::test
