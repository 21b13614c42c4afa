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
