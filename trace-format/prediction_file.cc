#include "trace-format/prediction_file.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "trace-format/compiled_blocks.h"
#include "trace-format/format_error.h"
#include "trace-format/frame_file.h"
#include "trace-format/memory_limit.h"
#include "trace-format/prediction_codec.h"

namespace simrec {
namespace {

constexpr std::size_t kIntervalsPerBlock = 16'384;
constexpr std::size_t kNamesPerBlock = 1'024;
constexpr std::size_t kLinksPerBlock = 64;
constexpr std::size_t kFrameBytes = 256 * 1024;
constexpr int kCompressionLevel = 9;  // written once, kept for long

void write_if_full(FrameContent& frame, FrameWriter& frames) {
  if (frame.bytes.size() < kFrameBytes) return;
  frames.write(frame);
  frame.clear();
}

/// The first `most` of `rest`, which loses them.
template <class T>
std::span<const T> take(std::span<const T>& rest, std::size_t most) {
  const auto piece = rest.first(std::min(rest.size(), most));
  rest = rest.subspan(piece.size());
  return piece;
}

template <class T>
void append_table(FrameContent& frame, FrameWriter& frames, const std::vector<T>& table, std::size_t rows_per_block) {
  for (std::span<const T> rest(table); !rest.empty(); write_if_full(frame, frames))
    append_block(frame, take(rest, rows_per_block));
}

void append_path(FrameContent& frame, FrameWriter& frames, const CriticalPath& path) {
  std::span<const std::string> names(path.names);
  std::span<const PathStep> steps(path.steps);
  std::span<const PathFunction> functions(path.functions);
  do {  // an empty path is still one message
    append_block(frame, PathPiece{take(names, kNamesPerBlock), take(steps, kIntervalsPerBlock),
                                  take(functions, kNamesPerBlock)});
    write_if_full(frame, frames);
  } while (!names.empty() || !steps.empty() || !functions.empty());
}

void append_timeline(FrameContent& frame, FrameWriter& frames, const ThreadTimeline& thread) {
  Ns start = thread.start_ns;
  std::span<const TimelineInterval> rest(thread.intervals);
  do {  // a thread without intervals is still one message
    const auto piece = take(rest, kIntervalsPerBlock);
    append_block(frame, thread, start, piece);
    for (const TimelineInterval& interval : piece) start += interval.duration_ns;
    write_if_full(frame, frames);
  } while (!rest.empty());
}

/// Collects the messages of a prediction and refuses what cannot follow what.
class PredictionBuilder {
 public:
  explicit PredictionBuilder(std::uint64_t memory_limit) : memory_limit_(memory_limit) {}

  void add(PredictionBlock block) {
    if (ended_) throw FormatError("there is more after its end");
    if (!has_summary_ && !std::holds_alternative<PredictionSummary>(block)) {
      throw FormatError("a prediction begins with a summary");
    }
    if (auto* summary = std::get_if<PredictionSummary>(&block)) add_summary(std::move(*summary));
    if (auto* thread = std::get_if<ThreadTimeline>(&block)) add_timeline(std::move(*thread));
    if (auto* piece = std::get_if<CriticalPath>(&block)) add_path(std::move(*piece));
    if (auto* rows = std::get_if<Connections>(&block)) add_rows(prediction_.connections, std::move(*rows));
    if (auto* rows = std::get_if<Links>(&block)) add_rows(prediction_.links, std::move(*rows));
    if (std::holds_alternative<EndOfPrediction>(block)) end();
  }
  bool ended() const { return ended_; }
  const PredictionSummary& summary() const { return prediction_.summary; }
  Prediction take() { return std::move(prediction_); }

 private:
  void add_summary(PredictionSummary summary) {
    if (has_summary_) throw FormatError("there is a second summary");
    has_summary_ = true;
    prediction_.summary = std::move(summary);
  }
  void add_timeline(ThreadTimeline thread) {
    take_memory(sizeof(ThreadTimeline) + thread.intervals.size() * sizeof(TimelineInterval));
    ThreadTimeline* last = prediction_.timelines.empty() ? nullptr : &prediction_.timelines.back();
    if (last != nullptr && last->pid == thread.pid && last->tid == thread.tid && last_end_ns_ == thread.start_ns &&
        !last->intervals.empty()) {
      last->intervals.insert(last->intervals.end(), thread.intervals.begin(), thread.intervals.end());
    } else {
      last_end_ns_ = thread.start_ns;
      prediction_.timelines.push_back(thread);
    }
    for (const TimelineInterval& interval : thread.intervals) {
      if (__builtin_add_overflow(last_end_ns_, interval.duration_ns, &last_end_ns_)) {
        throw FormatError("a timeline never ends");
      }
    }
  }

