// The page of `simtrace report` before data is put in; CMake makes the definition from analysis/report/built/.
#pragma once

#include <string_view>

namespace simrec::analysis {

/// HTML with the word @DATA@ where the data goes.
extern const std::string_view kReportAsset;

}  // namespace simrec::analysis
