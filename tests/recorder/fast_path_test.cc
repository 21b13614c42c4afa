// Tier 2 as a user sees it: what it took, and what happens when the recorder does not keep up.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "recorder/fast/availability.h"
#include "tests/recorder/recorded.h"
#include "tests/recorder/run_simrec.h"

namespace simrec::record::testing {
namespace {

constexpr int kBlocks = 200'000;

std::vector<std::string> copying(std::vector<std::string> options) {
  options.insert(options.end(), {"-o", "t.capnp", "dd", "if=/dev/zero", "of=/dev/null", "bs=1", "status=none",
                                 "count=" + std::to_string(kBlocks)});
  return options;
}

std::uint64_t counted(const Trace& trace, const std::string& name) {
  for (const NamedCount& count : trace.footer->calls)
    if (count.name == name) return count.count;
  return 0;
}

void expect_all_blocks(const Recorded& recorded) {
  expect_whole(recorded, {});
  EXPECT_EQ(recorded.calls("write", 1), kBlocks);
  EXPECT_GE(recorded.calls("read", 1), kBlocks);
}

/// "127.0.0.1:12345" -> "127.0.0.1": ports differ from run to run.
std::string without_port(const std::string& address) {
  return address.starts_with("unix:") ? "unix" : address.substr(0, address.rfind(':'));
}

/// All that is the same whenever a socket's program runs again, but for its ports.
std::string text_of(const Recorded& r, const Object& socket) {
  std::string text = socket.cookie != 0 && socket.inode != 0 && socket.network_namespace != 0 ? "whole" : "";
  for (const std::uint64_t value : {static_cast<std::uint64_t>(socket.kind), socket.send_buffer_bytes,
                                    socket.receive_buffer_bytes, std::uint64_t{socket.nonblocking}})
    text += ' ' + std::to_string(value);
  return text + ' ' + without_port(r.text(socket.local_address)) + ' ' + without_port(r.text(socket.peer_address));
}

/// Calls about sockets of a program with one thread, in its order.
std::vector<std::string> socket_calls(const Recorded& r) {
  std::vector<std::string> calls;
  for (const ThreadEvents& events : r.trace().events)
    for (std::size_t i = 0; i < events.size(); ++i) {
      const Event event = events[i];
      const std::string name(event_name(event.kind));
      const SyscallRow* row = find_syscall(event.kind);
      if (row == nullptr || (row->extra != Extra::object && row->extra != Extra::address)) continue;
      const std::size_t object = row->argument_count();
      std::string call = name + ' ' + std::to_string(event.result) + ' ' +
                         std::to_string(event.flags & (kUnknown | kUnfinished | kRestarted));
      for (std::size_t a = 0; a < object; ++a) call += ' ' + std::to_string(event.argument(a));
      if (event.argument(object, 0) != 0) call += ' ' + text_of(r, r.object(event.argument(object)));
      if (row->extra == Extra::address)
        call += " to " + without_port(r.text(StringId{static_cast<std::uint32_t>(event.argument(object + 1))}));
      calls.push_back(call);
    }
  return calls;
}

class FastPath : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string obstacle = fast_path_obstacle(); !obstacle.empty()) GTEST_SKIP() << obstacle;
  }
  const ScratchDirectory directory;
  Recorded recorded() const { return Recorded(load_trace(directory.file("t.capnp"))); }
};

TEST_F(FastPath, TakesNearlyAllCallsOfABusyProgram) {
  const Finished finished = run_simrec(directory, copying({}));
  ASSERT_EQ(finished.status, 0) << finished.err;
  EXPECT_NE(finished.err.find("on the fast path"), std::string::npos) << finished.err;
  const Recorded r = recorded();
  expect_all_blocks(r);
  EXPECT_GT(counted(r.trace(), "tier2"), 2U * kBlocks * 9 / 10);
  EXPECT_GT(r.flagged("write", kFast), kBlocks * 9 / 10);
}

TEST_F(FastPath, CanBeTurnedOff) {
  const Finished finished = run_simrec(directory, {"--no-fast", "-o", "t.capnp", "dd", "if=/dev/zero", "of=/dev/null",
                                                   "bs=1", "status=none", "count=2000"});
  ASSERT_EQ(finished.status, 0) << finished.err;
  const Recorded r = recorded();
  EXPECT_EQ(counted(r.trace(), "tier2"), 0U);
  EXPECT_EQ(r.flagged("write", kFast), 0);
  EXPECT_EQ(r.calls("write", 1), 2000);
}

TEST_F(FastPath, ShortProgramsDoNotGetIt) {
  const Finished finished = run_simrec(directory, {"-q", "-o", "t.capnp", "true"});
  ASSERT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(counted(recorded().trace(), "tier2"), 0U);
}

