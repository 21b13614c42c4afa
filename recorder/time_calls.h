// --trace-time: calls that read a clock. Programs make them in the vDSO, code of the kernel that runs without
// entering it, where nothing can intercept them; a program that finds no vDSO makes real system calls.
#pragma once

#include <sys/types.h>

#include <vector>

#include "trace-format/syscall_table.h"

namespace simrec::record {

/// The system call table as the recorder uses it: with `time_calls`, calls that read a clock are recorded like those a
/// replay needs.
std::vector<SyscallRow> recorded_calls(bool time_calls);

/// Hides the vDSO from the image a process is about to start (stopped at PTRACE_EVENT_EXEC): the auxiliary vector on
/// its new stack loses AT_SYSINFO_EHDR. 64-bit images only. False when it could not be done.
bool hide_vdso(pid_t pid);

}  // namespace simrec::record
