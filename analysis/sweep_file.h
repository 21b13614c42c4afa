// The results of `simreplay --sweep … --json`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace simrec::analysis {

/// Reads and checks a sweep: axes with values and labels, points with an index per axis. Returns what the page needs.
/// Throws TraceError that says what is wrong with the file.
nlohmann::ordered_json read_sweep(const std::string& path);

}  // namespace simrec::analysis
