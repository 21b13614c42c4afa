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

using PredictionBlock = std::variant<PredictionSummary, ThreadTimeline, EndOfPrediction, UnknownPredictionBlock>;

/// Appends the value as one message to a frame's content.
void append_block(FrameContent& frame, const PredictionSummary& summary);
/// A piece of a timeline: `intervals` follow each other from `start_ns` on.
void append_block(FrameContent& frame, const ThreadTimeline& thread, Ns start_ns,
                  std::span<const TimelineInterval> intervals);
void append_block(FrameContent& frame, EndOfPrediction end);

/// Decodes the message at `offset` and moves `offset` behind it. Throws FormatError.
PredictionBlock read_prediction_block(std::span<const std::uint8_t> frame, std::size_t& offset);

}  // namespace simrec
