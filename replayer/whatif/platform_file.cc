#include "replayer/whatif/platform_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "replayer/simulate/simulate.h"

namespace simrec::replay {

PlatformFile::PlatformFile(std::string text)
    : text_(std::move(text)), descriptor_(::memfd_create("platform.xml", MFD_CLOEXEC)) {
  for (std::size_t written = 0; descriptor_ >= 0 && written < text_.size();) {
    const ssize_t n = ::write(descriptor_, text_.data() + written, text_.size() - written);
    if (n < 0) {
      const int error = errno;
      ::close(descriptor_);
      errno = error;
      descriptor_ = -1;
    } else {
      written += static_cast<std::size_t>(n);
    }
  }
  if (descriptor_ < 0) throw ReplayError(std::string("cannot make a platform file in memory: ") + std::strerror(errno));
  path_ = "/proc/self/fd/" + std::to_string(descriptor_);
}

PlatformFile::~PlatformFile() { ::close(descriptor_); }

}  // namespace simrec::replay
