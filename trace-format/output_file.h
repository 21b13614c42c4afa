// Output that appears under its final name only when it is whole.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace simrec {

/// What becomes of a file that was not finished.
enum class Unfinished { keep, remove };

/// Writes to "<path>.partial-<pid>" and renames in finish(). "-" is standard output; devices, FIFOs and
/// sockets are written directly, symbolic links are followed. Every failure throws TraceError: the
/// message says what is readable where (Unfinished::keep), or the temporary file is removed.
class OutputFile {
 public:
  OutputFile(const std::string& path, Unfinished unfinished);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::span<const std::uint8_t> bytes);
  /// Closes and renames.
  void finish();

  std::uint64_t bytes_written() const { return bytes_written_; }
  const std::string& current_path() const { return current_path_; }

 private:
  [[noreturn]] void fail(const char* what);

  std::string final_path_;
  std::string current_path_;
  Unfinished unfinished_;
  int fd_ = -1;
  std::uint64_t bytes_written_ = 0;
};

}  // namespace simrec
