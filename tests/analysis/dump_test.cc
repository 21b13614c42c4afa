#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/analysis/run_program.h"
#include "tests/analysis/sample_trace.h"

namespace simrec::test {
namespace {

class Dump : public testing::Test {
 protected:
  Dump() {
    write_pipeline_trace(pipeline_);
    write_calls_trace(calls_);
  }

  ScratchDirectory scratch_;
  const std::string pipeline_ = scratch_ / "pipeline.capnp";
  const std::string calls_ = scratch_ / "calls.capnp";
};

TEST_F(Dump, ShowsStacksOfSamples) {
  const std::string sampled = scratch_ / "sampled.capnp";
  write_sampled_trace(sampled);
  const Result text = run_program({SIMTRACE, "dump", "--stacks", "-e", "sample", sampled});
  EXPECT_NE(text.out.find("--- sample cpu=5.000 ms ---\n                > hot (/bin/prog)\n                > hot "
                          "(/bin/prog)\n                > main (/bin/prog)\n"),
            std::string::npos)
      << text.out;
  EXPECT_NE(text.out.find("> ? (/bin/prog+0x3abc)\n                > main (/bin/prog)\n"), std::string::npos)
      << text.out;
  const Result lines = run_program({SIMTRACE, "dump", "--json", "--stacks", "-e", "sample", sampled});
  const auto first = nlohmann::json::parse(lines.out.substr(0, lines.out.find('\n')));
  EXPECT_EQ(first.at("arguments").at("cpu_ns"), 5'000'000);
  EXPECT_EQ(first.at("frames").size(), 3u);
  EXPECT_EQ(first.at("frames")[2], (nlohmann::json{{"function", "main"}, {"module", "/bin/prog"}, {"offset", 0x1000}}));
}

TEST_F(Dump, PrintsEveryKindOfArgument) {
  const Result result = run_program({SIMTRACE, "dump", calls_});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out,
            R"(    0.000000     200  --- thread-start ---
    0.000000     200  --- exec-done prog 'two words' ---
    0.000010     200  openat(O_RDONLY|O_CLOEXEC, "/etc/passwd") = 3</etc/passwd> <5.000 µs>
    0.000025     200  openat(O_RDWR|O_CREAT, "/no\nsuch") = -1 ENOENT (No such file or directory) <5.000 µs>
    0.000031     200  read(3</etc/passwd>, count=4096) = 100 <2.000 µs>
    0.000034     200  socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, protocol=0) = 4<tcp 127.0.0.1:4242->127.0.0.1:6379> <2.000 µs>
    0.000037     200  connect(4<tcp 127.0.0.1:4242->127.0.0.1:6379>, 127.0.0.1:6379) = 0 <52.00 µs>
    0.000090     200  sendto(4<tcp 127.0.0.1:4242->127.0.0.1:6379>, count=42, MSG_NOSIGNAL) = 42 <2.000 µs>
    0.000093     200  recvfrom(4<tcp 127.0.0.1:4242->127.0.0.1:6379>, count=4096, MSG_DONTWAIT) = -1 EAGAIN (Resource temporarily unavailable) <2.000 µs>
    0.000096     200  poll(nfds=2, timeout=1.500 ms, ready={4<tcp 127.0.0.1:4242->127.0.0.1:6379>=POLLIN|POLLHUP}) = 1 <102.0 µs>
    0.000199     200  epoll_create1(EPOLL_CLOEXEC) = 5<epoll:[2]> <2.000 µs>
    0.000201     200  epoll_ctl(epfd=5<epoll:[2]>, EPOLL_CTL_ADD, 4<tcp 127.0.0.1:4242->127.0.0.1:6379>, POLLIN, data=0xbeef)
    0.000202     200  epoll_wait(epfd=5<epoll:[2]>, timeout=none, ready_data=[0xbeef]) = 1 <22.00 µs>
    0.000225     200  futex(0x1000, FUTEX_WAIT|FUTEX_PRIVATE_FLAG, value=7, timeout=2.000 ms) = -1 ETIMEDOUT (Connection timed out) <32.00 µs>
    0.000258     200  nanosleep(timeout=1.000 ms) = 0 <1.002 ms>
    0.001261     200  dup2(3</etc/passwd>, new_fd=9) = 9</etc/passwd> <2.000 µs>
    0.001263     200  close(3</etc/passwd>)
    0.001264     200  read(9</etc/passwd>, count=4096) = 0 <2.000 µs>
    0.001267     200  kill(pid=200, SIGUSR1) = 0 <2.000 µs>
    0.001269     200  --- signal SIGUSR1 code=0 from pid 200 ---
    0.001270     200  wait4(pid=-1, WNOHANG) = ? ERESTARTSYS <2.000 µs>
    0.001273     200  pause() <unfinished: the thread, or the recording, ended inside the call>
    0.001278     200  --- thread-exit killed by SIGKILL last thread of the process ---
)");
}

