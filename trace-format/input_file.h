// Buffered reading of a file or standard input, with the byte position for error messages.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace simrec {

/// A readable file ("-" = standard input), closed on every way out.
class InputFile {
 public:
  /// Throws TraceError when it cannot be opened (or is a directory).
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// The next bytes, without consuming them: at least `wanted` (of up to 1 MiB), or all that are left in the file.
  std::span<const std::uint8_t> peek(std::size_t wanted);
  /// Drops bytes that peek() returned.
  void consume(std::size_t bytes);

  std::uint64_t position() const { return position_; }  ///< bytes consumed so far
  const std::string& name() const { return name_; }     ///< for messages: the path, or "standard input"
  /// The last four bytes read so far, little endian.
  std::uint32_t last_word() const { return last_word_; }

 private:
  bool refill();

  std::string name_;
  int fd_;
  bool at_end_ = false;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t position_ = 0;
  std::uint32_t last_word_ = 0;
};

}  // namespace simrec
