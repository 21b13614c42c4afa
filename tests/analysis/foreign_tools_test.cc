// Opens what `simtrace export` writes with the tools it is for: PajeNG's pj_dump, which refuses what the format
// forbids, and Graphviz' dot.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/analysis/run_program.h"
#include "tests/analysis/sample_trace.h"
#include "trace-format/prediction_file.h"

namespace simrec::test {
namespace {

Prediction two_hosts() {
  Prediction prediction;
  prediction.summary.trace_name = "t.capnp";
  prediction.summary.platform_name = "p.xml";
  for (const std::int64_t pid : {10, 20}) {
    ProcessResult process;
    process.pid = pid;
    process.name = pid == 10 ? "prog" : "odd \"name\" \\ ;";
    process.host = pid == 10 ? "h1" : "h2";
    prediction.summary.processes.push_back(process);
  }
  prediction.timelines = {{10, 10, 0, {{TimelineState::compute, 1500, 0}, {TimelineState::network, 2500, 21}}},
                          {20, 20, 500, {{TimelineState::compute, 3500, 0}, {TimelineState::sleep, 7, 0}}}};
  prediction.connections = {{"tcp 1:1 -> 2:2", 20, 10, "h2", "h1", 4, 4096, 2500, 2500}};
  return prediction;
}

class ForeignTools : public testing::Test {
 protected:
  ForeignTools() {
    write_pipeline_trace(scratch_ / "pipeline");
    write_calls_trace(scratch_ / "calls");
    write_interleaved_trace(scratch_ / "threads", 300);
    write_prediction(scratch_ / "prediction", two_hosts());
  }

  /// Exports each file and hands it to the tool; skips without it.
  void try_all(const std::string& tool, const std::string& format, const std::vector<std::string>& options) {
    const std::string program = "/usr/bin/" + tool;
    if (!std::filesystem::exists(program)) GTEST_SKIP() << tool << " is not installed (tests/packages lists it)";
    for (const char* name : {"pipeline", "calls", "threads", "prediction"}) {
      const std::string file = scratch_ / (std::string(name) + "." + format);
      ASSERT_EQ(run_program({SIMTRACE, "export", "-o", file, scratch_ / name}).status, 0) << name;
      std::vector<std::string> words = {program};
      words.insert(words.end(), options.begin(), options.end());
      words.push_back(file);
      last_ = run_program(words);
      EXPECT_EQ(last_.status, 0) << name << ": " << last_.err << last_.out;
      EXPECT_EQ(last_.err, "") << name;
      check(name);
    }
  }
  virtual void check(const std::string&) {}

  ScratchDirectory scratch_;
  Result last_;
};

class PajeContent : public ForeignTools {
  void check(const std::string& name) override {
    if (name != "prediction") return;
    EXPECT_NE(last_.out.find("compute"), std::string::npos) << last_.out;
    EXPECT_NE(last_.out.find("Link, "), std::string::npos) << last_.out;
  }
};

TEST_F(PajeContent, CanBeDumped) { try_all("pj_dump", "paje", {}); }

class Archives : public ForeignTools {};

TEST_F(Archives, Otf2CanBePrinted) {
  const std::string program = "/usr/bin/otf2-print";
  if (!std::filesystem::exists(program)) GTEST_SKIP() << "otf2-tools is not installed (tests/packages lists it)";
  for (const char* name : {"pipeline", "calls", "threads", "prediction"}) {
    const std::string folder = scratch_ / (std::string(name) + ".otf2");
    const Result exported = run_program({SIMTRACE, "export", "-o", folder, scratch_ / name});
    if (exported.err.find("built without OTF2") != std::string::npos) GTEST_SKIP() << exported.err;
    ASSERT_EQ(exported.status, 0) << exported.err;
    const Result printed = run_program({program, folder + "/traces.otf2"});
    EXPECT_EQ(printed.status, 0) << name << ": " << printed.err;
    EXPECT_EQ(printed.err, "") << name;
    EXPECT_NE(printed.out.find("ENTER"), std::string::npos) << printed.out;
    if (std::string(name) == "prediction") {
      EXPECT_NE(printed.out.find("MPI_SEND"), std::string::npos) << printed.out;
      EXPECT_NE(printed.out.find("wait: network"), std::string::npos);
    }
  }
}

TEST_F(Archives, ReplaceOnlyArchives) {
  const std::string folder = scratch_ / "precious";
  std::filesystem::create_directory(folder);
  write_file(folder + "/file", "precious");
  const Result refused = run_program({SIMTRACE, "export", "-f", "otf2", "-o", folder, scratch_ / "pipeline"});
  if (refused.err.find("built without OTF2") != std::string::npos) GTEST_SKIP() << refused.err;
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("is no OTF2 archive"), std::string::npos) << refused.err;
  EXPECT_EQ(read_file(folder + "/file"), "precious");
  const std::string archive = scratch_ / "run.otf2";
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(run_program({SIMTRACE, "export", "-o", archive, scratch_ / "pipeline"}).status, 0);
  EXPECT_EQ(run_program({SIMTRACE, "export", "-f", "otf2", scratch_ / "pipeline"}).status, 2) << "no name";
  write_file(scratch_ / "damaged", read_file(scratch_ / "pipeline").substr(0, 300));
  run_program({SIMTRACE, "export", "-f", "otf2", "-o", scratch_ / "d.otf2", scratch_ / "damaged"});
  for (const auto& entry : std::filesystem::directory_iterator(scratch_.path()))
    EXPECT_EQ(entry.path().string().find(".partial-"), std::string::npos) << entry.path();
}

class Drawing : public ForeignTools {
  void check(const std::string& name) override {
    EXPECT_NE(last_.out.find("<svg"), std::string::npos);
    if (name == "prediction") {
      EXPECT_NE(last_.out.find("4.10 kB in 4 messages"), std::string::npos) << last_.out;
    }
    if (name == "pipeline") {
      EXPECT_NE(last_.out.find("12 B in 1 message"), std::string::npos) << last_.out;
    }
  }
};

TEST_F(Drawing, GraphvizDrawsIt) { try_all("dot", "dot", {"-Tsvg"}); }

}  // namespace
}  // namespace simrec::test