  void add_path(CriticalPath piece) {
    take_memory(piece.steps.size() * sizeof(PathStep) + piece.functions.size() * sizeof(PathFunction));
    for (const std::string& name : piece.names) take_memory(sizeof name + name.size());
    if (!prediction_.path) prediction_.path.emplace();
    CriticalPath& path = *prediction_.path;
    const Ns end = path.steps.empty() ? 0 : path.steps.back().start_ns + path.steps.back().duration_ns;
    if (!piece.steps.empty() && piece.steps.front().start_ns != end) throw FormatError("the critical path has a gap");
    append(path.names, std::move(piece.names));
    append(path.steps, std::move(piece.steps));
    append(path.functions, std::move(piece.functions));
  }
  template <class Row>
  void add_rows(std::vector<Row>& table, std::vector<Row> rows) {
    for (const Row& row : rows) take_memory(sizeof row + row.name.size());
    if constexpr (std::is_same_v<Row, LinkResult>)
      for (const Row& row : rows) take_memory(row.bytes_over_time.size() * sizeof(std::uint64_t));
    append(table, std::move(rows));
  }
  void end() {
    ended_ = true;
    if (!prediction_.path) return;
    const auto unknown = [names = prediction_.path->names.size()](const auto& item) { return item.what >= names; };
    if (std::ranges::any_of(prediction_.path->steps, unknown) ||
        std::ranges::any_of(prediction_.path->functions, unknown))
      throw FormatError("the critical path has a name that is not there");
  }
  void take_memory(std::uint64_t bytes) {
    memory_ += bytes;
    if (memory_ > memory_limit_) throw FormatError("it needs more memory than allowed");
  }
  template <class T>
  static void append(std::vector<T>& to, std::vector<T> from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }

  Prediction prediction_;
  std::uint64_t memory_limit_;
  std::uint64_t memory_ = 0;
  Ns last_end_ns_ = 0;
  bool has_summary_ = false;
  bool ended_ = false;
};

void check_version(const std::string& name, const PredictionSummary& summary) {
  if (summary.tool_version.starts_with(kTraceTool)) throw TraceError(name + " is a trace, not a prediction");
  if (summary.tool_version.starts_with(kProgramTool))
    throw TraceError(name + " is a compiled program, not a prediction");
  if (summary.format_version == 0) throw TraceError(name + " is no prediction: it has no format version");
  if (summary.format_version > kPredictionVersion) {
    throw TraceError(name + " has prediction format version " + std::to_string(summary.format_version) +
                     "; this program reads up to " + std::to_string(kPredictionVersion) + ": use a newer one");
  }
}

}  // namespace

void write_prediction(const std::string& path, const Prediction& prediction) {
  OutputFile output(path, Unfinished::remove);
  FrameWriter frames(output, kCompressionLevel);
  FrameContent frame;
  append_block(frame, prediction.summary);
  append_table(frame, frames, prediction.connections, kNamesPerBlock);
  append_table(frame, frames, prediction.links, kLinksPerBlock);
  if (prediction.path) append_path(frame, frames, *prediction.path);
  for (const ThreadTimeline& thread : prediction.timelines) append_timeline(frame, frames, thread);
  append_block(frame, EndOfPrediction{});
  frames.write(frame);
  frames.finish();
  output.finish();
}

Prediction read_prediction(const std::string& path, ReadLimits limits) {
  FrameReader frames(path, limits.frame_bytes);
  PredictionBuilder builder(memory_limit(limits));
  bool is_first = true;
  while (const auto frame = frames.next()) {
    for (std::size_t offset = 0; offset < frame->size();) {
      try {
        builder.add(read_prediction_block(*frame, offset));
      } catch (const FormatError& e) {
        frames.damaged(std::string("the message before content byte ") + std::to_string(offset) + ": " + e.what());
      }
      if (std::exchange(is_first, false)) check_version(frames.name(), builder.summary());
    }
  }
  if (!builder.ended() || frames.end() != FrameEnd::complete) {
    throw TraceError(frames.name() + " was cut: its end is missing; make the prediction again");
  }
  return builder.take();
}

}  // namespace simrec
