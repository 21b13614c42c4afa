// Seeded mutations of valid files: reading ends in a result or in one TraceError, never otherwise. Half of them
// are changed inside the frames and get valid checksums again, so that they reach the decoders.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "container.h"
#include "sample.h"
#include "trace-format/prediction_file.h"

namespace simrec::test {
namespace {

constexpr int kFilesEach = 3'000;
// Small, so that a mutated size shows up as an error rather than as a slow test.
constexpr ReadLimits kLimits{.frame_bytes = 1 << 20, .events_per_block = 1 << 16, .memory_bytes = 16 << 20};

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  /// A few changes of one kind each.
  template <class Bytes>
  void mutate(Bytes& bytes) {
    for (int changes = 1 + static_cast<int>(below(4)); changes > 0 && !bytes.empty(); --changes) {
      const std::size_t at = below(bytes.size());
      switch (below(6)) {
        case 0:
          bytes[at] = static_cast<typename Bytes::value_type>(random_());
          break;
        case 1:
          bytes[at] ^= static_cast<typename Bytes::value_type>(1 << below(8));
          break;
        case 2:
          fill_word(bytes, at, interesting());
          break;
        case 3:
          bytes.resize(at);
          break;
        case 4:
          bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), 1 + below(16), {});
          break;
        default:
          copy_piece(bytes, at);
          break;
      }
    }
  }
  std::size_t below(std::size_t limit) { return random_() % limit; }

 private:
  std::uint64_t interesting() {
    constexpr std::uint64_t kValues[] = {0, 1, 0xFF, 0x7FFF'FFFF, 0xFFFF'FFFF, UINT64_MAX, 1ULL << 63, 0x184D2A5E};
    return below(2) == 0 ? kValues[below(std::size(kValues))] : std::uint64_t{random_()} << below(40);
  }
  template <class Bytes>
  void fill_word(Bytes& bytes, std::size_t at, std::uint64_t value) {
    at -= at % 8;
    for (std::size_t i = at; i < bytes.size() && i < at + 8; ++i, value >>= 8) {
      bytes[i] = static_cast<typename Bytes::value_type>(value);
    }
  }
  template <class Bytes>
  void copy_piece(Bytes& bytes, std::size_t at) {
    const std::size_t from = below(bytes.size());
    const std::size_t length = std::min({below(64) + 1, bytes.size() - at, bytes.size() - from});
    for (std::size_t i = 0; i < length; ++i) bytes[at + i] = bytes[from + i];
  }
  std::mt19937 random_;
};

using Read = std::function<void(const std::string& path)>;

/// Reads and counts; anything but a TraceError fails the test.
bool is_refused(const std::string& path, const Read& read, const std::string& what) {
  try {
    read(path);
    return false;
  } catch (const TraceError& e) {
    EXPECT_GT(std::string(e.what()).size(), 20U);
    return true;
  } catch (const std::exception& e) {
    ADD_FAILURE() << what << ": escaped " << e.what();
    return true;
  }
}

void load(const std::string& path) { load_trace(path, kLimits); }
void load_prediction(const std::string& path) { read_prediction(path, kLimits); }

void mutate_files(const std::string& original, const Read& read, unsigned seed) {
  MemoryFile file;
  int refused = 0;
  for (int i = 0; i < kFilesEach; ++i) {
    Mutator mutator(seed + static_cast<unsigned>(i));
    std::string bytes = original;
    mutator.mutate(bytes);
    file.replace(bytes);
    refused += is_refused(file.path(), read, "seed " + std::to_string(seed + static_cast<unsigned>(i)));
  }
  EXPECT_GT(refused, kFilesEach / 2);  // the rest was cut, or changed nothing
}

void mutate_contents(const std::string& original, const Read& read, unsigned seed) {
  const auto contents = contents_of(MemoryFile(original).path());
  const TemporaryDirectory directory;
  int refused = 0;
  for (int i = 0; i < kFilesEach; ++i) {
    Mutator mutator(seed + static_cast<unsigned>(i));
    auto mutated = contents;
    mutator.mutate(mutated[mutator.below(mutated.size())]);
    write_contents(directory.file("t"), mutated);
    refused += is_refused(directory.file("t"), read, "seed " + std::to_string(seed + static_cast<unsigned>(i)));
  }
  EXPECT_GT(refused, kFilesEach / 10);
}

TEST(Mutation, TraceFiles) {
  mutate_files(sample_bytes(2, 16, {.events_per_block = 4, .frame_bytes = 500}), load, 1'000'000);
}
TEST(Mutation, TraceContents) {
  mutate_contents(sample_bytes(2, 16, {.events_per_block = 4, .frame_bytes = 500}), load, 2'000'000);
}

std::string small_prediction() {
  const TemporaryDirectory directory;
  write_prediction(directory.file("p"), full_prediction(50));
  return bytes_of(directory.file("p"));
}

TEST(Mutation, PredictionFiles) { mutate_files(small_prediction(), load_prediction, 3'000'000); }
TEST(Mutation, PredictionContents) { mutate_contents(small_prediction(), load_prediction, 4'000'000); }

}  // namespace
}  // namespace simrec::test
