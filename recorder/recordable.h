// Whether a program can be recorded at all, asked before it starts, and what recording takes away from it.
#pragma once

#include <sys/types.h>

#include <string>

namespace simrec::record {

/// Throws LaunchError (126) when `program`, or the interpreter its "#!" line names, is a 32-bit or x32 executable.
void refuse_unrecordable(const std::string& program);

/// The process runs a set-user-id or set-group-id file, or one with file capabilities, without what the file grants
/// (no_new_privs).
bool runs_without_its_privileges(pid_t pid);

/// The kernel keeps simrec from the process's memory and descriptors (its executable may not be read, it is not
/// dumpable), so that nothing its calls point to will be known.
bool is_protected(pid_t pid);

}  // namespace simrec::record
