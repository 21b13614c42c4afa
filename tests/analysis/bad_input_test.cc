// Whatever is wrong with the input: exit 2, one line on standard error that names it, nothing on standard output.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/analysis/run_program.h"
#include "tests/analysis/sample_trace.h"
#include "trace-format/prediction_file.h"

namespace simrec::test {
namespace {

struct BadInput {
  const char* name;
  std::vector<std::string> words;  ///< "@x" is the file x of the test's directory
  const char* said;                ///< part of the message
};

class BadInputs : public testing::TestWithParam<BadInput> {
 protected:
  BadInputs() {
    write_pipeline_trace(scratch_ / "trace");
    const std::string bytes = read_file(scratch_ / "trace");
    std::string damaged = bytes;
    damaged[bytes.size() / 3] = static_cast<char>(damaged[bytes.size() / 3] ^ 1);
    write_file(scratch_ / "damaged", damaged);
    write_file(scratch_ / "stub", bytes.substr(0, 20));
    write_file(scratch_ / "empty", "");
    write_file(scratch_ / "text", "hello, this is no trace\n");
    Prediction prediction;
    prediction.summary.predicted_ns = 1;
    write_prediction(scratch_ / "prediction", prediction);
    write_file(scratch_ / "good.xml", xml("<host id=\"h1\" speed=\"1Gf\"/>"));
    write_file(scratch_ / "broken.xml", "<platform version=\"4.1\"><zone id=\"z\"");
    write_file(scratch_ / "nohost.xml", xml(""));
    write_file(scratch_ / "odd.xml", xml("<unicorn id=\"h1\"/>"));
    write_file(scratch_ / "speed.xml", xml("<host id=\"h1\" speed=\"fast\"/>"));
    write_file(scratch_ / "island.xml", xml("<host id=\"h1\" speed=\"1Gf\"/><host id=\"h2\" speed=\"1Gf\"/>"));
  }

  static std::string xml(const std::string& inside) {
    return "<?xml version='1.0'?><!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\"><platform "
           "version=\"4.1\"><zone id=\"z\" routing=\"Full\">" +
           inside + "</zone></platform>\n";
  }

