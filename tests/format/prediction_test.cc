// Prediction files: every field, damage, and mistaking them for traces.
#include <gtest/gtest.h>

#include <filesystem>

#include "sample.h"
#include "trace-format/prediction_file.h"

namespace simrec::test {
namespace {

std::string error_of(const std::string& path) {
  try {
    read_prediction(path);
  } catch (const TraceError& e) {
    return e.what();
  }
  return "";
}

TEST(Prediction, RoundTrip) {
  const MemoryFile file(prediction_bytes());
  EXPECT_EQ(text_of(read_prediction(file.path())), text_of(full_prediction()));
}

TEST(Prediction, CutAnywhereIsRefused) {
  Prediction small = full_prediction();
  small.timelines[0].intervals.resize(3);
  small.path->steps.resize(3);
  const TemporaryDirectory directory;
  write_prediction(directory.file("p"), small);
  const std::string whole = bytes_of(directory.file("p"));
  MemoryFile file;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    file.replace(std::string_view(whole).substr(0, size));
    EXPECT_NE(error_of(file.path()), "") << size << " bytes of " << whole.size();
  }
}

TEST(Prediction, APathWithoutStepsIsNoMissingPath) {
  Prediction prediction = full_prediction(0);
  prediction.path = CriticalPath{};
  const TemporaryDirectory directory;
  write_prediction(directory.file("p"), prediction);
  EXPECT_TRUE(read_prediction(directory.file("p")).path);
  prediction.path.reset();
  write_prediction(directory.file("p"), prediction);
  EXPECT_FALSE(read_prediction(directory.file("p")).path);
}

TEST(Prediction, NamesThatNeedSeveralMessagesComeBackInOrder) {
  Prediction prediction = full_prediction(2);
  for (int i = 0; i < 5'000; ++i) prediction.path->names.push_back("name " + std::to_string(i));
  prediction.path->steps[1].what = static_cast<std::uint32_t>(prediction.path->names.size() - 1);
  prediction.connections.resize(5'000, prediction.connections[0]);
  prediction.links.resize(200, prediction.links[0]);
  const TemporaryDirectory directory;
  write_prediction(directory.file("p"), prediction);
  EXPECT_EQ(text_of(read_prediction(directory.file("p"))), text_of(prediction));
}

TEST(Prediction, PathsThatCannotBeAreRefused) {
  const TemporaryDirectory directory;
  const auto refused = [&](const Prediction& prediction) {
    write_prediction(directory.file("p"), prediction);
    return error_of(directory.file("p"));
  };
  Prediction nameless = full_prediction(3);
  nameless.path->steps[2].what = 77;
  EXPECT_NE(refused(nameless).find("a name that is not there"), std::string::npos);
  Prediction late = full_prediction(3);
  late.path->steps[0].start_ns = 1;
  EXPECT_NE(refused(late).find("has a gap"), std::string::npos);
}

TEST(Prediction, TracesAndPredictionsAreToldApart) {
  const MemoryFile trace(sample_bytes());
  const MemoryFile prediction(prediction_bytes());
  EXPECT_NE(error_of(trace.path()).find("is a trace, not a prediction"), std::string::npos);
  EXPECT_NE(error_of_reading(prediction.path()).find("is a prediction, not a trace"), std::string::npos);
}

TEST(Prediction, AFailedWriteLeavesNothing) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.file("d"));
  EXPECT_THROW(write_prediction(directory.file("d"), full_prediction()), TraceError);
  EXPECT_THROW(write_prediction(directory.file("none/p"), full_prediction()), TraceError);
  EXPECT_TRUE(std::filesystem::is_empty(directory.file("d")));
}

}  // namespace
}  // namespace simrec::test
