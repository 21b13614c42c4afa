#include "trace-format/input_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "trace-format/trace_error.h"

namespace simrec {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;  // holds a whole compressed frame: lets zstd decode in one pass

[[noreturn]] void fail(const std::string& name, const char* what) {
  throw TraceError("cannot " + std::string(what) + " " + name + ": " + std::strerror(errno));
}

}  // namespace

InputFile::InputFile(const std::string& path)
    : name_(path == "-" ? "standard input" : path),
      fd_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
      buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(kBufferBytes)),
      capacity_(kBufferBytes) {
  if (fd_ < 0) fail(name_, "open");
}

InputFile::~InputFile() {
  if (fd_ != STDIN_FILENO) ::close(fd_);
}

bool InputFile::refill() {
  if (at_end_) return false;
  for (;;) {
    const ssize_t got = ::read(fd_, buffer_.get() + end_, capacity_ - end_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(name_, "read");
    at_end_ = got == 0;
    const std::size_t bytes = static_cast<std::size_t>(got);
    for (std::size_t i = bytes - std::min<std::size_t>(bytes, 4); i < bytes; ++i) {
      last_word_ = last_word_ >> 8 | static_cast<std::uint32_t>(buffer_[end_ + i]) << 24;
    }
    end_ += bytes;
    return !at_end_;
  }
}

std::span<const std::uint8_t> InputFile::peek(std::size_t wanted) {
  if (end_ - begin_ < wanted) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    while (end_ < wanted && refill()) {
    }
  }
  return {buffer_.get() + begin_, end_ - begin_};
}

void InputFile::consume(std::size_t bytes) {
  begin_ += bytes;
  position_ += bytes;
}

}  // namespace simrec
