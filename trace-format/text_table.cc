#include "trace-format/text_table.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>
#include <stdexcept>

namespace simrec {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues_character(c); }));
}

/// Places a cell takes on a terminal: code points, but for the attributes that Paint puts around a text.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t attribute = std::min(text.find("\033[", at), text.size());
    width += code_points(text.substr(at, attribute - at));
    at = text.find('m', attribute);
    at = at == std::string_view::npos ? text.size() : at + 1;
  }
  return width;
}

/// Length of the valid UTF-8 sequence that starts the text; 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xC2 && first < 0xE0 ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  return std::ranges::all_of(text.substr(1, length - 1), continues_character) ? length : 0;
}

std::string escaped(unsigned char c) {
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  if (c == '\r') return "\\r";
  std::array<char, 8> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "\\x%02x", c);
  return buffer.data();
}

constexpr std::string_view kGap = "  ";
/// What is left of a column that is cut for a narrow line.
constexpr std::size_t kNarrowest = 12;

int line_width_index() {
  static const int index = std::ios_base::xalloc();
  return index;
}

}  // namespace

void set_line_width(std::ostream& out, std::size_t width) { out.iword(line_width_index()) = static_cast<long>(width); }

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

void TextTable::add(std::vector<std::string> cells) {
  if (cells.size() > columns_.size()) throw std::logic_error("a table row has more cells than the table has columns");
  cells.resize(columns_.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (columns_[i].max_width > 0) cells[i] = shortened(cells[i], columns_[i].max_width);
  }
  rows_.push_back(std::move(cells));
}

/// Widths of the columns for lines of at most `line` characters (0 = any), as far as cells may be cut.
std::vector<std::size_t> TextTable::widths(std::size_t line) const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(width_of(column.title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::size_t total = columns_.empty() ? 0 : kGap.size() * (columns_.size() - 1);
  for (const std::size_t width : widths) total += width;
  std::vector<std::size_t> narrow = widths;
  for (; line > 0 && total > line; --total) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i].max_width > 0 && narrow[i] > kNarrowest && (!widest || narrow[i] > *widest)) widest = &narrow[i];
    if (!widest) return widths;  // it wraps anyway
    --*widest;
  }
  return narrow;
}

void TextTable::print(std::ostream& out, std::string_view indent) const {
  const auto line_width = static_cast<std::size_t>(out.iword(line_width_index()));
  const std::vector<std::size_t> widths = this->widths(line_width > indent.size() ? line_width - indent.size() : 0);
  const auto print_row = [&](auto&& cell_of) {
    std::string line(indent);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string cell = width_of(cell_of(i)) > widths[i] ? shortened(cell_of(i), widths[i]) : cell_of(i);
      const std::string padding(widths[i] - width_of(cell), ' ');
      line += columns_[i].align == Align::right ? padding + cell : cell + padding;
      line += kGap;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  };
  if (std::ranges::any_of(columns_, [](const Column& c) { return !c.title.empty(); })) {
    print_row([&](std::size_t i) -> const std::string& { return columns_[i].title; });
  }
  for (const auto& row : rows_) print_row([&](std::size_t i) -> const std::string& { return row[i]; });
}

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = sequence_length(text);
    // U+0080 to U+009F are control characters too (0xC2 0x80 …).
    const bool control =
        first < 0x20 || first == 0x7F || (length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0);
    if (length == 0 || control) {
      result += length == 0 ? "?" : escaped(first);
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

std::string shortened(std::string_view text, std::size_t width) {
  if (code_points(text) <= width) return std::string(text);
  std::size_t end = 0;
  for (std::size_t points = 0; end < text.size(); ++end) {
    if (continues_character(text[end])) continue;
    if (++points == width) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace simrec
