// Programs that work until a time is over (wrk -d, pgbench -T, sysbench --time): a thread sleeps, or an alarm is set,
// and when that ends the program does, too. On another platform it would do less or more, and take as long. A trace
// holds the work that it did here, so a prediction of its time means little: this finds out that a recording is one of
// those.
#pragma once

#include "replayer/compile/context.h"

namespace simrec::replay::causal {

/// The time after which the program stopped working, if it works like that: the longest of its processes'; else 0.
/// A sleep (or alarm) counts that takes up much of the run, with which its process ends, and during which other threads
/// of the process (for an alarm: any) make calls or compute.
Ns deadline(const Context& c, Ns run_ns);

}  // namespace simrec::replay::causal
