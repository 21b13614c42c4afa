// A table of text with aligned columns, for terminals.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace simrec {

enum class Align : unsigned char { left, right };

/// How wide tables on this stream should be: what may be cut (Column::max_width) is cut further, but not to less than a
/// dozen characters and only if lines then fit, so that they do not wrap on a narrow terminal. 0 = as wide as they are,
/// which is the default.
void set_line_width(std::ostream& out, std::size_t width);

/// Collects rows, then prints them with columns as wide as their widest cell. Widths count UTF-8 code points,
/// not the attributes that Paint (terminal.h) puts around a cell.
class TextTable {
 public:
  struct Column {
    std::string title;
    Align align = Align::right;
    std::size_t max_width = 0;  ///< longer cells are cut and end with "…"; 0 = never
  };

  explicit TextTable(std::vector<Column> columns);

  /// One cell per column; missing ones are empty. Throws std::logic_error on too many.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  /// Prints titles (unless all are empty) and rows, each behind `indent`, without trailing blanks.
  void print(std::ostream& out, std::string_view indent = "") const;

 private:
  std::vector<std::size_t> widths(std::size_t line) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Text safe for a terminal and for one line: control characters become "\n", "\x1b", …; invalid UTF-8 becomes "?".
std::string printable(std::string_view text);

/// At most `width` code points of a UTF-8 text, the last one "…" if something was cut.
std::string shortened(std::string_view text, std::size_t width);

}  // namespace simrec
