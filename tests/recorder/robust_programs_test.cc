// Programs that are hard to follow: what they did must be in the trace to the last call, and what cannot be recorded
// must be counted.
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <set>

#include "tests/recorder/recorded.h"
#include "tests/recorder/run_simrec.h"

namespace simrec::record::testing {
namespace {

constexpr int kCannotBeTried = 77;

struct Case {
  const char* name;
  std::function<void(const Recorded&)> check;
  Losses losses = {};
  std::vector<std::string> options = {};
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

int futexes(const Recorded& r, int operation) {
  int n = 0;
  r.each("futex", [&](const Event& e) { n += (e.argument(1) & FUTEX_CMD_MASK) == operation; });
  return n;
}

void expect_turns(const Recorded& r) {
  EXPECT_EQ(r.calls("write", 1), 100);
  EXPECT_EQ(r.calls("read", 1), 100);
  EXPECT_EQ(r.processes(), 2U);
  EXPECT_EQ(r.threads(), 3U);
}

/// Numbers that waits returned and kills named, with the process each must mean: the one that has this number in the
/// caller's namespace.
void expect_namespace_numbers(const Recorded& r) {
  std::multiset<std::int64_t> numbers;
  for (const Thread& thread : r.trace().tables.threads()) numbers.insert(thread.namespace_tid);
  EXPECT_EQ(numbers, (std::multiset<std::int64_t>{0, 1, 1, 1, 2, 2, 2, 3, 3, 3}));
}

const Losses kFilters(std::uint64_t count) {
  return {{"what seccomp filters of the program itself answer (filters)", count}};
}

const Case kCases[] = {
    {"threads_and_pipes", expect_turns},
    {"static", expect_turns},
    {"static_pie", expect_turns},
    {"legacy_calls", [](const Recorded& r) { EXPECT_EQ(r.calls("write", 0), 4); }, {{"32-bit or x32 system calls", 8}}},
    {"own_filter",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("write", 0), 5 + 3);
       EXPECT_EQ(r.calls("semop"), 0);  // answered by the program's filter: the kernel tells nobody
       EXPECT_EQ(r.calls("msgsnd", -ENOSYS), 5);
       EXPECT_EQ(r.calls("tee", -ENOSYS), 5);
       EXPECT_EQ(r.calls("syscall_110"), 0);  // getppid is of no interest, whoever answers it
       EXPECT_EQ(r.calls("alarm"), 1);
       int traps = 0;
       r.each("signal", [&](const Event& e) { traps += e.argument(0) == SIGSYS && e.argument(1) == 1; });
       EXPECT_EQ(traps, 5);
       EXPECT_EQ(r.calls("seccomp", 0), 8);
     },
     kFilters(8)},
    {"own_allow_list",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("write", 1), 200);
       EXPECT_EQ(r.calls("read", 1), 200);
       EXPECT_EQ(r.processes(), 3U);
       EXPECT_TRUE(r.values("wait4", 2).contains(SIGSYS | 0x80) || r.values("wait4", 2).contains(SIGSYS));
     },
     kFilters(2)},
    {"own_supervisor", [](const Recorded& r) { EXPECT_EQ(r.calls("flock"), 0); }, kFilters(1)},
    {"strict_seccomp",
     [](const Recorded& r) { EXPECT_EQ(r.calls("write", 0), 1); },
     {{"strict seccomp modes (EINVAL)", 1}}},
    {"tracing_a_child",
     [](const Recorded& r) { EXPECT_EQ(r.calls("ptrace", -EPERM), 2); },
     {{"attempts to trace a process, which simrec does already (EPERM)", 2}}},
    {"user_dispatch",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("write", 0), 10);
       EXPECT_EQ(r.calls("flock"), 0);  // dispatched to the program: the kernel never saw them
       EXPECT_EQ(r.calls("signal"), 10);
       EXPECT_EQ(r.calls("prctl", 0), 1);
     }},
    {"pid_namespaces",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 10U);
       EXPECT_EQ(r.calls("kill", 0), 3);
       expect_namespace_numbers(r);
     }},
    {"io_uring_or_not",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("io_uring_setup", -ENOSYS), 1);
       EXPECT_EQ(r.calls("write", 0), 3);
     },
     {{"io_uring: hidden from the program, as if the kernel had none (--allow-io-uring keeps it)", 1}}},
    {"taking_descriptors",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("pidfd_getfd"), 2);
       EXPECT_EQ(r.objects(ObjectKind::eventfd).size(), 1U);
       std::set<std::int64_t> made = r.values("eventfd2", 2);
       r.each("pipe2", [&](const Event& e) { made.insert(e.argument(3)); });
       const std::set<std::int64_t> taken = r.values("pidfd_getfd", 2);
       EXPECT_EQ(taken.size(), 2U);
       EXPECT_TRUE(std::ranges::includes(made, taken));
     }},
    {"memfd_shared",
     [](const Recorded& r) {
       EXPECT_EQ(futexes(r, FUTEX_WAKE), 40);
       std::set<std::pair<std::int64_t, std::int64_t>> keys;
       r.each("futex", [&](const Event& e) { keys.insert({e.argument(4), e.argument(5)}); });
       ASSERT_EQ(keys.size(), 1U);
       EXPECT_EQ(r.object(keys.begin()->first).kind, ObjectKind::sharedMemory);
       EXPECT_EQ(r.objects(ObjectKind::memfd).size(), 1U);
     }},
    {"futex_vector",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("futex_waitv", 2), 1);
       EXPECT_EQ(r.calls("futex_waitv", -ETIMEDOUT), 1);
       EXPECT_EQ(r.values("futex_waitv", 2), std::set<std::int64_t>{3});
     }},
    {"robust_futexes",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 2U);
       EXPECT_EQ(r.threads(), 3U);
       EXPECT_EQ(r.calls("write", 1), 2);
     }},
    {"priority_futexes",
     [](const Recorded& r) {
       EXPECT_EQ(futexes(r, FUTEX_LOCK_PI), 62);
       EXPECT_EQ(futexes(r, FUTEX_UNLOCK_PI), 61);
       EXPECT_EQ(r.calls("futex", -ETIMEDOUT), 1);
     }},
    {"foreign_memory",
     [](const Recorded& r) {
       EXPECT_EQ(r.bytes("process_vm_readv"), 5000);
       EXPECT_EQ(r.bytes("process_vm_writev"), 5000);
     }},
    {"clone_untraced",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 4U);
       EXPECT_EQ(r.calls("write", 0), 15);
       EXPECT_EQ(r.calls("clone"), 1);
       EXPECT_EQ(r.calls("clone3"), 2);
     }},
    {"clone_parent",
     [](const Recorded& r) {
       ASSERT_EQ(r.processes(), 3U);
       for (const Process& process : r.trace().tables.processes())
         EXPECT_EQ(process.parent_plus_one, process.index.value == 0 ? 0U : 1U);
       EXPECT_TRUE(r.values("wait4", 2).contains(4 << 8));
     }},
    {"clone_shared_memory",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 3U);
       EXPECT_EQ(r.bytes("write"), 1 + 8 + 2 + 1);
       EXPECT_EQ(r.objects(ObjectKind::eventfd).size(), 1U);
       std::set<std::uint64_t> flags;
       for (const Thread& thread : r.trace().tables.threads()) flags.insert(thread.clone_flags & CLONE_FILES);
       EXPECT_EQ(flags, (std::set<std::uint64_t>{0, CLONE_FILES}));
     }},
    {"thousand_threads",
     [](const Recorded& r) {
       EXPECT_EQ(r.threads(), 1001U);
       EXPECT_EQ(r.calls("write", 0), 1000);
     }},
    {"five_thousand_processes",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 5001U);
       EXPECT_EQ(r.calls("exit_group"), 5001);
       EXPECT_EQ(r.calls("wait4"), 5001);
     }},
    {"many_descriptors",
     [](const Recorded& r) {
       EXPECT_EQ(r.calls("eventfd2"), 2000);
       EXPECT_EQ(r.calls("pipe") + r.calls("pipe2"), 1000);
       EXPECT_EQ(r.objects(ObjectKind::eventfd).size(), 2000U);
       EXPECT_EQ(r.calls("close_range", 0), 1);
       EXPECT_EQ(r.calls("read", 8), 1);
     }},
    {"exec_while_threads_run",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 1U);
       EXPECT_EQ(r.threads(), 1U + 5U * 5U);
       EXPECT_EQ(r.calls("execve", 0), 5);
       EXPECT_EQ(r.calls("exec-done"), 6);
     }},
    {"exit_from_thread",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 31U);
       for (int code = 0; code < 30; ++code) EXPECT_TRUE(r.values("wait4", 2).contains(code << 8)) << code;
     }},
    {"killed_while_creating",
     [](const Recorded& r) {
       int killed = 0;
       r.each("wait4", [&](const Event& e) { killed += e.argument(2) == SIGKILL; });
       EXPECT_GE(killed, 30);
     }},
    {"many_vforks",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 81U);
       EXPECT_EQ(r.calls("vfork") - r.flagged("vfork", kRestarted), 80);
       EXPECT_EQ(r.calls("execve", 0), 20);
       EXPECT_EQ(r.calls("execve", -ENOENT), 20);
     }},
    {"leader_leaves",
     [](const Recorded& r) {
       EXPECT_EQ(r.processes(), 2U);
       EXPECT_EQ(r.threads(), 3U);
       EXPECT_EQ(r.calls("read", 8), 1);
       EXPECT_EQ(r.objects(ObjectKind::eventfd).size(), 1U);
       EXPECT_EQ(r.calls("exec-done"), 2);
     }},
};

