// Takes hold of processes that run already: all threads of the given ones and of all their descendants.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace simrec::record {

struct AttachedThread {
  pid_t tid = 0;
  pid_t process = 0;
  std::optional<int> first_stop;  ///< as waitpid(2) gave it, not resumed yet; none: uninterruptible, stops later
};

struct AttachedProcess {
  pid_t pid = 0;
  pid_t parent = 0;  ///< 0 when it is not in the tree
};

/// What attach_tree() took hold of. Its threads stand still.
struct AttachedTree {
  std::vector<AttachedProcess> processes;  ///< parents before their children, roots in the order given
  std::vector<AttachedThread> threads;     ///< by process, in the order of `processes`
  std::vector<pid_t> newborns;             ///< stopped ones whose creator's report is in its first_stop, or to come
  std::uint64_t refused = 0;               ///< threads of descendants that could not be traced
};

/// Seizes and interrupts everything, again and again until nobody new appears. The calling process is left out.
/// Throws LaunchError (125) when one of `roots` does not exist, may not be traced or has a tracer already; then
/// nothing was stopped.
AttachedTree attach_tree(const std::vector<pid_t>& roots);

}  // namespace simrec::record
