// `simrec doctor`: can a recording work here, and if not, what is the one thing to change?
#pragma once

#include <ostream>

namespace simrec::record {

/// Checks what recording needs by trying it, prints one aligned line per check ("ok", "limited", "missing")
/// and a verdict. Returns the exit status: 0 = simrec can record here, 1 = it cannot (the verdict names
/// the one thing to change).
int doctor(std::ostream& out, bool colour);

}  // namespace simrec::record
