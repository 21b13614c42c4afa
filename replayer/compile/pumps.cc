#include "replayer/compile/pumps.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace simrec::replay::causal {
namespace {

struct Bytes {
  std::int64_t sent = 0, received = 0;
};
using Totals = std::unordered_map<std::uint32_t, Bytes>;  ///< by stream

Totals totals_of(const ScratchSequence<Op>& ops) {
  Totals totals;
  for (const Op& op : ops) {
    if (op.kind == OpKind::send) totals[op.target].sent += op.value;
    if (op.kind == OpKind::recv) totals[op.target].received = op.value;
  }
  return totals;
}

/// What the thread moved on the whole connection, or on the stream if it belongs to none.
class Ways {
 public:
  Ways(const Program& program, const Totals& totals) : program_(program) {
    for (const auto& [stream, bytes] : totals)
      if (const std::uint32_t c = program.streams[stream].connection_plus_one) {
        by_connection_[c].sent += bytes.sent;
        by_connection_[c].received += bytes.received;
      }
  }
  Bytes of(std::uint32_t stream, const Bytes& alone) const {
    const std::uint32_t c = program_.streams[stream].connection_plus_one;
    return c ? by_connection_.at(c) : alone;
  }

 private:
  const Program& program_;
  std::unordered_map<std::uint32_t, Bytes> by_connection_;
};

using ByBytes = std::vector<std::pair<std::int64_t, std::uint32_t>>;  ///< bytes, stream

/// The stream whose bytes are nearest, if they are near enough.
std::optional<std::uint32_t> nearest(const ByBytes& feeders, std::int64_t bytes) {
  const auto distance = [bytes](const auto& feeder) { return std::abs(feeder.first - bytes); };
  const auto above = std::ranges::lower_bound(feeders, std::pair(bytes, 0U));
  auto best = above;
  if (above != feeders.begin() && (above == feeders.end() || distance(*std::prev(above)) < distance(*above)))
    best = std::prev(above);
  if (best == feeders.end() || Pumps::kQuarters * distance(*best) > bytes) return std::nullopt;
  return best->second;
}

/// How many sends a stream saw, and how many of them right after a read of the eventfd that the first such one
/// followed.
struct Posts {
  SourceKey event = 0;
  std::int64_t sends = 0, posted = 0;
};

}  // namespace

Pumps::Pumps(const Program& program, const ScratchSequence<Op>& ops, const EventSources& events)
    : program_(program), last_event_(events) {
  find_streams_fed_by_streams(ops);
  if (!events.empty()) find_streams_fed_by_events(ops, events);
}

void Pumps::find_streams_fed_by_streams(const ScratchSequence<Op>& ops) {
  const Totals totals = totals_of(ops);
  const Ways ways(program_, totals);
  ByBytes outputs, feeders;
  for (const auto& [stream, alone] : totals) {
    const Bytes both = ways.of(stream, alone);
    const bool answers = both.received > 0;  // else nothing comes between its sends
    if (answers && alone.sent >= kLeast && kOtherWay * both.received <= alone.sent)
      outputs.emplace_back(alone.sent, stream);
    if (alone.received >= kLeast && kOtherWay * both.sent <= alone.received)
      feeders.emplace_back(alone.received, stream);
  }
  std::ranges::sort(feeders);
  for (const auto& [bytes, stream] : outputs)
    if (const auto feeder = nearest(feeders, bytes)) {
      pumps_[stream].feeder = *feeder;
      received_[*feeder] = 0;
    }
}

void Pumps::find_streams_fed_by_events(const ScratchSequence<Op>& ops, const EventSources& events) {
  std::unordered_map<std::uint32_t, Posts> posts;
  LastEvent last_event(events);
  for (const Op& op : ops) {
    const SourceKey last = last_event.after(op);
    if (op.kind != OpKind::send) continue;
    Posts& p = posts[op.target];
    if (!p.event) p.event = last;
    ++p.sends;
    p.posted += last && last == p.event ? 1 : 0;
  }
  for (const auto& [stream, p] : posts)
    if (p.posted >= kLeastPosted && kPosted * (p.sends - p.posted) <= p.sends) posted_[stream] = p.event;
}

std::optional<SourceKey> Pumps::next(const Op& op) {
  const SourceKey last = last_event_.after(op);
  if (op.kind == OpKind::recv)
    if (const auto found = received_.find(op.target); found != received_.end()) found->second = op.value;
  if (op.kind != OpKind::send) return std::nullopt;
  if (const auto found = posted_.find(op.target); found != posted_.end() && found->second == last) return last;
  return from_stream(op);
}

std::optional<SourceKey> Pumps::from_stream(const Op& send) {
  const auto found = pumps_.find(send.target);
  if (found == pumps_.end()) return std::nullopt;
  Pump& pump = found->second;
  const std::int64_t received = received_[pump.feeder];
  const std::int64_t left = received + received / kQuarters - pump.passed_on;
  if (2 * left < send.value) return std::nullopt;
  pump.passed_on += send.value;
  return source_of_stream(program_, pump.feeder);
}

}  // namespace simrec::replay::causal
