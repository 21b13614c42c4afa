// The twin of the recording host as a platform file that needs no cleaning up.
#pragma once

#include <string>

#include "trace-format/model.h"

namespace simrec::replay {

/// A file in memory (memfd) with the twin's XML, gone with this process however it ends. Its path means the
/// same file in forked children. Throws ReplayError when it cannot be made.
class TwinFile {
 public:
  explicit TwinFile(const Header& header);
  ~TwinFile();
  TwinFile(const TwinFile&) = delete;
  TwinFile& operator=(const TwinFile&) = delete;

  const std::string& path() const { return path_; }
  /// The platform XML itself.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  int descriptor_ = -1;
  std::string path_;
};

}  // namespace simrec::replay
