// Tells traces and predictions apart by what is in them.
#pragma once

#include <string>

namespace simrec::analysis {

enum class FileKind : unsigned char { trace, prediction };

/// Kind of a readable file; standard input and pipes, which cannot be read twice, count as traces.
/// Throws TraceError when it is neither.
FileKind kind_of_file(const std::string& path);

}  // namespace simrec::analysis
