// --duration, --max-size and --trace-time; and output that cannot be written: the program always goes on.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "recorder/limits.h"
#include "tests/recorder/run_simrec.h"
#include "trace-format/syscall_table.h"
#include "trace-format/trace_reader.h"

namespace simrec::record::testing {
namespace {

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Runs a shell script in `directory`; "$SIMREC" is simrec. Its standard error is in the file "err".
int shell(const ScratchDirectory& directory, const std::string& script) {
  const pid_t pid = fork();
  if (pid == 0) {
    setenv("SIMREC", SIMREC_EXECUTABLE, 1);
    if (chdir(directory.path().c_str()) == 0) execl("/bin/sh", "sh", "-c", ("exec 2> err\n" + script).c_str(), nullptr);
    _exit(99);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return exit_code(status);
}

/// The recording that was not finished.
std::string partial_file(const std::filesystem::path& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (entry.path().string().find(".partial-") != std::string::npos) return entry.path().string();
  return "";
}

/// Enough calls for a trace of some 100 kB, then a sign of life.
constexpr const char* kBusy =
    "sh -c 'dd if=/dev/zero of=/dev/null bs=1 count=400000 2> /dev/null; echo > done; exit 3'";

class Bounds : public ::testing::Test {
 protected:
  bool program_ended_by_itself() const { return contents(directory.file("done")) == "\n"; }
  ScratchDirectory directory;
};

TEST(Limits, AreReadWithUnits) {
  EXPECT_EQ(parse_duration("10s"), 10'000'000'000);
  EXPECT_EQ(parse_duration("500ms"), 500'000'000);
  EXPECT_EQ(parse_duration("2m"), 120'000'000'000);
  EXPECT_EQ(parse_duration("1.5"), 1'500'000'000);
  EXPECT_EQ(parse_size("100MB"), 100'000'000U);
  EXPECT_EQ(parse_size("1GiB"), 1U << 30);
  EXPECT_EQ(parse_size("64KiB"), 65536U);
  EXPECT_EQ(parse_size("300000"), 300'000U);
  for (const char* wrong : {"", "s", "-1s", "0s", "10 s", "10x", "1e400h", "nan", "inf", "99999999999d"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  for (const char* wrong : {"", "MB", "-1", "0", "1 MB", "1Mb", "1e999", "nan", "99999999999TB"})
    EXPECT_FALSE(parse_size(wrong)) << wrong;
}

TEST_F(Bounds, WrongOnesAreRefusedBeforeAnythingRuns) {
  for (const auto& [option, value] : {std::pair{"--duration", "soon"}, {"--max-size", "1kB"}, {"--max-size", "big"}}) {
    const Finished finished = run_simrec(directory, {option, value, "sh", "-c", "echo > done"});
    EXPECT_EQ(exit_code(finished.status), 125);
    EXPECT_NE(finished.err.find(value), std::string::npos) << finished.err;
    EXPECT_FALSE(program_ended_by_itself());
  }
}

TEST_F(Bounds, DurationEndsTheRecordingAndNotTheProgram) {
  const Finished finished = run_simrec(
      directory, {"--duration", "200ms", "-o", "t.capnp", "sh", "-c", "sleep 1; (sleep 0.1; echo > done); exit 7"});
  EXPECT_EQ(exit_code(finished.status), 7) << finished.err;
  EXPECT_TRUE(program_ended_by_itself());
  EXPECT_NE(finished.err.find("ended by --duration"), std::string::npos) << finished.err;
  const Trace trace = load_trace(directory.file("t.capnp"));
  EXPECT_EQ(trace.incomplete, "");
  EXPECT_EQ(trace.footer->truncated_by, "--duration");
  EXPECT_GE(trace.footer->end_ns, 200'000'000);
  EXPECT_EQ(trace.tables.processes().size(), 2U);  // what came after the first sleep is not there
}

TEST_F(Bounds, ThreadsAndSignalsPassAfterTheEnd) {
  // Job control, signals, fork, exec and threads, all of them unrecorded: nothing hangs, nothing fails.
  const std::string programs = PROGRAMS_DIRECTORY;
  const Finished finished =
      run_simrec(directory, {"-q", "--duration", "1ms", "-o", "t.capnp", "sh", "-e", "-c",
                             "sleep 0.2; for p in job_control many_threads signals_and_restart vfork_exec "
                             "exec_from_thread waiting_for_children daemon tcp_loopback; do " +
                                 programs + "/$p; done; echo > done; kill -USR1 $$"});
  EXPECT_TRUE(WIFSIGNALED(finished.status) && WTERMSIG(finished.status) == SIGUSR1) << finished.err;
  EXPECT_TRUE(program_ended_by_itself());
  EXPECT_EQ(load_trace(directory.file("t.capnp")).footer->truncated_by, "--duration");
}

TEST_F(Bounds, SizeEndsTheRecordingAndNotTheProgram) {
  EXPECT_EQ(shell(directory, std::string("\"$SIMREC\" -q --max-size 64KiB -o t.capnp ") + kBusy), 3);
  EXPECT_TRUE(program_ended_by_itself());
  EXPECT_LE(std::filesystem::file_size(directory.file("t.capnp")), 64U * 1024);
  const Trace trace = load_trace(directory.file("t.capnp"));
  EXPECT_EQ(trace.incomplete, "");
  EXPECT_EQ(trace.footer->truncated_by, "--max-size");
  EXPECT_GT(trace.event_count, 1000U);
}

TEST_F(Bounds, AFullDiskLosesTheRestOfTheTraceOnly) {
  if (geteuid() != 0 || shell(directory, "unshare -m mount -t tmpfs none /mnt") != 0)
    GTEST_SKIP() << "needs root, to mount a small disk in a mount namespace of its own";
  std::filesystem::create_directory(directory.file("disk"));
  const int status = shell(directory,
                           "unshare -m sh -c '\n"
                           "mount -t tmpfs -o size=100k none disk || exit 98\n"
                           "\"$SIMREC\" -q -o disk/t.capnp dd if=/dev/zero of=/dev/null bs=1 count=400000\n"
                           "code=$?; cp disk/* . ; exit $code'");
  EXPECT_EQ(status, 125);
  const std::string errors = contents(directory.file("err"));
  EXPECT_NE(errors.find("No space left on device"), std::string::npos) << errors;
  EXPECT_NE(errors.find("the program goes on"), std::string::npos) << errors;
  EXPECT_NE(errors.find("400000 bytes"), std::string::npos) << errors;  // dd came to its end
  const Trace trace = load_trace(partial_file(directory.path()));
  EXPECT_NE(trace.incomplete, "");
  EXPECT_GT(trace.event_count, 100U);
}

TEST_F(Bounds, ALimitOnFileSizesLosesTheRestOfTheTraceOnly) {
  // In units of 512 bytes: 8 KiB.
  EXPECT_EQ(shell(directory, "ulimit -f 16; \"$SIMREC\" -q -o t.capnp dd if=/dev/zero of=/dev/null bs=1 count=400000"),
            125);
  const std::string errors = contents(directory.file("err"));
  EXPECT_NE(errors.find("File too large"), std::string::npos) << errors;
  EXPECT_NE(errors.find("400000 bytes"), std::string::npos) << errors;
  EXPECT_NE(load_trace(partial_file(directory.path())).incomplete, "");
}

TEST_F(Bounds, NoFileSizeAtAllIsAnErrorBeforeTheProgramRuns) {
  shell(directory,
        std::string("{ (ulimit -f 0; exec \"$SIMREC\" -q -o t.capnp ") + kBusy + "); echo $?; } 2>&1 | cat > said");
  const std::string said = contents(directory.file("said"));
  EXPECT_NE(said.find("File too large"), std::string::npos) << said;
  EXPECT_TRUE(said.ends_with("\n125\n")) << said;
  EXPECT_FALSE(std::filesystem::exists(directory.file("done")));
}

TEST_F(Bounds, SignalsOfWritingAreAsBeforeInTheProgram) {
  EXPECT_EQ(shell(directory, "\"$SIMREC\" -q -o t.capnp sh -c 'ulimit -f 0; echo x > big'; echo $? > code"), 0);
  EXPECT_EQ(contents(directory.file("code")), std::to_string(128 + SIGXFSZ) + "\n");
}

TEST_F(Bounds, AReaderThatGoesAwayLosesTheRestOfTheTraceOnly) {
  EXPECT_EQ(shell(directory,
                  "{ \"$SIMREC\" -q -o - dd if=/dev/zero of=/dev/null bs=1 count=400000; echo $? > code; } "
                  "| head -c 4000 > t.capnp"),
            0);
  EXPECT_EQ(contents(directory.file("code")), "125\n");
  const std::string errors = contents(directory.file("err"));
  EXPECT_NE(errors.find("Broken pipe"), std::string::npos) << errors;
  EXPECT_NE(errors.find("400000 bytes"), std::string::npos) << errors;
  EXPECT_NE(load_trace(directory.file("t.capnp")).incomplete, "");
}

TEST_F(Bounds, AnUnwritableDirectoryIsOneErrorBeforeTheProgramRuns) {
  if (geteuid() == 0 && shell(directory,
                              "mkdir locked; chmod 555 locked; chmod 777 .; setpriv --reuid 65534 "
                              "--clear-groups test -x \"$SIMREC\"") != 0)
    GTEST_SKIP() << "needs somebody who is not root and may execute " << SIMREC_EXECUTABLE;
  const std::string as_user =
      geteuid() == 0 ? "setpriv --reuid 65534 --clear-groups " : "mkdir locked; chmod 555 locked; ";
  EXPECT_EQ(shell(directory, as_user + "\"$SIMREC\" -q -o locked/t.capnp touch done"), 125);
  const std::string errors = contents(directory.file("err"));
  EXPECT_NE(errors.find("Permission denied"), std::string::npos) << errors;
  EXPECT_FALSE(std::filesystem::exists(directory.file("done")));
}

TEST_F(Bounds, ClocksAreRecordedOnRequestOnly) {
  const std::string program = PROGRAMS_DIRECTORY "/reading_clocks";
  const auto count = [&](const char* file, std::string_view name) {
    std::size_t n = 0;
    const Trace trace = load_trace(directory.file(file));
    for (const ThreadEvents& events : trace.events)
      for (std::size_t i = 0; i < events.size(); ++i)
        n += event_name(events[i].kind) == name && (name != "clock_gettime" || events[i].argument(0) == CLOCK_BOOTTIME);
    return n;
  };
  // Through exec, too.
  const Finished with =
      run_simrec(directory, {"-q", "--trace-time", "-o", "with.capnp", "sh", "-c", "exec " + program});
  EXPECT_EQ(with.status, 0) << with.err;
  EXPECT_EQ(with.err, "");
  EXPECT_EQ(count("with.capnp", "clock_gettime"), 1000U);
  EXPECT_EQ(count("with.capnp", "gettimeofday"), 10U);
  EXPECT_EQ(count("with.capnp", "time"), 10U);
  EXPECT_EQ(load_trace(directory.file("with.capnp")).header.options, std::vector<std::string>{"--trace-time"});
  EXPECT_EQ(run_simrec(directory, {"-q", "-o", "without.capnp", program}).status, 0);
  EXPECT_EQ(count("without.capnp", "clock_gettime"), 0U);
}

}  // namespace
}  // namespace simrec::record::testing
