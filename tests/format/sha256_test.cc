#include "trace-format/sha256.h"

#include <gtest/gtest.h>

#include "sample.h"
#include "trace-format/trace_error.h"

namespace simrec::test {
namespace {

TEST(Sha256, KnownDigests) {  // FIPS 180-2, appendix B
  EXPECT_EQ(sha256_of("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of("abc").raw().size(), 32U);
}

TEST(Sha256, OfAFileLongerThanTheBuffer) {
  const std::string million(3'000'000, 'a');
  const MemoryFile file(million);
  EXPECT_EQ(sha256_of_file(file.path()), sha256_of(million));
  EXPECT_THROW(sha256_of_file("/nonexistent"), TraceError);
}

}  // namespace
}  // namespace simrec::test
