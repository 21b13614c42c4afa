// "Did you mean …?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace simrec {

/// The candidate with the smallest edit distance to a word; "" if none is near (more than a third would change).
std::string closest(std::string_view word, std::span<const std::string> candidates);

/// "; did you mean 'X'?" or "".
std::string suggestion(std::string_view word, std::span<const std::string> candidates);

}  // namespace simrec
