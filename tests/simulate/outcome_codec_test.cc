// The result's way through the pipe.
#include "replayer/simulate/outcome_codec.h"

#include <gtest/gtest.h>

namespace simrec::replay::test {
namespace {

Outcome example() {
  Outcome o;
  o.predicted_ns = 42;
  o.operations = 7;
  o.outlasting_waits = 8;
  o.outlasting_ns = 9;
  o.processes.resize(2);
  o.processes[1].host = "somewhere";
  o.processes[1].ready_ns = -1;
  o.hosts = {{"a", 4, 1e9, 99, {9, 90}}};
  o.timeline = {{{5, IntervalState::disk, 3}}, {}};
  o.thread_start_ns = {1, 2};
  o.warnings = {"careful"};
  o.counts = {{"things", 12}};
  o.path_followed = true;
  o.path = {{5, PathKind::lock, 1, 2, 3}};
  o.streams = {{1, 2, 3}};
  o.links = {{"backbone", 1e9, 1e-3, 5, 6, {7, 8}}};
  return o;
}

TEST(OutcomeCodec, BringsEverythingAcross) {
  const std::string bytes = encode(example());
  const Outcome back = decode(bytes);
  EXPECT_EQ(back.predicted_ns, 42);
  EXPECT_EQ(back.processes[1].host, "somewhere");
  EXPECT_EQ(back.timeline[0][0].state, IntervalState::disk);
  EXPECT_EQ(back.counts[0].name, "things");
  EXPECT_EQ(back.path[0].kind, PathKind::lock);
  EXPECT_EQ(back.links[0].bytes_over_time.size(), 2U);
  EXPECT_EQ(encode(back), bytes);
}

TEST(OutcomeCodec, RefusesAnythingElse) {
  const std::string bytes = encode(example());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(decode(std::span(bytes.data(), size)), ReplayError) << size;
  EXPECT_THROW(decode(bytes + "x"), ReplayError);
  std::string damaged = bytes;
  damaged[24] = '\x7f';  // the low byte of the number of processes
  EXPECT_THROW(decode(damaged), ReplayError);
}

}  // namespace
}  // namespace simrec::replay::test
