// What /proc tells of a process or thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace simrec::record {

/// Value of a line of /proc/ID/status, say "Tgid"; "" when the thread or the line is not there.
std::string status_field(pid_t id, std::string_view name);
/// The same as a number; 0 when it is not there.
pid_t status_number(pid_t id, std::string_view name);

/// 'R' on a core or waiting for one, 'S' and 'D' asleep, 't' traced and stopped, 'Z' and 'X' dead: see proc(5).
/// '\0' when it is gone. Cheaper than status_field().
char run_state(pid_t id);
/// Ended or gone. A first thread stays so, and is not reported, while others of its process live.
bool is_dead(pid_t id);

}  // namespace simrec::record
