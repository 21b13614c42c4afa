// Process numbers in pid namespaces: two containers whose processes have the same numbers.
#include "replayer/compile/pid_numbers.h"

#include <gtest/gtest.h>
#include <linux/sched.h>

namespace simrec::replay::causal {
namespace {

using Found = std::vector<std::uint32_t>;

class Containers : public ::testing::Test {
 protected:
  std::uint32_t add(std::int64_t pid, std::uint32_t parent_plus_one, std::int64_t own_number, std::uint64_t flags = 0) {
    const ProcessId process = builder.process(pid, parent_plus_one);
    builder.thread(process, pid, 0, 0, flags, own_number);
    return process.value;
  }
  PidNumbers numbers() { return PidNumbers(builder.build(1).tables); }
  TraceBuilder builder;
};

TEST_F(Containers, KeepTheirNumbersApart) {
  const std::uint32_t root = add(100, 0, 0);
  const std::uint32_t a = add(101, root + 1, 1, CLONE_NEWPID), b = add(102, root + 1, 1, CLONE_NEWPID);
  const std::uint32_t a2 = add(103, a + 1, 2), b2 = add(104, b + 1, 2);
  const std::uint32_t other = add(105, root + 1, 0);
  const PidNumbers n = numbers();
  EXPECT_EQ(n.processes(a, 2), Found{a2});
  EXPECT_EQ(n.processes(b, 2), Found{b2});
  EXPECT_EQ(n.processes(b2, 1), Found{b});
  EXPECT_EQ(n.threads(a2, 2), Found{a2});
  EXPECT_EQ(n.processes(root, 102), Found{b});
  EXPECT_EQ(n.processes(root, 104), Found{b2});
  EXPECT_EQ(n.processes(root, 2), Found{});
  EXPECT_EQ(n.processes(a, 105), Found{});
  EXPECT_EQ(n.processes(other, 105), Found{other});
}

TEST_F(Containers, OfUnshareHoldTheChildrenOnly) {
  const std::uint32_t root = add(100, 0, 0);
  const std::uint32_t first = add(101, root + 1, 1), second = add(102, root + 1, 2);
  const std::uint32_t grandchild = add(103, second + 1, 3);
  const PidNumbers n = numbers();
  EXPECT_EQ(n.processes(grandchild, 2), Found{second});
  EXPECT_EQ(n.processes(second, 1), Found{first});
  EXPECT_EQ(n.processes(root, 102), Found{second});
}

TEST_F(Containers, NestedOnesHaveNumbersOfTheirOwn) {
  const std::uint32_t root = add(100, 0, 0);
  const std::uint32_t outer = add(101, root + 1, 1, CLONE_NEWPID), inner = add(102, outer + 1, 1, CLONE_NEWPID);
  const std::uint32_t sibling = add(103, outer + 1, 3), nephew = add(104, inner + 1, 2);
  const PidNumbers n = numbers();
  EXPECT_EQ(n.processes(outer, 3), Found{sibling});
  EXPECT_EQ(n.processes(inner, 2), Found{nephew});
  EXPECT_EQ(n.processes(outer, 1), Found{outer});
}

}  // namespace
}  // namespace simrec::replay::causal
