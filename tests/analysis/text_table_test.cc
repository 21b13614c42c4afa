#include "trace-format/text_table.h"

#include <gtest/gtest.h>

#include <sstream>

#include "trace-format/terminal.h"

namespace simrec {
namespace {

std::string printed(const TextTable& table, const char* indent = "") {
  std::ostringstream out;
  table.print(out, indent);
  return out.str();
}

TEST(TextTable, AlignsColumnsByCharactersNotBytes) {
  TextTable table({{"NAME", Align::left}, {"TIME"}});
  table.add({"a", "1 µs"});
  table.add({"longer", "10 ns"});
  EXPECT_EQ(printed(table, "  "),
            "  NAME     TIME\n"
            "  a        1 µs\n"
            "  longer  10 ns\n");
}

TEST(TextTable, ColoursTakeNoPlace) {
  const Paint paint(true);
  TextTable table({{"A"}, {"B", Align::left}});
  table.add({paint.good("1"), paint.bold("x")});
  table.add({"200", "y"});
  EXPECT_EQ(printed(table), "  A  B\n  \033[32m1\033[0m  \033[1mx\033[0m\n200  y\n");
}

TEST(TextTable, LeavesNoTrailingBlanksAndNoEmptyTitles) {
  TextTable table({{"", Align::left}, {"", Align::left}});
  table.add({"a", "text"});
  table.add({"b"});
  EXPECT_EQ(printed(table), "a  text\nb\n");
}

TEST(TextTable, CutsLongCells) {
  TextTable table({{"X", Align::left, 4}});
  table.add({"äöüxyz"});
  EXPECT_EQ(printed(table), "X\näöü…\n");
}

TEST(TextTable, IsCutFurtherForANarrowLine) {
  TextTable table({{"TIME"}, {"NAME", Align::left, 60}, {"WHO", Align::left, 60}, {"FIXED", Align::left}});
  table.add({"1 s", "a name of thirty-two characters.", "twenty characters ok", "never cut, however narrow it is"});
  std::ostringstream narrow, narrower;
  set_line_width(narrow, 80);
  table.print(narrow);
  EXPECT_EQ(narrow.str(),
            "TIME  NAME                 WHO                   FIXED\n"
            " 1 s  a name of thirty-t…  twenty characters ok  never cut, however narrow it is\n");
  set_line_width(narrower, 20);
  table.print(narrower);
  EXPECT_NE(narrower.str().find("a name of thirty-two characters.  twenty characters ok  never"), std::string::npos)
      << "it wraps anyway: " << narrower.str();
}

TEST(TextTable, RefusesTooManyCells) {
  TextTable table({{"X"}});
  EXPECT_THROW(table.add({"1", "2"}), std::logic_error);
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\nb\t\x1b[31m\x7f"), "a\\nb\\t\\x1b[31m\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\xc2"
            "31m")
      << "U+009B is CSI to some terminals";
  EXPECT_EQ(printable("gr\xc3\xbc\xc3\x9f \xff\xc3"), "gr\xc3\xbc\xc3\x9f ??");
}

TEST(Shortened, CountsCharacters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "ab…");
  EXPECT_EQ(shortened("äöüß", 3), "äö…");
}

}  // namespace
}  // namespace simrec
