#include "recorder/process_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>

namespace simrec::record {
namespace {

constexpr unsigned kOneThread = O_EXCL;  // PIDFD_THREAD: pid_ is not the first thread (Linux 6.9)

using Name = std::array<char, 16>;
Name name_of(int fd) {
  Name name{};
  std::to_chars(name.data(), name.data() + name.size() - 1, fd);
  return name;
}

}  // namespace

int ProcessFiles::directory() {
  if (!directory_)
    directory_ =
        FileDescriptor(open(("/proc/" + std::to_string(pid_) + "/fd").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  return directory_.get();
}

std::optional<FileStatus> ProcessFiles::status(int fd) {
  struct statx status {};
  if (fd < 0 ||
      statx(directory(), name_of(fd).data(), AT_STATX_DONT_SYNC, STATX_BASIC_STATS | STATX_BTIME, &status) != 0)
    return std::nullopt;
  FileStatus result;
  result.mode = status.stx_mode;
  result.device = makedev(status.stx_dev_major, status.stx_dev_minor);
  result.inode = status.stx_ino;
  result.size_bytes = status.stx_size;
  if ((status.stx_mask & STATX_BTIME) != 0)
    result.birth_ns = static_cast<std::uint64_t>(status.stx_btime.tv_sec) * 1'000'000'000U + status.stx_btime.tv_nsec;
  result.device_major = status.stx_rdev_major;
  return result;
}

std::string ProcessFiles::link(int fd) {
  std::array<char, 4096> target;
  const ssize_t n = readlinkat(directory(), name_of(fd).data(), target.data(), target.size());
  return n > 0 ? std::string(target.data(), static_cast<std::size_t>(n)) : "";
}

FileDescriptor ProcessFiles::duplicate(int fd) {
  if (!pidfd_) pidfd_ = FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (!pidfd_) pidfd_ = FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, pid_, kOneThread)));
  return FileDescriptor(static_cast<int>(syscall(SYS_pidfd_getfd, pidfd_.get(), fd, 0)));
}

bool ProcessFiles::can_be_listed() const {
  return access(("/proc/" + std::to_string(pid_) + "/fd").c_str(), R_OK | X_OK) == 0;
}

std::vector<int> ProcessFiles::open_descriptors() {
  std::vector<int> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(("/proc/" + std::to_string(pid_) + "/fd").c_str()),
                                                    closedir);
  if (!entries) return found;
  while (const dirent* entry = readdir(entries.get())) {
    int fd = -1;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    if (std::from_chars(entry->d_name, end, fd).ptr == end) found.push_back(fd);
  }
  std::ranges::sort(found);
  return found;
}

int ProcessFiles::flags(int fd) {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/fdinfo/" + std::to_string(fd));
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("flags:")) return static_cast<int>(std::strtol(line.c_str() + 6, nullptr, 8));
  return 0;
}

}  // namespace simrec::record
