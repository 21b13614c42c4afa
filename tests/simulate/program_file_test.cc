// Saved programs: what is read is what was written, predictions are the same, and damage is an error.
#include "replayer/program/program_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "replayer/program/op_store.h"
#include "replayer/program/print.h"
#include "tests/simulate/random_program.h"
#include "trace-format/compiled_codec.h"
#include "trace-format/trace_error.h"

namespace simrec::replay::test {
namespace {

class ProgramFile : public testing::Test {
 protected:
  ProgramFile() { std::filesystem::create_directories(folder_); }
  ~ProgramFile() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ / name; }
  std::string bytes() const {
    std::ifstream in(path("p"), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& bytes) const { std::ofstream(path("p"), std::ios::binary) << bytes; }

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("program_file_test." + std::to_string(::getpid()));
};

std::string text(const Program& program) {
  std::ostringstream out;
  print(program, out);
  return out.str();
}

/// A thread of more ops than a piece holds, with sleeps that look over the end of theirs.
Program long_program(std::uint32_t rounds) {
  ProgramBuilder b;
  std::vector<Op> asks, answers;
  for (std::uint32_t i = 1; i <= rounds; ++i) {
    asks.insert(asks.end(), {compute(3 * kUs + i), send(0, 100), sleep(50 * kUs, kInterruptible, 1), recv(1, 7 * i)});
    answers.insert(answers.end(), {recv(0, 100 * i), compute(2 * kUs), send(1, 7)});
  }
  const std::uint32_t a = b.process("asks", asks), c = b.process("answers", answers);
  b.stream(a, c);
  b.stream(c, a);
  for (ProgramThread& thread : b.program.threads)
    for (std::uint32_t i = 0; i < thread.ops.size(); i += 3)
      thread.origins.push_back({i, static_cast<std::uint16_t>(i % 300), static_cast<std::int32_t>(i % 9) - 1});
  return b.program;
}

TEST_F(ProgramFile, HoldsEverything) {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    Program program = seed ? RandomProgram(seed).make() : long_program(5000);
    program.quality = {1, 2, 3, 4, 6, 5, true, 7, 8};
    program.threads[1].usual_timeout_ns = 77;
    program.threads[0].ops[0].flags |= kOutside | kExpired | kLock;
    program.gates.push_back({OpKind::recv, Cause::none, 0, 0, 1});
    program.sampled = {{0, "inflate", 5}, {1, "", 6}};
    ProgramSource source{"a trace", "abc", {}, false, "recorded"};
    source.header.host.name = "here";
    source.header.calibration.core_speed_flops = 2e9;
    save_program(path("p"), program, source);
    EXPECT_TRUE(is_compiled_program(path("p")));
    const SavedProgram read = open_program(path("p"));
    EXPECT_EQ(read.source.trace_name, "a trace");
    EXPECT_EQ(read.source.trace_sha256, "abc");
    EXPECT_EQ(read.source.header.host.name, "here");
    EXPECT_EQ(read.source.header.calibration.core_speed_flops, 2e9);
    EXPECT_FALSE(read.source.whole_run);
    EXPECT_EQ(read.source.order, "recorded");
    EXPECT_EQ(operations(read.program), operations(program));
    EXPECT_EQ(read.program.quality.waited_for_core_ns, 4);
    EXPECT_EQ(read.program.quality.crowded_ns, 6);
    EXPECT_EQ(read.program.quality.lost, 5u);
    EXPECT_TRUE(read.program.quality.partial);
    EXPECT_EQ(read.program.quality.kept_share_ppm, 7U);
    EXPECT_EQ(read.program.quality.deadline_ns, 8);
    EXPECT_EQ(read.program.gates, program.gates);
    for (std::size_t t = 0; t < program.threads.size(); ++t)
      EXPECT_EQ(read.program.threads[t].pool_plus_one, program.threads[t].pool_plus_one);
    EXPECT_EQ(read.program.threads[1].usual_timeout_ns, 77);
    const Program whole = in_memory(read.program);
    ASSERT_EQ(text(whole), text(program));
    for (std::size_t t = 0; t < program.threads.size(); ++t) ASSERT_EQ(whole.threads[t].ops, program.threads[t].ops);
  }
}

TEST_F(ProgramFile, PredictionsAreTheSameToTheLastBit) {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    const Program program = seed ? RandomProgram(seed).make() : long_program(5000);
    save_program(path("p"), program, {});
    SimulateOptions options;
    options.timeline = true;
    options.placement = {{program.processes[1].name, "b"}};
    const Outcome direct = simulate(program, platform("two_hosts"), options);
    const Program stored = open_program(path("p")).program;
    const Outcome saved = simulate(stored, platform("two_hosts"), options);
    EXPECT_EQ(direct.predicted_ns, saved.predicted_ns);
    EXPECT_EQ(direct.operations, saved.operations);
    ASSERT_EQ(direct.timeline.size(), saved.timeline.size());
    for (std::size_t t = 0; t < direct.timeline.size(); ++t) {
      ASSERT_EQ(direct.timeline[t].size(), saved.timeline[t].size());
      for (std::size_t i = 0; i < direct.timeline[t].size(); ++i)
        ASSERT_EQ(direct.timeline[t][i].duration_ns, saved.timeline[t][i].duration_ns);
    }
  }
}

