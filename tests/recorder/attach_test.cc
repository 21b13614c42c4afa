// simrec -p: a program that runs already is recorded, and does not notice.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>

#include "recorder/attach.h"
#include "recorder/ptrace.h"
#include "tests/recorder/run_simrec.h"
#include "trace-format/syscall_table.h"
#include "trace-format/trace_reader.h"

namespace simrec::record::testing {
namespace {

/// Waits for something to become true; false after a minute.
bool becomes(const std::function<bool()>& condition) {
  for (int i = 0; i < 6000; ++i) {
    if (condition()) return true;
    usleep(10000);
  }
  return false;
}

/// tests/recorder/waiting_tree.c at work in a directory.
class WaitingTree {
 public:
  explicit WaitingTree(const ScratchDirectory& directory) : directory_(directory) {
    mkfifo(directory.file("go").c_str(), 0600);
    pid_ = fork();
    if (pid_ == 0) {
      setpgid(0, 0);
      if (chdir(directory.path().c_str()) == 0) execl(WAITING_TREE, "waiting_tree", nullptr);
      _exit(99);
    }
    ready_ = appears(directory.file("ready"));
  }
  ~WaitingTree() {
    if (pid_ <= 0) return;
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  bool ready() const { return ready_; }
  pid_t pid() const { return pid_; }
  void go() { std::ofstream(directory_.file("go")) << "g" << std::flush; }
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return status;
  }
  /// Tracers of all its threads, 0 = none.
  std::vector<pid_t> tracers() const {
    std::vector<pid_t> found;
    std::error_code ended;
    const std::filesystem::path tasks = "/proc/" + std::to_string(pid_) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks, ended)) {
      std::ifstream in(task.path() / "status");
      for (std::string line; std::getline(in, line);)
        if (line.starts_with("TracerPid:")) found.push_back(std::stoi(line.substr(10)));
    }
    return found;
  }
  bool traced_by(pid_t tracer) const {
    return std::ranges::all_of(tracers(), [=](pid_t pid) { return pid == tracer; });
  }

 private:
  const ScratchDirectory& directory_;
  pid_t pid_ = 0;
  bool ready_ = false;
};

std::size_t calls(const Trace& trace, std::string_view name) {
  std::size_t n = 0;
  for (const ThreadEvents& events : trace.events)
    for (std::size_t i = 0; i < events.size(); ++i) n += event_name(events[i].kind) == name;
  return n;
}

bool has_call(const Trace& trace, std::string_view name, std::uint32_t flag) {
  for (const ThreadEvents& events : trace.events)
    for (std::size_t i = 0; i < events.size(); ++i)
      if (event_name(events[i].kind) == name && (events[i].flags & flag) == flag) return true;
  return false;
}

class Attach : public ::testing::Test {
 protected:
  void SetUp() override {
    int scope = 0;
    std::ifstream("/proc/sys/kernel/yama/ptrace_scope") >> scope;
    if (scope != 0 && geteuid() != 0) GTEST_SKIP() << "kernel.yama.ptrace_scope lets only root attach to processes";
  }
  std::vector<std::string> options(pid_t pid) const { return {"-q", "-o", "t.capnp", "-p", std::to_string(pid)}; }
  Trace trace() const { return load_trace(directory.file("t.capnp")); }
  ScratchDirectory directory;
};

