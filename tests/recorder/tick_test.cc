// The timer that gives a waiting tracer its turn, and what it is there for: an idle program's events reach the file.
#include "recorder/tick.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "tests/recorder/run_simrec.h"
#include "trace-format/syscall_table.h"
#include "trace-format/trace_reader.h"

namespace simrec::record::testing {
namespace {

constexpr Ns kMillisecond = 1'000'000;

/// A child that waits until it is killed; ends with the test.
class WaitingChild {
 public:
  WaitingChild() : pid_(fork()) {
    while (pid_ == 0) pause();
  }
  ~WaitingChild() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

TEST(Tick, InterruptsWaitingAgainAndAgain) {
  const WaitingChild child;
  Tick tick;
  EXPECT_FALSE(tick.armed());
  tick.arm(5 * kMillisecond);
  EXPECT_TRUE(tick.armed());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(waitpid(child.pid(), nullptr, 0), -1);
    EXPECT_EQ(errno, EINTR);
  }
}

TEST(Tick, IsStillAfterDisarmingAndLeavesNothingBehind) {
  struct sigaction before[2] = {}, after[2] = {};
  sigset_t mask_before, mask_after;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask_before);
  sigaction(SIGALRM, nullptr, &before[0]);
  sigaction(SIGRTMAX - 2, nullptr, &before[1]);
  {
    Tick tick;
    tick.arm(kMillisecond);
    tick.disarm();
    EXPECT_FALSE(tick.armed());
    const timespec some_time{0, 20 * kMillisecond};
    EXPECT_EQ(nanosleep(&some_time, nullptr), 0);
    struct sigaction during {};
    sigaction(SIGALRM, nullptr, &during);
    EXPECT_EQ(during.sa_handler, before[0].sa_handler);
  }
  pthread_sigmask(SIG_SETMASK, nullptr, &mask_after);
  sigaction(SIGALRM, nullptr, &after[0]);
  sigaction(SIGRTMAX - 2, nullptr, &after[1]);
  EXPECT_EQ(after[0].sa_handler, before[0].sa_handler);
  EXPECT_EQ(after[1].sa_handler, before[1].sa_handler);
  for (int signal = 1; signal < NSIG; ++signal)
    EXPECT_EQ(sigismember(&mask_after, signal), sigismember(&mask_before, signal)) << signal;
}

/// The recording in progress; empty when there is none (yet).
std::string partial_file(const ScratchDirectory& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
    if (entry.path().string().find(".partial-") != std::string::npos) return entry.path().string();
  return "";
}

std::size_t calls_in(const std::string& file, std::string_view name) {
  std::size_t n = 0;
  const Trace trace = load_trace(file);
  for (const ThreadEvents& events : trace.events)
    for (std::size_t i = 0; i < events.size(); ++i) n += event_name(events[i].kind) == name;
  return n;
}

TEST(Tick, EventsOfAProgramThatGoesIdleReachTheFileBeforeItsRecorderIsKilled) {
  const ScratchDirectory directory;
  RunningSimrec running(directory, {"-q", "sh", "-c", "kill -0 $$; echo > started; exec sleep 1000"});
  ASSERT_TRUE(appears(directory.file("started")));
  // The last thing it does is to sleep: nothing but the timer can write down what came before.
  std::size_t seen = 0;
  for (int i = 0; i < 600 && seen < 2; ++i) {
    usleep(100'000);
    if (const std::string file = partial_file(directory); !file.empty()) seen = calls_in(file, "exec-done");
  }
  EXPECT_EQ(seen, 2U);  // sh and sleep
  kill(running.pid(), SIGKILL);
  running.wait();
  const std::string file = partial_file(directory);
  ASSERT_NE(file, "");
  EXPECT_EQ(calls_in(file, "exec-done"), 2U);
  EXPECT_EQ(calls_in(file, "kill"), 1U);
}

}  // namespace
}  // namespace simrec::record::testing
