// What the hook's records tell about sockets.
#pragma once

#include "recorder/decoder.h"
#include "recorder/fast/record.h"

namespace simrec::record {

/// Appends what tier 1 appends for a call that made a socket or gave one an address (HOOK_SOCKET, HOOK_ACCEPT,
/// HOOK_NAME_SOCKET). Trusts nothing in the record but its length.
void add_socket(CallContext& c, const FastRecord& record);

}  // namespace simrec::record