TEST_F(Attach, DetachesOnInterruptAndTheProgramDoesNotNotice) {
  WaitingTree tree(directory);
  ASSERT_TRUE(tree.ready());
  RunningSimrec simrec(directory, options(tree.pid()));
  ASSERT_TRUE(becomes([&] { return tree.traced_by(simrec.pid()); }));
  usleep(300'000);  // something to record
  kill(simrec.pid(), SIGINT);
  const Finished finished = simrec.wait();
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_EQ(finished.err, "");
  EXPECT_TRUE(tree.traced_by(0));
  tree.go();
  EXPECT_EQ(tree.wait(), 0);

  const Trace recorded = trace();
  EXPECT_EQ(recorded.incomplete, "");
  EXPECT_TRUE(starts_in_the_middle(recorded.header));
  EXPECT_EQ(recorded.footer->truncated_by, "SIGINT");
  ASSERT_EQ(recorded.tables.processes().size(), 2U);
  EXPECT_EQ(recorded.tables.threads().size(), 6U);
  EXPECT_EQ(recorded.tables.processes()[1].parent_plus_one, 1U);
  EXPECT_GT(calls(recorded, "clock_nanosleep"), 1U);
  // Who waits all the time is in the call it was found in.
  for (const char* name : {"epoll_wait", "rt_sigtimedwait", "poll"})
    EXPECT_TRUE(has_call(recorded, name, kUnfinished)) << name;
  EXPECT_TRUE(has_call(recorded, "semop", kUnfinished) || has_call(recorded, "semtimedop", kUnfinished));
}

TEST_F(Attach, RecordsToTheEndOfTheTree) {
  WaitingTree tree(directory);
  ASSERT_TRUE(tree.ready());
  RunningSimrec simrec(directory, options(tree.pid()));
  ASSERT_TRUE(becomes([&] { return tree.traced_by(simrec.pid()); }));
  usleep(100'000);
  tree.go();
  EXPECT_EQ(tree.wait(), 0);
  const Finished finished = simrec.wait();
  EXPECT_EQ(finished.status, 0) << finished.err;

  const Trace recorded = trace();
  EXPECT_EQ(recorded.incomplete, "");
  EXPECT_TRUE(starts_in_the_middle(recorded.header));
  EXPECT_EQ(recorded.footer->truncated_by, "");
  EXPECT_EQ(recorded.footer->root_exit_status, 0);
  EXPECT_EQ(calls(recorded, "thread-exit"), 6U);
  EXPECT_EQ(calls(recorded, "epoll_wait"), 1U);
  EXPECT_EQ(calls(recorded, "wait4"), 1U);
  EXPECT_FALSE(has_call(recorded, "epoll_wait", kUnfinished));
  // What the epoll instance watches was registered before.
  bool registered = false;
  for (std::size_t i = 0; i < recorded.events[0].size(); ++i)
    if (const Event event = recorded.events[0][i]; event_name(event.kind) == "epoll_ctl" && event.argument(4) == 77)
      registered = event.entry_ns == 0 && event.argument(1) == EPOLL_CTL_ADD;
  EXPECT_TRUE(registered);
  // The pipe between the two is one object, known from before.
  const auto pipe_of = [&](std::size_t process) {
    for (const Descriptor& descriptor : recorded.tables.processes()[process].descriptors)
      if (const Object& object = recorded.tables.object(descriptor.object);
          object.kind == ObjectKind::pipe && object.path.value == 0)  // no FIFO
        return object.id.value;
    return 0U;
  };
  EXPECT_NE(pipe_of(0), 0U);
  EXPECT_EQ(pipe_of(0), pipe_of(1));
}

TEST_F(Attach, FollowsChildrenBornLater) {
  const pid_t shell = fork();
  if (shell == 0) {
    if (chdir(directory.path().c_str()) == 0)
      execl("/bin/sh", "sh", "-c", "echo x > ready; while [ ! -e go ]; do sleep 0.05; done; exit 4", nullptr);
    _exit(99);
  }
  ASSERT_TRUE(appears(directory.file("ready")));
  RunningSimrec simrec(directory, options(shell));
  const std::string status = "/proc/" + std::to_string(shell) + "/status";
  ASSERT_TRUE(becomes([&] {
    std::ifstream in(status);
    return std::string(std::istreambuf_iterator<char>(in), {}).find("TracerPid:\t" + std::to_string(simrec.pid())) !=
           std::string::npos;
  }));
  usleep(300'000);
  std::ofstream(directory.file("go")) << "x";
  int end = 0;
  waitpid(shell, &end, 0);
  EXPECT_EQ(end, 4 << 8);
  EXPECT_EQ(simrec.wait().status, 0);
  const Trace recorded = trace();
  EXPECT_GT(recorded.tables.processes().size(), 2U);
  EXPECT_EQ(recorded.footer->root_exit_status, 4 << 8);
  EXPECT_GT(calls(recorded, "execve"), 1U);
}

TEST_F(Attach, AKilledRecorderLeavesTheProgramAlone) {
  WaitingTree tree(directory);
  ASSERT_TRUE(tree.ready());
  RunningSimrec simrec(directory, options(tree.pid()));
  ASSERT_TRUE(becomes([&] { return tree.traced_by(simrec.pid()); }));
  usleep(300'000);  // not while everybody is stopped to be looked at
  kill(simrec.pid(), SIGKILL);
  simrec.wait();
  ASSERT_TRUE(becomes([&] { return tree.traced_by(0); }));
  tree.go();
  EXPECT_EQ(tree.wait(), 0);
}

TEST_F(Attach, DetachesWhenTheTraceCannotBeWritten) {
  WaitingTree tree(directory);
  ASSERT_TRUE(tree.ready());
  const pid_t simrec = fork();
  if (simrec == 0) {
    const rlimit small{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &small);
    dup2(open(directory.file("errors").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), STDERR_FILENO);
    if (chdir(directory.path().c_str()) == 0)
      execl(SIMREC_EXECUTABLE, "simrec", "-q", "-p", std::to_string(tree.pid()).c_str(), nullptr);
    _exit(99);
  }
  int status = 0;
  waitpid(simrec, &status, 0);
  EXPECT_EQ(status, 125 << 8);
  std::ifstream in(directory.file("errors"));
  const std::string message(std::istreambuf_iterator<char>(in), {});
  EXPECT_NE(message.find("File too large"), std::string::npos) << message;
  EXPECT_TRUE(tree.traced_by(0));
  tree.go();
  EXPECT_EQ(tree.wait(), 0);
}

TEST_F(Attach, SaysWhatIsWrong) {
  const auto fails = [&](const std::vector<std::string>& arguments, const std::string& reason) {
    const Finished finished = run_simrec(directory, arguments);
    EXPECT_TRUE(WIFEXITED(finished.status) && WEXITSTATUS(finished.status) == 125) << finished.status;
    EXPECT_NE(finished.err.find(reason), std::string::npos) << finished.err;
    EXPECT_EQ(std::ranges::count(finished.err, '\n'), 1) << finished.err;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
      EXPECT_EQ(entry.path().string().find("capnp"), std::string::npos) << entry.path();
  };
  fails({"-p", "4194303"}, "there is no such process");
  fails({"-p", "0"}, "takes a process number");
  fails({"-p", "1", "true"}, "takes no command");
  fails({"-p", "1", "--one-core"}, "does not go with -p");

  WaitingTree tree(directory);
  ASSERT_TRUE(tree.ready());
  const pid_t tracer = fork();
  if (tracer == 0) {
    seize_running(tree.pid());
    std::ofstream(directory.file("seized")) << "x" << std::flush;
    for (;;) pause();
  }
  ASSERT_TRUE(appears(directory.file("seized")));
  fails({"-p", std::to_string(tree.pid())}, "traces it already");
  kill(tracer, SIGKILL);
  waitpid(tracer, nullptr, 0);
  tree.go();
  EXPECT_EQ(tree.wait(), 0);
}

TEST_F(Attach, SaysThatItIsNotPermitted) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  std::filesystem::permissions(directory.path(), std::filesystem::perms::all);
  std::error_code error;
  std::filesystem::copy_file(SIMREC_EXECUTABLE, directory.file("simrec"), error);
  ASSERT_FALSE(error) << error.message();
  WaitingTree tree(directory);
  ASSERT_TRUE(tree.ready());
  const pid_t other = fork();
  if (other == 0) {
    const int errors = open(directory.file("errors").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    dup2(errors, STDERR_FILENO);
    if (chdir(directory.path().c_str()) != 0 || setgid(65534) != 0 || setuid(65534) != 0) _exit(99);
    execl("./simrec", "simrec", "-p", std::to_string(tree.pid()).c_str(), nullptr);
    _exit(99);
  }
  int status = 0;
  waitpid(other, &status, 0);
  EXPECT_EQ(status, 125 << 8);
  std::ifstream in(directory.file("errors"));
  const std::string message(std::istreambuf_iterator<char>(in), {});
  EXPECT_NE(message.find("not permitted"), std::string::npos) << message;
  tree.go();
  EXPECT_EQ(tree.wait(), 0);
}

}  // namespace
}  // namespace simrec::record::testing
