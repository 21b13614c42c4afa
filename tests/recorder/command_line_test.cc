// simrec as its users see it: exit status, signals, files.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <fstream>

#include "tests/recorder/run_simrec.h"
#include "trace-format/trace_reader.h"

namespace simrec::record::testing {
namespace {

class CommandLine : public ::testing::Test {
 protected:
  Finished run(const std::vector<std::string>& arguments) { return run_simrec(directory, arguments); }
  bool exists(const std::string& name) const { return std::filesystem::exists(directory.file(name)); }
  bool partial_left() const {
    return std::ranges::any_of(std::filesystem::directory_iterator(directory.path()), [](const auto& entry) {
      return entry.path().string().find(".partial") != std::string::npos;
    });
  }
  ScratchDirectory directory;
};

int exit_code(const Finished& run) { return WIFEXITED(run.status) ? WEXITSTATUS(run.status) : -1; }

TEST_F(CommandLine, PassesOnTheExitStatus) {
  EXPECT_EQ(exit_code(run({"sh", "-c", "exit 7"})), 7);
  EXPECT_EQ(load_trace(directory.file("trace.capnp")).footer->root_exit_status, 7 << 8);
  EXPECT_FALSE(partial_left());
}

TEST_F(CommandLine, DiesByTheSameSignal) {
  const Finished finished = run({"sh", "-c", "kill -TERM $$"});
  EXPECT_TRUE(WIFSIGNALED(finished.status));
  EXPECT_EQ(WTERMSIG(finished.status), SIGTERM);
  EXPECT_EQ(load_trace(directory.file("trace.capnp")).footer->root_exit_status, SIGTERM);
}

TEST_F(CommandLine, SaysNotFoundAndNotExecutable) {
  EXPECT_EQ(exit_code(run({"no-such-program-anywhere"})), 127);
  std::ofstream(directory.file("plain")) << "text";
  EXPECT_EQ(exit_code(run({"./plain"})), 126);
  EXPECT_EQ(exit_code(run({"--no-such-option"})), 125);
  EXPECT_EQ(exit_code(run({})), 125);
  EXPECT_FALSE(exists("trace.capnp"));
  EXPECT_FALSE(partial_left());
}

TEST_F(CommandLine, RunsScriptsWithoutAnInterpreterLine) {
  std::ofstream(directory.file("script")) << "exit 3\n";
  std::filesystem::permissions(directory.file("script"), std::filesystem::perms::owner_all);
  EXPECT_EQ(exit_code(run({"./script"})), 3);
}

TEST_F(CommandLine, LeavesStdioAlone) {
  const Finished finished = run({"-q", "sh", "-c", "echo out; echo err >&2"});
  EXPECT_EQ(finished.out, "out\n");
  EXPECT_EQ(finished.err, "err\n");
}

TEST_F(CommandLine, SumsUpOnStderr) {
  const Finished finished = run({"true"});
  EXPECT_EQ(finished.out, "");
  EXPECT_NE(finished.err.find("1 process, 1 thread"), std::string::npos) << finished.err;
  EXPECT_NE(finished.err.find("simreplay trace.capnp"), std::string::npos) << finished.err;
}

TEST_F(CommandLine, RefusesToReplaceWithNoClobber) {
  std::ofstream(directory.file("kept")) << "precious";
  EXPECT_EQ(exit_code(run({"--no-clobber", "-o", "kept", "true"})), 125);
  EXPECT_EQ(std::filesystem::file_size(directory.file("kept")), 8U);
  EXPECT_EQ(exit_code(run({"-o", "kept", "true"})), 0);
  EXPECT_NE(std::filesystem::file_size(directory.file("kept")), 8U);
}

TEST_F(CommandLine, WritesTheTraceToStdout) {
  const Finished finished = run({"-q", "-o", "-", "echo", "hello"});
  EXPECT_EQ(finished.err, "hello\n");
  std::ofstream(directory.file("copy.capnp"), std::ios::binary) << finished.out;
  EXPECT_EQ(load_trace(directory.file("copy.capnp")).incomplete, "");
}

TEST_F(CommandLine, FullDiskAtTheStartIsOneClearErrorBeforeTheProgramRuns) {
  const Finished finished = run({"-o", "/dev/full", "sh", "-c", "echo done"});
  EXPECT_EQ(exit_code(finished), 125);
  EXPECT_EQ(finished.out, "");
  EXPECT_NE(finished.err.find("/dev/full"), std::string::npos) << finished.err;
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

TEST_F(CommandLine, UnwritableTraceIsOneClearErrorBeforeTheProgramRuns) {
  const Finished finished = run({"-o", "no/such/directory/t.capnp", "sh", "-c", "echo ran"});
  EXPECT_EQ(exit_code(finished), 125);
  EXPECT_EQ(finished.out, "");
}

TEST_F(CommandLine, InterruptFromTheTerminalEndsTheProgramAndFinishesTheTrace) {
  RunningSimrec running(directory, {"-q", "sh", "-c", "(echo > started; sleep 100); true"});
  ASSERT_TRUE(appears(directory.file("started")));
  kill(-running.pid(), SIGINT);
  const Finished finished = running.wait();
  EXPECT_TRUE(WIFSIGNALED(finished.status) && WTERMSIG(finished.status) == SIGINT) << finished.status;
  const Trace trace = load_trace(directory.file("trace.capnp"));
  EXPECT_EQ(trace.incomplete, "");
  EXPECT_GE(trace.tables.processes().size(), 2U);  // the shell may not have come to sleep
}

TEST_F(CommandLine, TerminationIsPassedOn) {
  RunningSimrec running(
      directory,
      {"-q", "sh", "-c", "trap 'echo > stopped; exit 5' TERM; echo > started; while :; do sleep 0.05; done"});
  ASSERT_TRUE(appears(directory.file("started")));
  kill(running.pid(), SIGTERM);
  EXPECT_EQ(exit_code(running.wait()), 5);
  EXPECT_TRUE(exists("stopped"));
  EXPECT_EQ(load_trace(directory.file("trace.capnp")).incomplete, "");
}

TEST_F(CommandLine, SecondTerminationKillsEverybody) {
  RunningSimrec running(
      directory, {"-q", "sh", "-c", "trap '' TERM; (trap '' TERM; sleep 100) & echo > started; wait; sleep 100"});
  ASSERT_TRUE(appears(directory.file("started")));
  kill(running.pid(), SIGTERM);
  usleep(500'000);  // later than the grace in which two signals count as one
  kill(running.pid(), SIGTERM);
  const Finished finished = running.wait();
  EXPECT_TRUE(WIFSIGNALED(finished.status) && WTERMSIG(finished.status) == SIGKILL) << finished.status;
  const Trace trace = load_trace(directory.file("trace.capnp"));
  EXPECT_EQ(trace.incomplete, "");
  EXPECT_EQ(trace.footer->truncated_by, "SIGTERM");
}

TEST_F(CommandLine, KilledRecorderTakesTheProgramAlongAndLeavesAReadableTrace) {
  RunningSimrec running(directory, {"-q", "sh", "-c", "echo $$ > started; exec sleep 100"});
  ASSERT_TRUE(appears(directory.file("started")));
  pid_t program = 0;
  std::ifstream(directory.file("started")) >> program;
  kill(running.pid(), SIGKILL);
  running.wait();
  for (int i = 0; i < 6000 && kill(program, 0) == 0; ++i) usleep(10000);
  EXPECT_NE(kill(program, 0), 0);
  EXPECT_FALSE(exists("trace.capnp"));
  EXPECT_TRUE(partial_left());
}

TEST_F(CommandLine, HelpAndVersion) {
  const Finished help = run({"--help"});
  EXPECT_EQ(exit_code(help), 0);
  EXPECT_NE(help.out.find("Examples:"), std::string::npos);
  EXPECT_EQ(run({"--version"}).out.rfind("simrec ", 0), 0U);
}

TEST_F(CommandLine, OptionsAreInTheHeader) {
  ASSERT_EQ(exit_code(run({"-q", "--all-syscalls", "--stacks", "--", "true", "-q"})), 0);
  const Trace trace = load_trace(directory.file("trace.capnp"));
  EXPECT_EQ(trace.header.options, (std::vector<std::string>{"--stacks", "--all-syscalls"}));
  EXPECT_EQ(trace.header.command, (std::vector<std::string>{"true", "-q"}));
}

}  // namespace
}  // namespace simrec::record::testing