  ScratchDirectory scratch_;
};

TEST_P(BadInputs, GiveOneLineAndStatusTwo) {
  std::vector<std::string> words;
  for (const std::string& word : GetParam().words)
    words.push_back(word.starts_with("@") ? std::string(scratch_ / word.substr(1)) : word);
  const Result result = run_program(words);
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  EXPECT_TRUE(result.err.starts_with("simreplay: ") || result.err.starts_with("simtrace: ")) << result.err;
  EXPECT_NE(result.err.find(GetParam().said), std::string::npos) << result.err;
}

constexpr const char* R = SIMREPLAY;
constexpr const char* T = SIMTRACE;

INSTANTIATE_TEST_SUITE_P(
    Table, BadInputs,
    testing::Values(
        BadInput{"replay_nothing", {R}, "trace"}, BadInput{"replay_missing", {R, "@nosuch"}, "No such file"},
        BadInput{"replay_directory", {R, "@"}, "directory"}, BadInput{"replay_empty", {R, "@empty"}, "empty"},
        BadInput{"replay_text", {R, "@text"}, "text"}, BadInput{"replay_damaged", {R, "@damaged"}, "damaged"},
        BadInput{"replay_stub", {R, "@stub"}, "stub"}, BadInput{"replay_prediction", {R, "@prediction"}, "prediction"},
        BadInput{"replay_null_device", {R, "/dev/null"}, "/dev/null"},
        BadInput{"replay_closed_input", {R, "-"}, "standard input"},
        BadInput{"platform_missing", {R, "@trace", "@nosuch.xml"}, "No such file"},
        BadInput{"platform_directory", {R, "@trace", "@"}, "directory"},
        BadInput{"platform_empty", {R, "@trace", "@empty"}, "empty"},
        BadInput{"platform_text", {R, "@trace", "@text"}, "text"},
        BadInput{"platform_broken", {R, "@trace", "@broken.xml"}, "broken.xml"},
        BadInput{"platform_without_host", {R, "@trace", "@nohost.xml"}, "no host"},
        BadInput{"platform_unknown_tag", {R, "@trace", "@odd.xml"}, "odd.xml"},
        BadInput{"platform_bad_speed", {R, "@trace", "@speed.xml"}, "speed"},
        BadInput{"platform_is_trace", {R, "@trace", "@trace"}, "trace"},
        BadInput{"swapped", {R, "@good.xml", "@trace"}, "good.xml"},
        BadInput{"missing_route", {R, "@trace", "@island.xml", "--place", "wc=h2"}, "route"},
        BadInput{"unknown_host", {R, "@trace", "@good.xml", "--place", "wc=h9"}, "h9"},
        BadInput{"unmatched_pattern", {R, "@trace", "@good.xml", "--place", "redis*=h1"}, "redis*"},
        BadInput{"unmatched_pid", {R, "@trace", "@good.xml", "--place", "pid:1=h1"}, "pid:1"},
        BadInput{"place_without_host", {R, "@trace", "@good.xml", "--place", "wc"}, "PATTERN=HOST"},
        BadInput{"deployment_missing", {R, "@trace", "@good.xml", "--deploy", "@nosuch"}, "No such file"},
        BadInput{"deployment_text", {R, "@trace", "@good.xml", "--deploy", "@text"}, "text"},
        BadInput{"bad_speed", {R, "@trace", "--host-speed", "fast"}, "2.5Gf"},
        BadInput{"bad_order", {R, "@trace", "--order", "reversed"}, "arrival"},
        BadInput{"bad_engine", {R, "@trace", "--engine", "warp"}, "reference"},
        BadInput{"bad_option", {R, "@trace", "--jason"}, "--json"},
        BadInput{"bad_setting", {R, "@trace", "--cfg", "no/such:1"}, "no/such"},
        BadInput{"unwritable_output", {R, "@trace", "-o", "/nonexistent/p"}, "/nonexistent"},
        BadInput{"trace_no_command", {T}, "subcommand"}, BadInput{"trace_bad_command", {T, "explode"}, "--help"},
        BadInput{"info_missing", {T, "info", "@nosuch"}, "No such file"},
        BadInput{"info_text", {T, "info", "@text"}, "text"}, BadInput{"dump_empty", {T, "dump", "@empty"}, "empty"},
        BadInput{"dump_damaged", {T, "dump", "@damaged"}, "damaged"},
        BadInput{"dump_directory", {T, "dump", "@"}, "directory"},
        BadInput{"dump_unknown_call", {T, "dump", "-e", "reed", "@trace"}, "reed"},
        BadInput{"dump_unknown_pid", {T, "dump", "-p", "4", "@trace"}, "4"},
        BadInput{"dump_pid_text", {T, "dump", "-p", "x", "@trace"}, "x"},
        BadInput{"verify_stub", {T, "verify", "@stub"}, "stub"},
        BadInput{"verify_text", {T, "verify", "@text"}, "text"},
        BadInput{"verify_prediction", {T, "verify", "@prediction"}, "prediction"},
        BadInput{"platform_of_text", {T, "platform", "@text"}, "text"},
        BadInput{"platform_unwritable", {T, "platform", "-o", "/nonexistent/x", "@trace"}, "/nonexistent"},
        BadInput{"export_format", {T, "export", "-f", "pdf", "@trace"}, "perfetto"},
        BadInput{"export_text", {T, "export", "@text"}, "text"},
        BadInput{"export_no_timeline", {T, "export", "@prediction"}, "timeline"},
        BadInput{"export_misspelled", {T, "export", "-f", "prefetto", "@trace"}, "did you mean 'perfetto'"},
        BadInput{"command_misspelled", {T, "exprt", "@trace"}, "did you mean 'export'"},
        BadInput{"option_misspelled", {T, "top", "--csvv", "@trace"}, "did you mean '--csv'"},
        BadInput{"too_many_files", {T, "info", "@trace", "@trace"}, "too many"},
        BadInput{"dump_process_misspelled", {T, "dump", "-p", "wcc", "@trace"}, "did you mean 'wc'"},
        BadInput{"dump_call_misspelled", {T, "dump", "-e", "wrote", "@trace"}, "did you mean 'write'"},
        BadInput{"top_missing", {T, "top", "@nosuch"}, "No such file"},
        BadInput{"top_text", {T, "top", "@text"}, "text"},
        BadInput{"top_order", {T, "top", "--by", "bites", "@trace"}, "did you mean 'bytes'"},
        BadInput{"compare_one", {T, "compare", "@trace"}, "required"},
        BadInput{"compare_kinds", {T, "compare", "@trace", "@prediction"}, "compare two traces"},
        BadInput{"compare_text", {T, "compare", "@trace", "@text"}, "text"},
        BadInput{"compare_threshold", {T, "compare", "-t", "-1", "@trace", "@trace"}, "percent"},
        BadInput{"compare_two_inputs", {T, "compare", "-", "-"}, "standard input"},
        BadInput{"export_damaged", {T, "export", "@damaged"}, "damaged"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace simrec::test
