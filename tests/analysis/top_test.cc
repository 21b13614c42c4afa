// What `simtrace top` says of hand-made traces and predictions.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/analysis/run_program.h"
#include "tests/analysis/sample_trace.h"
#include "trace-format/prediction_file.h"

namespace simrec::test {
namespace {

using Json = nlohmann::json;

class Top : public testing::Test {
 protected:
  Json json(std::vector<std::string> options = {}) {
    options.insert(options.begin(), {SIMTRACE, "top", "--json", path_});
    const Result result = run_program(options);
    EXPECT_EQ(result.status, 0) << result.err;
    return Json::parse(result.out);
  }
  static Json row(const Json& section, const std::string& name) {
    for (const Json& row : section)
      if (row.at("name") == name) return row;
    ADD_FAILURE() << "no row " << name << " in " << section;
    return {};
  }

  ScratchDirectory scratch_;
  const std::string path_ = scratch_ / "file.capnp";
};

TEST_F(Top, CountsProcessesPipesAndCalls) {
  write_pipeline_trace(path_);
  const Json top = json();
  EXPECT_EQ(top.at("processes").at(0).at("name"), "sh 100") << "it took the most time";
  const Json shell = row(top.at("processes"), "sh 100");
  EXPECT_EQ(shell.at("cpu_ns"), 2'520'000);
  EXPECT_EQ(shell.at("wait_ns"), 7'480'000) << "for its children";
  EXPECT_EQ(shell.at("who"), "sh -c 'ls | wc'");
  const Json pipe = row(top.at("connections"), "pipe:[4711]");
  EXPECT_EQ(pipe.at("bytes"), 12) << "written once, read once: 12 bytes passed";
  EXPECT_EQ(pipe.at("who"), "ls → wc");
  EXPECT_EQ(pipe.at("wait_ns"), 1'960'000);
  EXPECT_EQ(row(top.at("files"), "/dev/pts/0").at("bytes"), 24);
  EXPECT_EQ(row(top.at("calls"), "wait4").at("count"), 2);
  EXPECT_EQ(row(top.at("calls"), "wait4").at("time_ns"), 7'500'000);
}

TEST_F(Top, ConnectionsAreNamedByTheirServer) {
  write_calls_trace(path_);
  const Json top = json();
  const Json server = row(top.at("connections"), "tcp 127.0.0.1:4242->127.0.0.1:6379");
  EXPECT_EQ(server.at("bytes"), 42);
  EXPECT_EQ(server.at("errors"), 1) << "EAGAIN";
  EXPECT_EQ(row(top.at("files"), "/etc/passwd").at("bytes"), 100) << "through a duplicate descriptor, too";
}

TEST_F(Top, SortsAndCuts) {
  write_pipeline_trace(path_);
  EXPECT_EQ(json({"--by", "bytes"}).at("calls").at(0).at("name"), "write");
  EXPECT_EQ(json({"--by", "count"}).at("calls").at(0).at("name"), "close");
  EXPECT_EQ(json({"-n", "1"}).at("calls").size(), 1u);
  EXPECT_GT(json({"-n", "0"}).at("calls").size(), 5u);
  const Result cut = run_program({SIMTRACE, "top", "-n", "2", path_});
  EXPECT_NE(cut.out.find("… and 1 more (-n 0 shows all)"), std::string::npos) << cut.out;
  EXPECT_EQ(cut.out.find("ERRORS"), std::string::npos) << "columns without content are left out";
  EXPECT_EQ(cut.out.find('\033'), std::string::npos) << "no colour but on a terminal";
}

TEST_F(Top, CsvHasEverySection) {
  write_pipeline_trace(path_);
  const std::string text = run_program({SIMTRACE, "top", "--csv", path_}).out;
  EXPECT_TRUE(text.starts_with("section,name,who,time_ns,cpu_ns,wait_ns,count,errors,bytes\n")) << text;
  EXPECT_NE(text.find("\nconnections,pipe:[4711],ls → wc,"), std::string::npos) << text;
  EXPECT_NE(text.find("\nfiles,/dev/pts/0,"), std::string::npos);
}

TEST_F(Top, PredictionsHaveProcessesConnectionsAndLinks) {
  Prediction prediction;
  ProcessResult process;
  process.pid = 10;
  process.name = "prog";
  process.host = "h1";
  process.compute_ns = 700;
  process.waits.disk_ns = 300;
  prediction.summary.processes = {process};
  prediction.connections = {{"tcp 1:1 -> 2:2", 10, 10, "h1", "h1", 4, 4096, 2500, 2000}};
  prediction.links = {{"l1", 1e6, 1e-3, 5000, 400, {5000}}};
  write_prediction(path_, prediction);
  const Json top = json();
  EXPECT_EQ(row(top.at("processes"), "prog 10 on h1").at("time_ns"), 1000);
  EXPECT_EQ(row(top.at("connections"), "tcp 1:1 -> 2:2").at("wait_ns"), 2500);
  EXPECT_EQ(row(top.at("links"), "l1").at("bytes"), 5000);
}

}  // namespace
}  // namespace simrec::test
