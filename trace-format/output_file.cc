#include "trace-format/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "trace-format/trace_error.h"

namespace simrec {
namespace {

/// The file a rename should replace: the target of a symbolic link, not the link.
std::string resolved(const std::string& path) {
  std::error_code ignored;
  const auto target = std::filesystem::canonical(path, ignored);
  return ignored || !std::filesystem::is_symlink(path, ignored) ? path : target.string();
}

/// /dev/null, /dev/stdout, a FIFO, …: renaming a file over it would destroy it.
bool is_special(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

}  // namespace

OutputFile::OutputFile(const std::string& path, Unfinished unfinished) : unfinished_(unfinished) {
  if (path == "-") {
    final_path_ = current_path_ = path;
    fd_ = STDOUT_FILENO;
    return;
  }
  if (std::filesystem::is_directory(path)) {
    throw TraceError("cannot write " + path + ": it is a directory; give a file name");
  }
  if (is_special(path)) {
    final_path_ = current_path_ = path;
    fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    final_path_ = resolved(path);
    current_path_ = final_path_ + ".partial-" + std::to_string(::getpid());
    fd_ = ::open(current_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  }
  if (fd_ < 0) throw TraceError("cannot create " + current_path_ + ": " + std::strerror(errno));
}

OutputFile::~OutputFile() {
  if (fd_ > STDERR_FILENO) ::close(fd_);
  if (unfinished_ == Unfinished::remove && current_path_ != final_path_) ::unlink(current_path_.c_str());
}

void OutputFile::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd_, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) fail("write");
    bytes = bytes.subspan(static_cast<std::size_t>(done));
    bytes_written_ += static_cast<std::uint64_t>(done);
  }
}

void OutputFile::finish() {
  if (fd_ > STDERR_FILENO) {
    const int fd = fd_;
    fd_ = -1;
    if (::close(fd) != 0 && errno != EINTR) fail("write");  // NFS and quotas report a full disk here
  }
  if (current_path_ == final_path_) return;
  if (std::rename(current_path_.c_str(), final_path_.c_str()) != 0) fail("rename to its final name");
  current_path_ = final_path_;
}

void OutputFile::fail(const char* what) {
  const std::string reason = std::strerror(errno);
  if (current_path_ == "-") throw TraceError("cannot write to standard output: " + reason);
  std::string message = "cannot " + std::string(what) + " " + current_path_ + ": " + reason;
  if (unfinished_ == Unfinished::keep && current_path_ != final_path_) {
    message += "; what was written before (" + std::to_string(bytes_written_) + " bytes) is readable in that file";
  }
  throw TraceError(message);
}

}  // namespace simrec