TEST_F(FastPath, LosesNothingWhileTheRecorderStandsStill) {
  RunningSimrec simrec(directory, copying({"-q"}));
  for (int i = 0; i < 4; ++i) {  // rings fill up; then the program waits
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    kill(simrec.pid(), SIGSTOP);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    kill(simrec.pid(), SIGCONT);
  }
  const Finished finished = simrec.wait();
  ASSERT_EQ(finished.status, 0) << finished.err;
  expect_all_blocks(recorded());
}

TEST_F(FastPath, SeesSocketsAsStopsSeeThem) {
  std::vector<std::vector<std::string>> seen;
  std::vector<std::size_t> sockets;
  for (const char* tier : {"--no-fast", "--fast-after=1"}) {
    const Finished finished = run_simrec(directory, {"-q", tier, "-o", "t.capnp", PROGRAMS_DIRECTORY "/fast_sockets"});
    ASSERT_EQ(finished.status, 0) << finished.err;
    const Recorded r = recorded();
    expect_whole(r, {});
    seen.push_back(socket_calls(r));
    sockets.push_back(r.objects(ObjectKind::tcp).size());
    for (const char* call : {"socket", "connect", "accept", "accept4", "bind"})
      EXPECT_EQ(r.flagged(call, kFast) > 0, seen.size() == 2) << call;
  }
  EXPECT_GT(seen[0].size(), 1000U);
  EXPECT_EQ(sockets[0], sockets[1]);
  ASSERT_EQ(seen[0].size(), seen[1].size());
  for (std::size_t i = 0; i < seen[0].size(); ++i) ASSERT_EQ(seen[0][i], seen[1][i]) << "call " << i;
}

TEST_F(FastPath, KnowsEverySocketWhateverSignalsCome) {
  const Finished finished =
      run_simrec(directory, {"-q", "--fast-after=1", "-o", "t.capnp", PROGRAMS_DIRECTORY "/fast_sockets", "signals"});
  ASSERT_EQ(finished.status, 0) << finished.err;
  const Recorded r = recorded();
  expect_whole(r, {});
  std::set<std::int64_t> made;
  for (const char* call : {"socket", "accept", "accept4"})
    r.each(call, [&](const Event& event) {
      if (event.result < 0) return;
      const std::int64_t object = event.argument(find_syscall(event.kind)->argument_count());
      EXPECT_EQ(r.object(object).kind, ObjectKind::tcp) << call;
      EXPECT_TRUE(made.insert(object).second) << call << " made a socket that was there already";
    });
  EXPECT_EQ(made.size(), 1U + 2 * 2 * 10 * 40);
  EXPECT_EQ(r.objects(ObjectKind::tcp).size(), made.size());
  r.each("connect", [&](const Event& event) { EXPECT_TRUE(event.result != 0 || made.contains(event.argument(1))); });
}

TEST_F(FastPath, TellsWaitingFromComputingWithoutRseq) {
  const Finished finished =
      run_simrec(directory, {"-q", "--fast-after=1", "-o", "t.capnp", "env", "GLIBC_TUNABLES=glibc.pthread.rseq=0",
                             PROGRAMS_DIRECTORY "/waits_after_bursts"});
  ASSERT_EQ(finished.status, 0) << finished.err;
  const Recorded r = recorded();
  EXPECT_GT(r.flagged("clock_nanosleep", kFast), 100);
  r.each("clock_nanosleep",
         [](const Event& event) { EXPECT_LT(event.call_cpu_ns, (event.exit_ns - event.entry_ns) / 2); });
}

TEST_F(FastPath, LosesNoCpuTimeOnACrowdedCore) {
  const Finished finished = run_simrec(directory, {"-q", "-o", "t.capnp", PROGRAMS_DIRECTORY "/crowded_core", "print"});
  ASSERT_EQ(finished.status, 0) << finished.err;
  const Recorded r = recorded();
  EXPECT_GT(r.flagged("futex", kFast), 10);
  Ns recorded_ns = 0;
  for (const ThreadEvents& events : r.trace().events)
    for (std::size_t i = 0; i < events.size(); ++i) recorded_ns += events[i].burst_ns + events[i].call_cpu_ns;
  const double used_ns = std::stod(finished.out);
  EXPECT_NEAR(static_cast<double>(recorded_ns), used_ns, used_ns * 0.05);
}

TEST_F(FastPath, WorksUnderALimitOnFileSizes) {
  // The memory for rings is a file to the kernel: the program itself, had it asked for that much, would get a signal.
  const Finished finished = run_simrec(directory, {"-q", "-o", "/dev/null", "sh", "-c",
                                                   "ulimit -f 100; exec dd if=/dev/zero of=/dev/null bs=1 count=2000"});
  EXPECT_EQ(finished.status, 0) << finished.err;
}

}  // namespace
}  // namespace simrec::record::testing
