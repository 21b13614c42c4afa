// The code that tier 2 puts into traced programs.
#pragma once

#include <cstdint>
#include <vector>

#include "recorder/fast/hook_abi.h"
#include "recorder/seccomp_filter.h"

namespace simrec::record {

/// Addresses inside the hook's code.
const HookTable& hook_table();

/// The code as it goes to HOOK_CODE_ADDRESS, its table of calls filled in.
std::vector<std::uint8_t> hook_code();

/// How the hook handles a call; kind HOOK_NOT_HERE for calls that stay on tier 1.
HookSpec hook_spec(std::uint64_t number);

/// Where the hook makes calls that the seccomp filter lets pass.
ExemptRange hook_gate();

}  // namespace simrec::record
