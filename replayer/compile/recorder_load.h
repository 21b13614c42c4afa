// When the recorder was at work during a recording: its CPU time, spread over the events it handled.
#pragma once

#include <vector>

#include "trace-format/trace_reader.h"

namespace simrec::replay::causal {

class RecorderLoad {
 public:
  explicit RecorderLoad(const Trace& trace);

  /// CPU time the recorder used between two moments of the recording, in ns.
  double between(Ns from, Ns to) const { return from < to ? until(to) - until(from) : 0; }

 private:
  double until(Ns time) const;

  Ns bucket_ns_ = 1;
  std::vector<double> before_;  ///< CPU used before each bucket's start, and at the end of the last
};

}  // namespace simrec::replay::causal
