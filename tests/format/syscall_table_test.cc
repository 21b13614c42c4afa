#include "trace-format/syscall_table.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <algorithm>
#include <set>
#include <string>

#include "trace-format/model.h"

namespace simrec {
namespace {

TEST(SyscallTable, IsSortedAndFindsEveryRow) {
  EXPECT_TRUE(std::ranges::is_sorted(syscall_table(), {}, &SyscallRow::number));
  std::set<std::string> names;
  for (const SyscallRow& row : syscall_table()) {
    EXPECT_EQ(find_syscall(row.number), &row) << row.name;
    EXPECT_EQ(event_name(row.number), row.name);
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " twice";
    for (std::size_t i = 0; i < row.arguments.size(); ++i) {
      EXPECT_EQ(row.arguments[i].kind == ArgumentKind::none, i >= row.argument_count()) << row.name << ": a gap";
      EXPECT_LT(row.arguments[i].reg, 6);
    }
  }
}

TEST(SyscallTable, UnknownNumbersHaveNamesToo) {
  EXPECT_EQ(find_syscall(SYS_getpid), nullptr);
  EXPECT_EQ(find_syscall(4095), nullptr);
  EXPECT_EQ(find_syscall(UINT16_MAX), nullptr);
  EXPECT_EQ(event_name(4095), "syscall_4095");
  EXPECT_EQ(event_name(777), "syscall_777");
  EXPECT_EQ(event_name(event_kind(PseudoEvent::threadStart)), "thread-start");
  EXPECT_EQ(event_name(event_kind(PseudoEvent::sample)), "sample");
  EXPECT_EQ(event_name(UINT16_MAX), "unknown-event");
}

}  // namespace
}  // namespace simrec