/// A run of a program, "" or why it cannot be tried.
Finished record_program(const ScratchDirectory& directory, const std::string& name,
                        const std::vector<std::string>& options) {
  std::vector<std::string> arguments{"-q", "-o", "t.capnp"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.push_back(std::string(PROGRAMS_DIRECTORY "/") + name);
  return run_simrec(directory, arguments);
}

class RobustPrograms : public ::testing::TestWithParam<Case> {};

TEST_P(RobustPrograms, RecordedToTheLastCall) {
  const ScratchDirectory directory;
  const Finished finished = record_program(directory, GetParam().name, GetParam().options);
  if (WIFEXITED(finished.status) && WEXITSTATUS(finished.status) == kCannotBeTried) GTEST_SKIP() << finished.err;
  ASSERT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(finished.err, "");
  const Recorded recorded(load_trace(directory.file("t.capnp")));
  expect_whole(recorded, GetParam().losses);
  GetParam().check(recorded);
}

INSTANTIATE_TEST_SUITE_P(All, RobustPrograms, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(AllowedIoUring, IsCountedAndMarked) {
  const ScratchDirectory directory;
  const Finished finished = record_program(directory, "io_uring_or_not", {"--allow-io-uring"});
  ASSERT_EQ(finished.status, 0) << finished.err;
  const Recorded recorded(load_trace(directory.file("t.capnp")));
  EXPECT_EQ(recorded.trace().header.options, std::vector<std::string>{"--allow-io-uring"});
  if (recorded.calls("io_uring_setup", -EPERM) + recorded.calls("io_uring_setup", -ENOSYS) > 0)
    GTEST_SKIP() << "no io_uring here";
  expect_whole(recorded, {{"io_uring: what goes through a ring (rings)", 1}});
  EXPECT_EQ(recorded.objects(ObjectKind::ioUring).size(), 1U);
}

class Program32Bit : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(program)) GTEST_SKIP() << "this compiler makes no 32-bit programs";
  }
  const std::string program = PROGRAMS_DIRECTORY "/program_32_bit";
  ScratchDirectory directory;
};

TEST_F(Program32Bit, IsRefusedBeforeItStarts) {
  const Finished finished = run_simrec(directory, {program});
  EXPECT_EQ(WEXITSTATUS(finished.status), 126);
  EXPECT_EQ(finished.err,
            "simrec: '" + program + "' is a 32-bit program; simrec records 64-bit (x86-64) programs only\n");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 2);  // stdout and stderr
}

TEST_F(Program32Bit, IsCountedAsAChild) {
  const Finished finished = run_simrec(directory, {"-o", "t.capnp", "sh", "-c", program + "; echo $?"});
  if (finished.out != "5\n") GTEST_SKIP() << "this kernel runs no 32-bit programs";
  EXPECT_NE(finished.err.find("not recorded: 32-bit programs, whose system calls are not recorded (1)"),
            std::string::npos)
      << finished.err;
  const Recorded recorded(load_trace(directory.file("t.capnp")));
  expect_whole(recorded,
               {{"32-bit or x32 system calls", 1}, {"32-bit programs, whose system calls are not recorded", 1}});
}

}  // namespace
}  // namespace simrec::record::testing
