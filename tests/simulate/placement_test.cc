// Which process goes where, without any simulation; and deployment files.
#include "replayer/simulate/placement.h"

#include <gtest/gtest.h>

#include "tests/simulate/program_builder.h"

namespace simrec::replay::test {
namespace {

using Hosts = std::vector<std::string>;

/// make (0) -> cc (1) -> as (2); make -> ld (3)
Program family() {
  ProgramBuilder b;
  for (const char* name : {"make", "cc", "as", "ld"}) b.process(name, {});
  b.program.processes[1].parent_plus_one = 1;
  b.program.processes[2].parent_plus_one = 2;
  b.program.processes[3].parent_plus_one = 1;
  b.program.processes[1].names = {"make", "sh", "cc"};  // it was sh before it became cc
  b.program.processes[2].command_line = "as -o main.o main.s";
  return b.program;
}

TEST(Placement, FirstHostByDefault) { EXPECT_EQ(place(family(), {}, {"x", "y"}), (Hosts{"x", "x", "x", "x"})); }

TEST(Placement, ChildrenFollowTheirParents) {
  EXPECT_EQ(place(family(), {{"cc", "y"}}, {"x", "y"}), (Hosts{"x", "y", "y", "x"}));
}

TEST(Placement, EveryNameAProcessHadCounts) {
  EXPECT_EQ(place(family(), {{"sh", "y"}}, {"x", "y"}), (Hosts{"x", "y", "y", "x"}));
}

TEST(Placement, LastMatchingRuleWins) {
  EXPECT_EQ(place(family(), {{"*", "y"}, {"l?", "z"}, {"pid:102", "x"}}, {"x", "y", "z"}), (Hosts{"y", "y", "x", "z"}));
  EXPECT_EQ(place(family(), {{"cmd:as *main.s", "y"}}, {"x", "y"}), (Hosts{"x", "x", "y", "x"}));
}

TEST(Placement, UnmatchedPatternIsAnErrorEvenIfOthersMatch) {
  EXPECT_THROW(place(family(), {{"cc", "y"}, {"gcc", "y"}}, {"x", "y"}), ReplayError);
  EXPECT_THROW(place(family(), {{"pid:1", "y"}}, {"x", "y"}), ReplayError);
}

TEST(Placement, PidIsNotAPrefix) { EXPECT_THROW(place(family(), {{"pid:10", "y"}}, {"x", "y"}), ReplayError); }

}  // namespace
}  // namespace simrec::replay::test
