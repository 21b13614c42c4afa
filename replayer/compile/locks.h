// File locks: a blocked lock waits for the latest release before it.
#pragma once

#include "replayer/compile/context.h"

namespace simrec::replay::causal {

/// fcntl with a lock command, at its exit.
void record_lock(Context& c, Call& call);
/// A close releases the process's record locks on the file.
void release_record_lock(Context& c, Call& call);
/// The last descriptor of a description that held an flock is gone.
void release_whole_file_lock(Context& c, Call& call, ObjectId object, Ns when);

}  // namespace simrec::replay::causal
