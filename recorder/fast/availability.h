// Can tier 2 be used on this machine?
#pragma once

#include <string>

namespace simrec::record {

/// Why not, in a few words; "" when processor and kernel can do it: FSGSBASE instructions, and a time stamp counter
/// that the kernel itself trusts as its clock.
std::string fast_path_obstacle();

}  // namespace simrec::record
