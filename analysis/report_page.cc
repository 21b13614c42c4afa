#include "analysis/report_page.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "analysis/packed_column.h"
#include "analysis/report_asset.h"

namespace simrec::analysis {
namespace {

/// JSON that an HTML parser takes for text, whatever names a trace holds: "</script>" needs its "<" (and "<!--" too).
std::string for_html(const nlohmann::ordered_json& head) {
  const std::string json = head.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string text;
  text.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

void write_report_page(std::ostream& out, const nlohmann::ordered_json& head, const std::vector<Column>& columns) {
  constexpr std::string_view kPlace = "@DATA@";
  const std::size_t place = kReportAsset.find(kPlace);
  if (place == std::string_view::npos) throw std::logic_error("the page has no place for data");
  out << kReportAsset.substr(0, place) << R"(<script type="application/json" id="report-head">)" << for_html(head)
      << "</script>\n";
  for (const Column& column : columns) {
    out << R"(<script type="text/plain" id="column-)" << column.name << "\">" << packed(column.bytes) << "</script>\n";
  }
  out << kReportAsset.substr(place + kPlace.size());
}

}  // namespace simrec::analysis
