// Takes the chance out of work that several connections shared. A load generator with sixteen connections and 20,000
// requests to make gives each request to whichever connection is free: how many each got while recording was chance.
// Replayed as law, the connection that got most would end the run long after the others.
//
// Connections between the same two event loops that made exchanges of one shape, and ended together (those with a
// number of requests of their own would not have, at different numbers), get even numbers of exchanges. Where a client
// begins a new connection when one has ended (servers end them after so many requests), all of them count as one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "replayer/compile/event_loops.h"
#include "replayer/program/program.h"

namespace simrec::replay::causal {

struct Dealt {
  std::uint64_t moved = 0;  ///< exchanges
  std::uint64_t kept =
      0;  ///< exchanges of connections that shared work, too, but whose other side several threads serve
  double kept_share =
      0;  ///< by how much the longest of those connections is longer than an even share, as a part of it
};

/// Fewer exchanges say nothing about who shares what.
inline constexpr std::size_t kFewestExchanges = 8;

/// Notes `total` exchanges of so many that shared them, of which the busiest made `most`.
inline void note_kept(Dealt& dealt, std::uint64_t total, std::size_t sharers, std::uint64_t most) {
  dealt.kept += total;
  const double even = static_cast<double>(total) / static_cast<double>(sharers);
  dealt.kept_share = std::max(dealt.kept_share, static_cast<double>(most) / even - 1);
}

/// When those that may have shared work ended, while recording.
struct WorkEnds {
  Ns apart = 0;              ///< the first from the last
  Ns duration = 0;           ///< of the last
  bool fewest_first = true;  ///< who made the fewest exchanges did not end after who made the most
};
/// Do they differ by so much less in when they ended than in how many exchanges they made that the work was what ended
/// them? At one speed, who has a number of its own ends as much earlier as that is smaller.
inline bool less_apart_than(const WorkEnds& ends, std::uint64_t least, std::uint64_t most) {
  constexpr double kLessApart = 2.0 / 3;
  const double differ = static_cast<double>(most - least) / static_cast<double>(most);
  return ends.fewest_first &&
         static_cast<double>(ends.apart) <= kLessApart * differ * static_cast<double>(ends.duration);
}

/// Moves exchanges between the fibers of `program` that split_event_loops() made.
Dealt deal_evenly(Program& program, std::span<const Fiber> fibers);

}  // namespace simrec::replay::causal
