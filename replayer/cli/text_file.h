// Text as a file, or on standard output.
#pragma once

#include <string>

namespace simrec::replay {

/// Writes all or nothing; "-" is standard output. Throws TraceError.
void write_text(const std::string& path, const std::string& text);

}  // namespace simrec::replay
