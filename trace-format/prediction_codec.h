// Between prediction.capnp and prediction.h. The only place that includes the generated prediction schema.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "trace-format/frame_content.h"
#include "trace-format/prediction.h"

namespace simrec {

struct EndOfPrediction {};
/// A message this version does not know.
struct UnknownPredictionBlock {};

using Connections = std::vector<ConnectionResult>;
using Links = std::vector<LinkResult>;
/// `CriticalPath` as a block: a piece, its names and functions to be appended to those before.
using PredictionBlock = std::variant<PredictionSummary, ThreadTimeline, EndOfPrediction, UnknownPredictionBlock,
                                     CriticalPath, Connections, Links>;

/// Appends the value as one message to a frame's content.
void append_block(FrameContent& frame, const PredictionSummary& summary);
/// A piece of a timeline: `intervals` follow each other from `start_ns` on.
void append_block(FrameContent& frame, const ThreadTimeline& thread, Ns start_ns,
                  std::span<const TimelineInterval> intervals);
void append_block(FrameContent& frame, EndOfPrediction end);
void append_block(FrameContent& frame, std::span<const ConnectionResult> connections);
void append_block(FrameContent& frame, std::span<const LinkResult> links);

/// A piece of a path.
struct PathPiece {
  std::span<const std::string> names;
  std::span<const PathStep> steps;
  std::span<const PathFunction> functions;
};
void append_block(FrameContent& frame, const PathPiece& piece);

/// Decodes the message at `offset` and moves `offset` behind it. Throws FormatError.
PredictionBlock read_prediction_block(std::span<const std::uint8_t> frame, std::size_t& offset);

}  // namespace simrec
