// Traces and predictions of released formats must stay readable and mean the same.
#include <gtest/gtest.h>

#include <filesystem>

#include "sample.h"
#include "trace-format/prediction_file.h"
#include "trace-format/sha256.h"

namespace simrec::test {
namespace {

namespace fs = std::filesystem;

TEST(Golden, EveryTraceLoadsWhole) {
  int traces = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(FORMAT_TEST_GOLDEN)) {
    const std::string path = entry.path().string();
    if (entry.path().extension() != ".capnp") continue;
    ++traces;
    if (path.find("prediction") != std::string::npos) {
      EXPECT_NO_THROW(read_prediction(path)) << path;
      continue;
    }
    Trace trace;
    ASSERT_NO_THROW(trace = load_trace(path)) << path;
    EXPECT_EQ(trace.incomplete, "") << path;
    ASSERT_TRUE(trace.footer) << path;
    EXPECT_EQ(trace.footer->events, trace.event_count) << path;
    EXPECT_GT(trace.event_count, 0U) << path;
  }
  EXPECT_GE(traces, 2);
}

// Made by TraceWriter when version 1 was new; it is never made again. A reader that gives another text
// understands old traces differently.
TEST(Golden, Version1MeansTheSame) {
  const Trace trace = load_trace(std::string(FORMAT_TEST_GOLDEN) + "/v1-synthetic.capnp");
  EXPECT_EQ(trace.event_count, 36U);
  EXPECT_EQ(sha256_of(text_of(trace)).hex(), "79e3f3019e964f01a830b8faad3454e48a4f4dcc647c8b415c9ab55ff143533f");
  const Prediction prediction = read_prediction(std::string(FORMAT_TEST_GOLDEN) + "/v1-synthetic-prediction.capnp");
  EXPECT_EQ(sha256_of(text_of(prediction)).hex(), "0c1e30ab8782cb82321fa6101b567ec9d6d07de2336bcead818607fa35fa8d8d");
}

// The same for version 2: segments of three threads, scaled times, tables as columns.
TEST(Golden, Version2MeansTheSame) {
  const Trace trace = load_trace(std::string(FORMAT_TEST_GOLDEN) + "/v2-synthetic.capnp");
  EXPECT_EQ(trace.event_count, 36U);
  EXPECT_EQ(sha256_of(text_of(trace)).hex(), "e4ce0ab3dcbc05a306528ababeaf57eb0a0dcbf7e6902337fe91201c85790a0e");
}

}  // namespace
}  // namespace simrec::test
