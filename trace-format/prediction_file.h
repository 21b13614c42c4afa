// Reads and writes prediction files (prediction.capnp in the framing of FORMAT.md).
#pragma once

#include <string>

#include "trace-format/prediction.h"
#include "trace-format/trace_error.h"
#include "trace-format/trace_reader.h"

namespace simrec {

/// Writes the file whole or not at all: a temporary name beside it, then rename. "-" = stdout.
/// Throws TraceError.
void write_prediction(const std::string& path, const Prediction& prediction);

/// Reads a prediction ("-" = stdin). Throws TraceError when it is damaged, cut or no prediction.
Prediction read_prediction(const std::string& path, ReadLimits limits = {});

}  // namespace simrec
