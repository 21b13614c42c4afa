// A prediction as a timeline: a slice per interval, flows from the thread that ended a wait.
#include <algorithm>
#include <array>
#include <unordered_map>

#include "analysis/timeline.h"
#include "trace-format/prediction_file.h"

namespace simrec::analysis {
namespace {

struct StateWords {
  std::string_view category;
  std::string_view name;
};

/// By TimelineState.
constexpr std::array<StateWords, 7> kStates = {{
    {"compute", "compute"},
    {"network", "wait: network"},
    {"disk", "wait: disk"},
    {"sync", "wait: synchronisation"},
    {"child", "wait: child"},
    {"sleep", "sleep"},
    {"ready", "wait: core"},
}};

const StateWords& words_of(TimelineState state) {
  return kStates[std::min<std::size_t>(static_cast<std::size_t>(state), kStates.size() - 1)];
}

void show_thread(const ThreadTimeline& timeline, const std::unordered_map<std::int64_t, ThreadKey>& by_tid,
                 TimelineSink& sink) {
  const ThreadKey key{timeline.pid, timeline.tid};
  Ns at = timeline.start_ns;
  for (const TimelineInterval& interval : timeline.intervals) {
    const StateWords& words = words_of(interval.state);
    const Ns end = at + interval.duration_ns;
    const Ns cpu_ns = interval.state == TimelineState::compute ? interval.duration_ns : 0;
    if (interval.duration_ns > 0)
      sink.slice({key, at, interval.duration_ns, words.category, words.name, nullptr, "", cpu_ns});
    if (interval.cause_tid_plus_one != 0 && interval.duration_ns > 0) {
      const auto cause = by_tid.find(static_cast<std::int64_t>(interval.cause_tid_plus_one - 1));
      if (cause != by_tid.end() && cause->second != key) sink.flow({"released", cause->second, end - 1, key, end - 1});
    }
    at = end;
  }
}

}  // namespace

void timeline_of_prediction(const std::string& path, TimelineSink& sink) {
  const Prediction prediction = read_prediction(path);
  if (prediction.timelines.empty() && sink.wants_slices()) {
    throw TraceError("'" + path + "' holds no timeline; make one with `simreplay -o FILE …`");
  }
  sink.begin("prediction of " + prediction.summary.trace_name + " on " + prediction.summary.platform_name);
  for (const ProcessResult& process : prediction.summary.processes)
    sink.process({process.pid, process.name, process.name + " on " + process.host, process.host, process.command_line});
  std::unordered_map<std::int64_t, ThreadKey> by_tid;
  for (const ThreadTimeline& timeline : prediction.timelines) {
    by_tid[timeline.tid] = {timeline.pid, timeline.tid};
    sink.thread({timeline.pid, timeline.tid},
                timeline.tid == timeline.pid ? "main thread" : "thread " + std::to_string(timeline.tid));
  }
  for (const ThreadTimeline& timeline : prediction.timelines) show_thread(timeline, by_tid, sink);
  for (const ConnectionResult& connection : prediction.connections)
    sink.stream({connection.name, connection.from_pid, connection.to_pid, connection.messages, connection.bytes});
  sink.end();
}

}  // namespace simrec::analysis
