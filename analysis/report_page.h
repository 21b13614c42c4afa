// Puts data into the page of `simtrace report`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <vector>

#include "analysis/report_columns.h"

namespace simrec::analysis {

/// Writes the whole page. Nothing in the data can leave its place: the head is JSON without "<", columns are base64.
void write_report_page(std::ostream& out, const nlohmann::ordered_json& head, const std::vector<Column>& columns);

}  // namespace simrec::analysis
