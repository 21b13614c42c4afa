// What fsync and cold reads move.
#include "replayer/compile/file_cache.h"

#include <gtest/gtest.h>

namespace simrec::replay::causal {
namespace {

constexpr ObjectId kLog{1}, kData{2};
constexpr std::int64_t kMiB = 1 << 20;

TEST(FileCache, SyncMovesWholePagesOnce) {
  FileCache files;
  EXPECT_EQ(files.take_dirty(kLog), 0);
  files.wrote(kLog, 100);
  files.wrote(kLog, 4096);
  files.wrote(kData, 1);
  EXPECT_EQ(files.take_dirty(kLog), 8192);
  EXPECT_EQ(files.take_dirty(kLog), 0);
  EXPECT_EQ(files.take_dirty(kData), 4096);
}

TEST(FileCache, FilesInMemoryCostNothing) {
  FileCache files;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(files.read(kData, 65536, false, kMiB), 0);
}

TEST(FileCache, ReadAheadIsToldWithLaterReads) {
  FileCache files;
  EXPECT_EQ(files.read(kData, 65536, true, kMiB), 65536);
  EXPECT_EQ(files.read(kData, 65536, false, kMiB), 0);
  EXPECT_EQ(files.read(kData, 65536, false, kMiB), 131072);
  EXPECT_EQ(files.read(kData, 65536, false, kMiB), 0);
  EXPECT_EQ(files.read(kData, 65536, true, kMiB), 131072);
}

TEST(FileCache, WhatWasReadOnceIsInMemory) {
  FileCache files;
  std::int64_t told = files.read(kData, kMiB / 2, true, kMiB);
  told += files.read(kData, kMiB / 2, false, kMiB);
  EXPECT_EQ(told, kMiB);
  EXPECT_EQ(files.read(kData, kMiB, false, kMiB), 0);
}

}  // namespace
}  // namespace simrec::replay::causal
