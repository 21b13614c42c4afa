// simtrace top: what took the time and moved the bytes, the largest first.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "analysis/command.h"
#include "analysis/csv_cell.h"
#include "analysis/file_kind.h"
#include "analysis/output.h"
#include "analysis/usage_rows.h"
#include "trace-format/closest.h"
#include "trace-format/prediction_file.h"
#include "trace-format/terminal.h"
#include "trace-format/text_table.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

struct OrderName {
  const char* name;
  UsageOrder order;
};
constexpr OrderName kOrders[] = {
    {"time", UsageOrder::time}, {"bytes", UsageOrder::bytes}, {"count", UsageOrder::count}};

UsageOrder order_of(const std::string& name) {
  std::vector<std::string> names;
  for (const OrderName& row : kOrders) {
    if (name == row.name) return row.order;
    names.emplace_back(row.name);
  }
  throw TraceError("--by '" + name + "' does not exist" + suggestion(name, names) + " (time, bytes or count)");
}

/// A row's part of its section, "" where that says nothing.
std::string share_text(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "";
  char text[16];
  std::snprintf(text, sizeof text, "%.0f %%", 100 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

std::string capitals(std::string_view word) {
  std::string text(word);
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string count_cell(std::uint64_t count) { return count == 0 ? "" : format_count(count); }
std::string bytes_cell(std::uint64_t bytes) { return bytes == 0 ? "" : format_bytes(bytes); }
std::string time_cell(Ns time_ns) { return time_ns == 0 ? "" : format_duration(time_ns); }

/// A table that leaves out columns in which every cell is empty.
class SparseTable {
 public:
  explicit SparseTable(std::vector<TextTable::Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  void print(std::ostream& out, std::string_view indent) const {
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (std::ranges::any_of(rows_, [&](const auto& row) { return !row[i].empty(); })) used.push_back(i);
    std::vector<TextTable::Column> columns;
    for (const std::size_t i : used) columns.push_back(columns_[i]);
    TextTable table(std::move(columns));
    for (const auto& row : rows_) {
      std::vector<std::string> cells;
      for (const std::size_t i : used) cells.push_back(row[i]);
      table.add(std::move(cells));
    }
    table.print(out, indent);
  }

 private:
  std::vector<TextTable::Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

void print_section(std::ostream& out, const UsageSection& section, UsageOrder order, std::size_t limit,
                   const Paint& paint) {
  std::uint64_t whole = 0;
  for (const UsageRow& row : section.rows) whole += usage_key(row, order);
  const std::string_view by = kOrders[static_cast<std::size_t>(order)].name;
  std::string title(section.name);
  title.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(title.front())));
  out << paint.bold(title) << paint.dim(" by " + std::string(by)) << '\n';
  SparseTable table({{"SHARE"},
                     {"TIME"},
                     {"CPU"},
                     {capitals(section.waiting)},
                     {capitals(section.count)},
                     {"ERRORS"},
                     {"BYTES"},
                     {"NAME", Align::left, 64},
                     {"", Align::left, 60}});
  const std::size_t shown = limit == 0 ? section.rows.size() : std::min(limit, section.rows.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const UsageRow& row = section.rows[i];
    table.add({share_text(usage_key(row, order), whole), time_cell(row.time_ns()), time_cell(row.cpu_ns),
               time_cell(row.wait_ns), count_cell(row.count), count_cell(row.errors), bytes_cell(row.bytes),
               printable(row.name), printable(row.who)});
  }
  table.print(out, "  ");
  if (shown < section.rows.size()) out << "  … and " << section.rows.size() - shown << " more (-n 0 shows all)\n";
}

void print_csv(std::ostream& out, const std::vector<UsageSection>& sections, std::size_t limit) {
  out << "section,name,who,time_ns,cpu_ns,wait_ns,count,errors,bytes\n";
  for (const UsageSection& section : sections) {
    std::size_t left = limit == 0 ? section.rows.size() : limit;
    for (const UsageRow& row : section.rows) {
      if (left-- == 0) break;
      out << section.name << ',' << csv_cell(row.name) << ',' << csv_cell(row.who) << ',' << row.time_ns() << ','
          << row.cpu_ns << ',' << row.wait_ns << ',' << row.count << ',' << row.errors << ',' << row.bytes << '\n';
    }
  }
}

void print_json(std::ostream& out, const std::string& path, const std::vector<UsageSection>& sections,
                std::size_t limit) {
  using Json = nlohmann::ordered_json;
  Json json = {{"file", path}};
  for (const UsageSection& section : sections) {
    Json& list = json[std::string(section.name)] = Json::array();
    for (const UsageRow& row : section.rows) {
      if (limit != 0 && list.size() == limit) break;
      list.push_back({{"name", row.name},
                      {"who", row.who},
                      {"time_ns", row.time_ns()},
                      {"cpu_ns", row.cpu_ns},
                      {"wait_ns", row.wait_ns},
                      {"count", row.count},
                      {"errors", row.errors},
                      {"bytes", row.bytes}});
    }
  }
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

class Top : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("file", path_, "Trace (- = standard input) or prediction")->required()->type_name("FILE");
    app.add_option("--by", by_, "Sort by time, bytes or count (of calls)")->capture_default_str()->type_name("KEY");
    app.add_option("-n,--top", rows_, "Rows of each table (0 = all)")->capture_default_str()->type_name("ROWS");
    CLI::Option* json = app.add_flag("--json", json_, "JSON instead of tables");
    app.add_flag("--csv", csv_, "Comma-separated values, all tables in one")->excludes(json);
    app.footer(
        "TIME = CPU + WAITING, summed over threads. Of connections, files and calls it is the time inside calls on\n"
        "them; what poll, select and epoll waited counts for these calls only. SHARE is that of the whole table.\n"
        "Connections to one server address are one row. Sections of a prediction: processes, connections (waiting: of\n"
        "who read from them), links.\n"
        "Examples:\n"
        "  simtrace top trace.capnp\n"
        "  simtrace top --by bytes -n 3 trace.capnp\n"
        "  simtrace top --csv trace.capnp | grep ^files,");
  }

  int run() override {
    const UsageOrder order = order_of(by_);
    std::string incomplete;
    std::vector<UsageSection> sections;
    if (kind_of_file(path_) == FileKind::prediction) {
      sections = usage_sections(read_prediction(path_));
    } else {
      const TraceUsage usage = collect_usage(path_);
      incomplete = usage.incomplete;
      sections = usage_sections(usage);
    }
    sort_sections(sections, order);
    Output output("-");
    print(output.stream(), sections, order);
    output.commit();
    if (incomplete.empty()) return kSuccess;
    std::cerr << "simtrace: warning: " << incomplete << '\n';
    return kIncomplete;
  }

 private:
  void print(std::ostream& out, const std::vector<UsageSection>& sections, UsageOrder order) const {
    if (json_) return print_json(out, path_, sections, rows_);
    if (csv_) return print_csv(out, sections, rows_);
    const Paint paint(wants_colour(1));
    const char* gap = "";
    for (const UsageSection& section : sections) {
      if (section.rows.empty()) continue;
      out << gap;
      print_section(out, section, order, rows_, paint);
      gap = "\n";
    }
  }

  std::string path_;
  std::string by_ = "time";
  std::size_t rows_ = 10;
  bool json_ = false;
  bool csv_ = false;
};

}  // namespace

std::unique_ptr<Command> make_top() { return std::make_unique<Top>(); }

}  // namespace simrec::analysis
