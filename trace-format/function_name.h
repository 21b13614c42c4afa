// Names of functions as people say them.
#pragma once

#include <string_view>

namespace simrec {

/// The name without its parameters and what follows them: "ns::hash" of "ns::hash(std::string const&) const". Names of
/// C, Python and other languages without such stay as they are.
std::string_view plain_function_name(std::string_view name);

}  // namespace simrec
