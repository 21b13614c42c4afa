// What a terminal may be shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace simrec {

/// True if the descriptor is a terminal.
bool is_terminal(int descriptor);

/// Columns of the terminal behind the descriptor; 0 if it is none, or does not say.
std::size_t terminal_width(int descriptor);

/// True if text for that descriptor may be coloured: a terminal, TERM not "dumb", NO_COLOR unset (no-color.org).
bool wants_colour(int descriptor);

/// Wraps text in terminal attributes when enabled; otherwise leaves it as it is.
class Paint {
 public:
  explicit Paint(bool enabled) : enabled_(enabled) {}
  std::string bold(std::string_view text) const { return wrapped("1", text); }
  std::string good(std::string_view text) const { return wrapped("32", text); }
  std::string warning(std::string_view text) const { return wrapped("33", text); }
  std::string dim(std::string_view text) const { return wrapped("2", text); }

 private:
  std::string wrapped(std::string_view attribute, std::string_view text) const;
  bool enabled_;
};

}  // namespace simrec
