// A platform as a file that needs no cleaning up.
#pragma once

#include <string>

namespace simrec::replay {

/// A file in memory (memfd) with a platform's XML, gone with this process however it ends. Its path means the
/// same file in forked children. Throws ReplayError when it cannot be made.
class PlatformFile {
 public:
  explicit PlatformFile(std::string text);
  ~PlatformFile();
  PlatformFile(const PlatformFile&) = delete;
  PlatformFile& operator=(const PlatformFile&) = delete;

  const std::string& path() const { return path_; }
  /// The platform XML itself.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  int descriptor_ = -1;
  std::string path_;
};

}  // namespace simrec::replay