TEST_F(ProgramFile, ReferenceEngineTakesThemToo) {
  const Program program = long_program(20);
  save_program(path("p"), program, {});
  SimulateOptions options;
  options.engine = EngineKind::reference;
  const Program stored = open_program(path("p")).program;
  EXPECT_EQ(simulate(program, platform("two_hosts"), options).predicted_ns,
            simulate(stored, platform("two_hosts"), options).predicted_ns);
}

TEST_F(ProgramFile, AStandstillIsExplainedAsInMemory) {
  ProgramBuilder b;
  b.process("waits", {recv(0, 10)});
  b.process("sends", {send(0, 5)});
  b.stream(1, 0);
  save_program(path("p"), b.program, {});
  const auto message = [](const Program& program) {
    try {
      simulate(program, platform("two_hosts"), {});
    } catch (const ReplayError& e) {
      return std::string(e.what());
    }
    return std::string("it went on");
  };
  const std::string direct = message(b.program);
  EXPECT_NE(direct.find("waits for byte 10"), std::string::npos) << direct;
  EXPECT_EQ(message(open_program(path("p")).program), direct);
}

TEST_F(ProgramFile, EveryCutIsAnError) {
  save_program(path("p"), long_program(50), {});
  const std::string whole = bytes();
  for (std::size_t size = 1; size < whole.size(); size += 1 + whole.size() / 300) {
    write(whole.substr(0, size));
    EXPECT_THROW(open_program(path("p")), TraceError) << "cut at " << size << " of " << whole.size();
  }
}

TEST_F(ProgramFile, EveryDamagedByteIsAnErrorOrHarmless) {
  const Program program = long_program(50);
  save_program(path("p"), program, {});
  const std::string whole = bytes();
  std::size_t errors = 0, tried = 0;
  for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 500) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    write(damaged);
    ++tried;
    try {
      const SavedProgram read = open_program(path("p"));
      EXPECT_EQ(text(in_memory(read.program)), text(program)) << "byte " << at;
    } catch (const TraceError& e) {
      ++errors;
      EXPECT_NE(std::string(e.what()).find(path("p")), std::string::npos) << e.what();
    }
  }
  EXPECT_GT(errors, tried * 9 / 10);
}

/// Sound as a file, but no program: what a hostile or foolish writer could put there.
TEST_F(ProgramFile, OpsThatNoExecutorCouldStandAreRefused) {
  const auto refused = [&](const char* what, const std::function<void(Program&)>& change) {
    Program program = long_program(3);
    change(program);
    save_program(path("p"), program, {});
    EXPECT_THROW(open_program(path("p")), TraceError) << what;
  };
  refused("stream", [](Program& p) { p.threads[0].ops[1].target = 2; });
  refused("value", [](Program& p) { p.threads[0].ops[0].value = -1; });
  refused("huge value", [](Program& p) { p.threads[0].ops[0].value = INT64_MAX; });
  refused("token", [](Program& p) { p.threads[0].ops[0] = wait(0); });
  refused("io", [](Program& p) { p.threads[0].ops[0] = io(0, 1); });
  refused("spawn", [](Program& p) { p.threads[0].ops[0] = spawn(2); });
  refused("look ahead", [](Program& p) { p.threads[0].ops[2].target = 1000; });
  refused("acknowledged stream", [](Program& p) {
    p.threads[0].ops[0] = {OpKind::sleep, Cause::network, kNagle, 9, 1};
  });
  refused("no exit", [](Program& p) { p.threads[1].ops.back() = compute(1); });
  refused("two exits", [](Program& p) { p.threads[1].ops[0] = {}; });
  refused("no ops", [](Program& p) { p.threads[1].ops.clear(); });
  refused("pool of a pool", [](Program& p) { p.threads[1].pool_plus_one = 2; });
  refused("gate of no stream", [](Program& p) { p.gates.push_back({OpKind::recv, Cause::none, 0, 99, 1}); });
  refused("fiber of itself", [](Program& p) { p.threads[1].loop_plus_one = 2; });
  refused("process", [](Program& p) { p.threads[1].process = 7; });
  refused("stream's thread", [](Program& p) { p.streams[0].reader_thread = 9; });
  refused("start", [](Program& p) { p.threads[0].start_ns = -5; });
  refused("speed", [](Program& p) { p.recorded_speed_flops = -1; });
  refused("tokens", [](Program& p) { p.tokens = UINT32_MAX; });
}

TEST_F(ProgramFile, OtherFilesAreNone) {
  write("text");
  EXPECT_THROW(open_program(path("p")), TraceError);
  EXPECT_FALSE(is_compiled_program(path("nothing there")));
}

}  // namespace
}  // namespace simrec::replay::test
