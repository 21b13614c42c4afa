// The validator: broken programs are found, and cycles named in the user's terms.
#include "replayer/program/check.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include "replayer/program/print.h"

#include <sstream>

namespace simrec::replay::test {
namespace {

constexpr Op kExit{OpKind::exit, Cause::none, 0, 0, 0};

/// Two processes, "left" and "right", one thread each, two streams between them.
Program two_processes(std::vector<Op> left, std::vector<Op> right) {
  Program p;
  for (auto [name, pid] : {std::pair{"left", 10}, std::pair{"right", 20}}) {
    ProgramProcess process;
    process.name = name;
    process.pid = pid;
    p.processes.push_back(process);
  }
  left.push_back(kExit);
  right.push_back(kExit);
  const OpOrigin read5{0, SYS_read, 5};
  p.threads.push_back({0, 10, false, 0, std::move(left), {read5}});
  p.threads.push_back({1, 20, false, 0, std::move(right), {read5}});
  p.streams.push_back({Transport::pipe, 100, 0, 0, 1, "pipe:[1]"});
  p.streams.push_back({Transport::pipe, 100, 0, 1, 0, "pipe:[2]"});
  p.tokens = 1;
  return p;
}

Op send(std::uint32_t stream, std::int64_t bytes) { return {OpKind::send, Cause::none, 0, stream, bytes}; }
Op recv(std::uint32_t stream, std::int64_t bytes) { return {OpKind::recv, Cause::none, 0, stream, bytes}; }

TEST(Check, SoundProgramsPass) {
  EXPECT_EQ(check(two_processes({send(0, 10), recv(1, 5)}, {recv(0, 10), send(1, 5)})), "");
}

TEST(Check, ACycleIsNamedByProcessCallDescriptorAndPeer) {
  const std::string error = check(two_processes({recv(1, 5), send(0, 10)}, {recv(0, 10), send(1, 5)}));
  EXPECT_EQ(
      error,
      "The program cannot proceed: a cycle of waits: left[10] read fd 5 waits for byte 5 of pipe:[2] from right[20]; "
      "right[20] read fd 5 waits for byte 10 of pipe:[1] from left[10].");
}

TEST(Check, CapacityCounts) {
  // 150 bytes do not fit into 100 before anybody reads, and the reader waits for what follows.
  EXPECT_NE(check(two_processes({send(0, 150), send(0, 1), send(1, 1)}, {recv(1, 1), recv(0, 151)})), "");
  EXPECT_EQ(check(two_processes({send(0, 150), send(1, 1)}, {recv(0, 60), recv(1, 1), recv(0, 150)})), "");
}

TEST(Check, AWaitForAnAcknowledgementNamesItsStream) {
  const auto checked = [](std::uint16_t flags, std::uint32_t stream) {
    return check(two_processes(
        {{OpKind::sleep, Cause::network, flags, stream, 10}, {OpKind::compute, Cause::none, 0, 0, 1}}, {}));
  };
  EXPECT_EQ(checked(kNagle, 1), "");
  EXPECT_NE(checked(kNagle, 2).find("of a stream that does not exist"), std::string::npos);
  EXPECT_NE(checked(kNagle | kInterruptible, 1), "") << "its target would be two things";
}

TEST(Check, MoreReceivedThanSentIsFound) {
  EXPECT_NE(check(two_processes({send(0, 10)}, {recv(0, 11)})).find("nobody can provide"), std::string::npos);
}

TEST(Check, TimeSlicesThatWouldTakeForeverAreRefused) {
  for (const auto& [slice, error] :
       {std::pair<Ns, bool>{0, false}, {kShortestSlice_ns, false}, {1, true}, {-1, true}}) {
    Program p = two_processes({}, {});
    p.processes[1].interpreter_slice_ns = slice;
    EXPECT_EQ(check(p).find("time slice") != std::string::npos, error) << slice;
  }
}

TEST(Check, ATokenNobodySignalsIsFound) {
  EXPECT_NE(check(two_processes({{OpKind::wait, Cause::sync, 0, 0, 0}}, {})).find("left[10]"), std::string::npos);
}

TEST(Check, IndicesMustExist) {
  EXPECT_NE(check(two_processes({send(7, 1)}, {})).find("target 7"), std::string::npos);
  EXPECT_NE(check(two_processes({{OpKind::spawn, Cause::none, 0, 9, 0}}, {})).find("target 9"), std::string::npos);
  EXPECT_NE(check(two_processes({kExit}, {})).find("exit is not the last op"), std::string::npos);
}

TEST(Print, ShowsEveryOpWithItsOrigin) {
  std::ostringstream out;
  print(two_processes({send(0, 10)}, {recv(0, 10)}), out);
  EXPECT_NE(out.str().find("recv #0 10    (read fd 5)"), std::string::npos) << out.str();
}

}  // namespace
}  // namespace simrec::replay::test
