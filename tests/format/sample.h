// Traces and predictions with every field set, and their text, for comparing what was written with what was read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace-format/prediction.h"
#include "trace-format/trace_reader.h"
#include "trace-format/trace_writer.h"

namespace simrec::test {

/// An event that owns its arguments.
struct SampleEvent {
  Event event;
  std::vector<std::int64_t> arguments;
};

Header full_header();
Footer full_footer();
Prediction full_prediction(int intervals = 40'000);

/// Events of `threads` threads, in the order a recorder would append them; `seed` varies all values. Times are
/// multiples of `grain_ns`, so that units of that size store them exactly.
std::vector<SampleEvent> sample_events(std::uint32_t threads, std::uint32_t per_thread, unsigned seed = 1,
                                       Ns grain_ns = 500);

/// Writes a trace that uses every table and field.
void write_sample(const std::string& path, std::uint32_t threads = 3, std::uint32_t per_thread = 12,
                  WriterOptions options = {});

/// Everything a trace says, as text; equal texts mean equal traces.
std::string text_of(const Trace& trace);
std::string text_of(const Event& event);
std::string text_of(const Header& header);
std::string text_of(const Footer& footer);
std::string text_of(const Prediction& prediction);

/// A file in memory with a path, so that thousands of them cost no disk.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content = {});
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  void replace(std::string_view content);
  std::string path() const;

 private:
  int fd_;
};

/// A directory that disappears with its contents.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string bytes_of(const std::string& path);

/// The sample trace and prediction as bytes.
std::string sample_bytes(std::uint32_t threads = 3, std::uint32_t per_thread = 12, WriterOptions options = {});
std::string prediction_bytes();

/// what() of the TraceError that reading throws, or "" when there is none.
std::string error_of_reading(const std::string& path, ReadLimits limits = {});

}  // namespace simrec::test
