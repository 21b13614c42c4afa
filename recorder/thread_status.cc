#include "recorder/thread_status.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <fstream>

#include "recorder/file_descriptor.h"

namespace simrec::record {

std::string status_field(pid_t id, std::string_view name) {
  std::ifstream in("/proc/" + std::to_string(id) + "/status");
  for (std::string line; std::getline(in, line);)
    if (line.size() > name.size() + 1 && line.starts_with(name) && line[name.size()] == ':')
      return line.substr(name.size() + 2);
  return "";
}

pid_t status_number(pid_t id, std::string_view name) {
  const std::string text = status_field(id, name);
  pid_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

char run_state(pid_t id) {
  const FileDescriptor fd(open(("/proc/" + std::to_string(id) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  char text[128];
  const ssize_t n = fd ? read(fd.get(), text, sizeof text) : -1;
  const std::string_view line(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  const std::size_t name_end = line.rfind(')');  // the name may contain anything
  return name_end != line.npos && name_end + 2 < line.size() ? line[name_end + 2] : '\0';
}

bool is_dead(pid_t id) {
  const char state = run_state(id);
  return state == '\0' || state == 'Z' || state == 'X';
}

}  // namespace simrec::record
