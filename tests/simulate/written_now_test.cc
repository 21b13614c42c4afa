// Which bytes may leave in the instant in which they are written.
#include "replayer/simulate/written_now.h"

#include <gtest/gtest.h>

namespace simrec::replay::test {
namespace {

constexpr double kWithin_s = kInstant_s / 2;

TEST(WrittenNow, WhatWasLeftBehindGoesWithoutTheNewBytes) {
  WrittenNow bytes;
  bytes.written(1, 0, 100);
  bytes.written(2, 100, 300);
  EXPECT_EQ(bytes.end(2, 40, 300), 100);
  EXPECT_EQ(bytes.end(2 + kWithin_s, 40, 300), 100);
  EXPECT_EQ(bytes.end(2 + 4 * kInstant_s, 40, 300), 300);
}

TEST(WrittenNow, OfSeveralWritesOfOneInstantTheFirstGoes) {
  WrittenNow bytes;
  bytes.written(1, 0, 100);
  bytes.written(1 + kWithin_s, 100, 250);
  EXPECT_EQ(bytes.end(1 + kWithin_s, 0, 250), 100);
  EXPECT_EQ(bytes.end(1 + kWithin_s, 100, 250), 250);
}

}  // namespace
}  // namespace simrec::replay::test
