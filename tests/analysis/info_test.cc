#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/analysis/run_program.h"
#include "tests/analysis/sample_trace.h"

namespace simrec::test {
namespace {

class Info : public testing::Test {
 protected:
  Info() { write_pipeline_trace(path_); }
  Result simtrace(const std::string& command, std::vector<std::string> options = {}) {
    options.insert(options.begin(), {SIMTRACE, command});
    options.push_back(path_);
    return run_program(options);
  }

  ScratchDirectory scratch_;
  const std::string path_ = scratch_ / "pipeline.capnp";
};

TEST_F(Info, ShowsHostProcessTreeCallsAndLosses) {
  const Result result = simtrace("info");
  EXPECT_EQ(result.status, 0) << result.err;
  for (const char* part : {": trace, format 2, whole", "sh -c 'ls | wc'", "2 × Test CPU", "core 1 Gflop/s",
                           "10.00 ms while recorded, root command exited 0", "3 threads in 3 processes",
                           "  101        1  1.000 ms  4.125 ms      7   3.125 ms      0 ns   12 B    ls\n",
                           "  wait4             2                   20.00 µs  7.480 ms\n", "2  unreadable paths"}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << "\nis missing in\n" << result.out;
  }
}

TEST_F(Info, FoldsLongTables) {
  const Result result = simtrace("info", {"-n", "2"});
  EXPECT_NE(result.out.find("… and 1 more (-n 0 shows all)"), std::string::npos) << result.out;
}

TEST_F(Info, SpeaksJson) {
  const Result result = simtrace("info", {"--json"});
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("complete"), true);
  EXPECT_EQ(json.at("command"), (std::vector<std::string>{"sh", "-c", "ls | wc"}));
  EXPECT_EQ(json.at("host").at("cores"), 2);
  EXPECT_EQ(json.at("totals").at("events"), 26);
  EXPECT_EQ(json.at("losses").at("unreadable paths"), 2);
  ASSERT_EQ(json.at("processes").size(), 3u);
  EXPECT_TRUE(json.at("processes")[0].at("parent_pid").is_null());
  EXPECT_EQ(json.at("processes")[1].at("parent_pid"), 100);
  EXPECT_EQ(json.at("calls").at("read").at("events"), 2);
}

TEST_F(Info, AttributesSampledTimeToFunctions) {
  const std::string sampled = scratch_ / "sampled.capnp";
  write_sampled_trace(sampled);
  const auto json = nlohmann::json::parse(run_program({SIMTRACE, "info", "--json", sampled}).out);
  const auto& functions = json.at("sampled_functions");
  ASSERT_EQ(functions.size(), 4u);
  EXPECT_EQ(functions[0], (nlohmann::json{{"function", "hot"},
                                          {"module", "/bin/prog"},
                                          {"samples", 2},
                                          {"self_ns", 10'000'000},
                                          {"total_ns", 10'000'000}}));
  EXPECT_EQ(functions[1].at("function"), "?");
  EXPECT_EQ(functions[1].at("self_ns"), 4'000'000);
  EXPECT_EQ(functions[2].at("self_ns"), 1'000'000);
  EXPECT_EQ(functions[2].at("module"), "");
  EXPECT_EQ(functions[3].at("function"), "main");
  EXPECT_EQ(functions[3].at("total_ns"), 14'000'000);
  const Result text = run_program({SIMTRACE, "info", sampled});
  EXPECT_NE(text.out.find("hot             2  10.00 ms      10.00 ms  /bin/prog\n"), std::string::npos) << text.out;
  EXPECT_EQ(simtrace("info").out.find("Sampled"), std::string::npos);
}

TEST_F(Info, UsesNoColourOutsideATerminal) { EXPECT_EQ(simtrace("info").out.find('\033'), std::string::npos); }

TEST_F(Info, ATraceCutShortIsShownWithStatusOne) {
  const std::string bytes = read_file(path_);
  int cut_files = 0;
  for (std::size_t size = bytes.size() - 1; size > 0 && cut_files < 3; --size) {
    write_file(path_, bytes.substr(0, size));
    const Result verify = simtrace("verify");
    ASSERT_NE(verify.status, 0) << "a file of " << size << " of " << bytes.size() << " bytes passed";
    if (verify.status != 1) continue;
    ++cut_files;
    EXPECT_NE(verify.out.find(": cut, "), std::string::npos) << verify.out;
    EXPECT_EQ(std::ranges::count(verify.err, '\n'), 1) << verify.err;
    EXPECT_EQ(simtrace("info").status, 1);
  }
  EXPECT_EQ(cut_files, 3);
}

TEST_F(Info, VerifyAcceptsAWholeTrace) {
  const Result result = simtrace("verify");
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.out.find(": whole, 26 events of 3 threads in "), std::string::npos) << result.out;
  const Result quiet = simtrace("verify", {"-q"});
  EXPECT_EQ(quiet.status, 0);
  EXPECT_EQ(quiet.out + quiet.err, "");
}

TEST_F(Info, VerifyFindsEveryDamagedByteInTheMiddle) {
  const std::string bytes = read_file(path_);
  for (std::size_t at = bytes.size() / 4; at < bytes.size() / 2; at += 37) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    write_file(path_, damaged);
    const Result result = simtrace("verify");
    EXPECT_EQ(result.status, 2) << "byte " << at;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  }
}

TEST_F(Info, PlatformIsTheTwin) {
  const Result result = simtrace("platform");
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.out.find("<host id=\"box\""), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("core=\"2\""), std::string::npos) << result.out;
  const std::string file = scratch_ / "twin.xml";
  EXPECT_EQ(simtrace("platform", {"-o", file}).out, "");
  EXPECT_EQ(read_file(file), result.out);
}

}  // namespace
}  // namespace simrec::test
