// Cells of comma-separated values (RFC 4180).
#pragma once

#include <string>
#include <string_view>

namespace simrec::analysis {

/// The text, quoted only where the format needs it.
inline std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string result = "\"";
  for (const char c : text) result.append(c == '"' ? 2 : 1, c);
  return result + '"';
}

}  // namespace simrec::analysis
