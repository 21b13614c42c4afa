#include "analysis/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <streambuf>
#include <utility>
#include <vector>

namespace simrec::analysis {

/// A stream buffer over a file descriptor that remembers why writing failed.
class Output::Buffer : public std::streambuf {
 public:
  explicit Buffer(int descriptor) : descriptor_(descriptor), bytes_(64 * 1024) {
    setp(bytes_.data(), bytes_.data() + bytes_.size());
  }
  ~Buffer() override {
    if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
  }

  int error() const { return error_; }

  int sync() override {
    const char* at = pbase();
    while (at < pptr() && error_ == 0) {
      const ssize_t written = ::write(descriptor_, at, static_cast<std::size_t>(pptr() - at));
      if (written >= 0) {
        at += written;
      } else if (errno != EINTR) {
        error_ = errno;
      }
    }
    setp(bytes_.data(), bytes_.data() + bytes_.size());
    return error_ == 0 ? 0 : -1;
  }

  /// Closes the file; 0 or the error of close(2) (quota, network file systems).
  int close() {
    const int descriptor = std::exchange(descriptor_, -1);
    return descriptor > STDERR_FILENO && ::close(descriptor) != 0 ? errno : 0;
  }

 protected:
  int_type overflow(int_type c) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
  }

 private:
  int descriptor_;
  int error_ = 0;
  std::vector<char> bytes_;
};

namespace {

bool replaceable(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode);
}

}  // namespace

Output::Output(std::string path) : path_(std::move(path)), stream_(nullptr) {
  int descriptor = STDOUT_FILENO;
  if (path_ != "-") {
    if (replaceable(path_)) temporary_ = path_ + ".partial-" + std::to_string(::getpid());
    const std::string& target = temporary_.empty() ? path_ : temporary_;
    descriptor = ::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) {
      temporary_.clear();
      fail(errno);
    }
  }
  buffer_ = std::make_unique<Buffer>(descriptor);
  stream_.rdbuf(buffer_.get());
}

Output::~Output() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void Output::fail(int error) const {
  if (error == EPIPE) throw ReaderGone();
  throw OutputError("cannot write " + (path_ == "-" ? "standard output" : "'" + path_ + "'") + ": " + std::strerror(error));
}

void Output::check() {
  if (buffer_->error() != 0) fail(buffer_->error());
}

void Output::commit() {
  stream_.flush();
  check();
  if (const int error = buffer_->close(); error != 0) fail(error);
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail(errno);
  temporary_.clear();
}

}  // namespace simrec::analysis
