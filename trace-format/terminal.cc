#include "trace-format/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace simrec {

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

std::size_t terminal_width(int descriptor) {
  winsize size{};
  return is_terminal(descriptor) && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool wants_colour(int descriptor) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (no_colour != nullptr && *no_colour != '\0') return false;
  return is_terminal(descriptor) && terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::string Paint::wrapped(std::string_view attribute, std::string_view text) const {
  if (!enabled_) return std::string(text);
  return "\033[" + std::string(attribute) + "m" + std::string(text) + "\033[0m";
}

}  // namespace simrec
