#include "recorder/recordable.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>

#include "recorder/file_descriptor.h"
#include "recorder/launch.h"

namespace simrec::record {
namespace {

constexpr int kInterpreters = 5;  // as many "#!" lines as the kernel follows

/// First bytes of a file: enough for an ELF identification or an interpreter line; "" when unreadable.
std::string head_of(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 256> bytes;
  const ssize_t n = file ? read(file.get(), bytes.data(), bytes.size()) : -1;
  return n > 0 ? std::string(bytes.data(), static_cast<std::size_t>(n)) : "";
}

std::string interpreter_of(std::string_view head) {
  if (!head.starts_with("#!")) return "";
  const std::string_view line = head.substr(2, head.find('\n') - 2);
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return std::string(line.substr(begin, line.find_first_of(" \t", begin) - begin));
}

bool has_no_new_privileges(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("NoNewPrivs:")) return line.ends_with('1');
  return false;
}

}  // namespace

void refuse_unrecordable(const std::string& program) {
  std::string path = program;
  for (int i = 0; i < kInterpreters && !path.empty(); ++i) {
    const std::string head = head_of(path);
    if (head.starts_with(ELFMAG) && head.size() > EI_CLASS && head[EI_CLASS] == ELFCLASS32)
      throw LaunchError(kExitNotExecutable,
                        "'" + path + "' is a 32-bit program; simrec records 64-bit (x86-64) programs only");
    path = interpreter_of(head);
  }
}

bool is_protected(pid_t pid) {
  const FileDescriptor memory(open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  return !memory && (errno == EACCES || errno == EPERM);
}

bool runs_without_its_privileges(pid_t pid) {
  const std::string executable = "/proc/" + std::to_string(pid) + "/exe";
  struct stat file {};
  struct stat process {};  // its owner is the effective user
  if (stat(executable.c_str(), &file) != 0 || stat(("/proc/" + std::to_string(pid)).c_str(), &process) != 0)
    return false;
  const bool user = (file.st_mode & S_ISUID) != 0 && file.st_uid != process.st_uid;
  const bool group = (file.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && file.st_gid != process.st_gid;
  const bool capabilities = process.st_uid != 0 && getxattr(executable.c_str(), "security.capability", nullptr, 0) > 0;
  return (user || group || capabilities) && has_no_new_privileges(pid);
}

}  // namespace simrec::record
