// What machine this is: the host fingerprint in a trace's header.
#pragma once

#include "trace-format/model.h"

namespace simrec::record {

/// Fingerprint of this host. Never fails: what cannot be read stays empty or 0.
/// `cores` is what a program started now can use: its affinity mask, lowered by a cgroup CPU quota (rounded up).
HostInfo host_info();

}  // namespace simrec::record
