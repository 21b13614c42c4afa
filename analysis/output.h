// Where a subcommand writes: standard output, or a file that appears only when it is complete.
#pragma once

#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>

namespace simrec::analysis {

/// Output that could not be written; what() is one sentence for the user.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The reader of our standard output went away (`simtrace dump t | head`): no reason to complain.
class ReaderGone : public std::exception {};

/// A buffered output stream. "-" is standard output; a file is written under a temporary name and renamed
/// by commit(), so an existing one is never left half replaced. Devices and pipes are written directly.
class Output {
 public:
  explicit Output(std::string path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::ostream& stream() { return stream_; }

  /// Throws if something could not be written so far; cheap enough to call per line.
  void check();
  /// Flushes and puts the file in place. Throws OutputError or ReaderGone.
  void commit();

 private:
  class Buffer;
  [[noreturn]] void fail(int error) const;

  std::string path_;
  std::string temporary_;  ///< "" when written directly
  std::unique_ptr<Buffer> buffer_;
  std::ostream stream_;
};

}  // namespace simrec::analysis