TEST_F(Dump, FollowsDescriptorsThroughForkDupAndClose) {
  const Result result = run_program({SIMTRACE, "dump", "-p", "101", pipeline_});
  EXPECT_EQ(result.out,
            R"(    0.001000     101  --- thread-start ---
    0.001100     101  dup2(4<pipe:[4711]>, new_fd=1</dev/pts/0>) = 1<pipe:[4711]> <5.000 µs>
    0.001105     101  close(3<pipe:[4711]>)
    0.001105     101  close(4<pipe:[4711]>)
    0.003105     101  write(1<pipe:[4711]>, count=12) = 12 <20.00 µs>
    0.004125     101  exit_group(status=0)
    0.004125     101  --- thread-exit exited 0 last thread of the process ---
)");
}

TEST_F(Dump, FiltersByNameAndProcess) {
  const Result result = run_program({SIMTRACE, "dump", "-e", "read,thread-exit", "-p", "102", pipeline_});
  std::istringstream lines(result.out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_TRUE(line.find(" read(") != std::string::npos || line.find("thread-exit") != std::string::npos) << line;
    EXPECT_NE(line.find(" 102 "), std::string::npos) << line;
  }
  EXPECT_EQ(count, 3);
}

TEST_F(Dump, ProcessesHaveNames) {
  EXPECT_EQ(run_program({SIMTRACE, "dump", "-p", "wc", pipeline_}).out,
            run_program({SIMTRACE, "dump", "-p", "102", pipeline_}).out);
  EXPECT_EQ(run_program({SIMTRACE, "dump", "-p", "wc,102,ls", pipeline_}).out,
            run_program({SIMTRACE, "dump", "-p", "101", "-p", "102", pipeline_}).out);
}

TEST_F(Dump, JsonLinesHoldPlainNumbers) {
  const Result result = run_program({SIMTRACE, "dump", "--json", calls_});
  ASSERT_EQ(result.status, 0) << result.err;
  std::istringstream lines(result.out);
  std::vector<nlohmann::json> events;
  for (std::string line; std::getline(lines, line);) events.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(events.size(), 23u);
  EXPECT_EQ(events[0].at("event"), "thread-start");
  const auto& open = events[2];
  EXPECT_EQ(open.at("call"), "openat");
  EXPECT_EQ(open.at("time_ns"), 10000);
  EXPECT_EQ(open.at("pid"), 200);
  EXPECT_EQ(open.at("result"), 3);
  EXPECT_EQ(open.at("duration_ns"), 5000);
  EXPECT_EQ(open.at("burst_ns"), 10000);
  EXPECT_EQ(open.at("arguments").at("path"), "/etc/passwd");
  EXPECT_EQ(events[9].at("arguments").at("ready"), "{4<tcp 127.0.0.1:4242->127.0.0.1:6379>=POLLIN|POLLHUP}");
  EXPECT_EQ(events[3].at("result"), -2);
  EXPECT_EQ(events[4].at("arguments").at("fd"), 3);
  EXPECT_EQ(events[4].at("arguments").at("fd_object"), "/etc/passwd");
  EXPECT_EQ(events[21].at("unfinished"), true);
}

TEST_F(Dump, IsQuietWhenItsReaderLeaves) {
  const Result result =
      run_program({"/bin/sh", "-c", std::string(SIMTRACE) + " dump '" + pipeline_ + "' 2>&1 | head -n 1"});
  EXPECT_EQ(result.out, "    0.000000     100  --- thread-start ---\n");
}

TEST_F(Dump, ReadsStandardInput) {
  const Result piped = run_program({"/bin/sh", "-c", "cat '" + calls_ + "' | " + SIMTRACE + " dump -"});
  EXPECT_EQ(piped.out, run_program({SIMTRACE, "dump", calls_}).out);
}

TEST_F(Dump, ManyOverlappingBlocksComeOutInOrder) {
  const std::string path = scratch_ / "turns.capnp";
  write_interleaved_trace(path, 2000);
  const Result result = run_program({SIMTRACE, "dump", path});
  std::istringstream lines(result.out);
  double last = -1;
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const double time = std::stod(line);
    ASSERT_GE(time, last);
    last = time;
  }
  EXPECT_EQ(count, 4000);
}

}  // namespace
}  // namespace simrec::test
