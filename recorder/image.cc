#include "recorder/image.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

#include "recorder/file_descriptor.h"

namespace simrec::record {
namespace {

std::string proc_path(pid_t pid, const char* file) { return "/proc/" + std::to_string(pid) + '/' + file; }

std::string read_file(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> chunk;
  for (ssize_t n = 0; file && (n = read(file.get(), chunk.data(), chunk.size())) > 0;)
    text.append(chunk.data(), static_cast<std::size_t>(n));
  return text;
}

std::string read_link(const std::string& path) {
  std::array<char, 4096> target;
  const ssize_t n = readlink(path.c_str(), target.data(), target.size());
  return n > 0 ? std::string(target.data(), static_cast<std::size_t>(n)) : "";
}

}  // namespace

Image read_image(pid_t pid, ProcessId process, Ns start_ns, TraceSink& sink) {
  Image image;
  image.process = process;
  image.start_ns = start_ns;
  std::string name = read_file(proc_path(pid, "comm"));
  if (!name.empty() && name.back() == '\n') name.pop_back();
  image.name = sink.intern(name);
  image.executable = sink.intern(read_link(proc_path(pid, "exe")));
  image.working_directory = sink.intern(read_link(proc_path(pid, "cwd")));
  const std::string arguments = read_file(proc_path(pid, "cmdline"));
  for (std::size_t at = 0; at < arguments.size();) {
    const std::size_t end = std::min(arguments.find('\0', at), arguments.size());
    image.arguments.push_back(sink.intern(std::string_view(arguments).substr(at, end - at)));
    at = end + 1;
  }
  return image;
}

bool is_32_bit(pid_t pid) {
  const FileDescriptor file(open(proc_path(pid, "exe").c_str(), O_RDONLY | O_CLOEXEC));
  std::array<unsigned char, EI_NIDENT> identification{};
  return file && pread(file.get(), identification.data(), identification.size(), 0) == EI_NIDENT &&
         identification[EI_CLASS] == ELFCLASS32;
}

}  // namespace simrec::record
