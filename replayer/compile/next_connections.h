// Takes the chance out of connections that follow each other. A load generator that keeps four connections with one
// request each begins the next one when one has ended; which one that was while recording depended on how fast each was
// served. Replayed as law, a chain that got more requests than the others would end the run long after them.
//
// Connections of one event loop to one listening socket, that all transferred as much, none for a good part of the
// time, and were each begun by a handler whose own connection had ended, are begun in the order in which those before
// them began: each chain gets as many.
#pragma once

#include <cstdint>
#include <span>

#include "replayer/compile/event_loops.h"
#include "replayer/program/program.h"

namespace simrec::replay::causal {

/// Of the fibers that split_event_loops() made. `listener` by connection (see there). Returns how many connections
/// another one's end begins than while recording: none if the program could not proceed so (a server that insists on
/// its recorded order).
std::uint64_t begin_in_order(Program& program, std::span<const Fiber> fibers, std::span<const std::uint32_t> listener);

}  // namespace simrec::replay::causal
