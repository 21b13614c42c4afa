// Where a subcommand writes: standard output, or a file that appears only when it is complete.
#pragma once

#include <memory>
#include <ostream>
#include <string>

namespace simrec::analysis {

/// The reader of our standard output went away (`simtrace dump t | head`): no reason to complain.
class ReaderGone : public std::exception {};

/// A buffered output stream to standard output ("-") or to a file that replaces an existing one only when
/// committed; one that is not committed leaves nothing behind.
class Output {
 public:
  /// Throws TraceError when the file cannot be made.
  explicit Output(const std::string& path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::ostream& stream() { return stream_; }

  /// Throws TraceError or ReaderGone if something could not be written so far; cheap enough to call per line.
  void check() const;
  /// Writes what is buffered and puts the file in place. Throws as check().
  void commit();

 private:
  class Buffer;
  std::unique_ptr<Buffer> buffer_;
  std::ostream stream_;
};

}  // namespace simrec::analysis
