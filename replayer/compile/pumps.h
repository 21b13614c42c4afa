// Which sends of an event loop pass on what it has received from somewhere else. A pump's output answers nothing that
// came in on the same connection: an SSH server sends what its program wrote, however far the client's window messages
// have come. Told by the bytes: the thread sends about as many on one stream as it receives from another, and next to
// nothing goes the other way on either.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "replayer/program/program.h"

namespace simrec::replay::causal {

class Pumps {
 public:
  /// Bytes that a stream must carry at least to tell anything.
  static constexpr std::int64_t kLeast = 64 << 10;
  /// What goes the other way is at most so small a part.
  static constexpr std::int64_t kOtherWay = 20;
  /// Compression, encryption and protocols change the amount by so much at most: to 3/4, or 5/4.
  static constexpr std::int64_t kQuarters = 4;

  Pumps(const Program& program, const ScratchSequence<Op>& ops);

  /// Takes the thread's next op. For a send of bytes that it has received before from another stream: which one.
  std::optional<std::uint32_t> next(const Op& op);

 private:
  struct Pump {
    std::uint32_t feeder = 0;
    std::int64_t passed_on = 0;
  };

  std::unordered_map<std::uint32_t, Pump> pumps_;             ///< by stream
  std::unordered_map<std::uint32_t, std::int64_t> received_;  ///< from feeders
};

}  // namespace simrec::replay::causal
