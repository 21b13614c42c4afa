// What happened when, per thread: the common ground of traces and predictions that exporters print.
// Sources (timeline_of_…) call a TimelineSink; each output format is one sink.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/event_text.h"
#include "trace-format/ids.h"

namespace simrec::analysis {

/// A thread in people's numbers, as recorded.
struct ThreadKey {
  std::int64_t pid = 0;
  std::int64_t tid = 0;
  auto operator<=>(const ThreadKey&) const = default;
};

/// A process as it is announced.
struct TimelineProcess {
  std::int64_t pid = 0;
  std::string name;   ///< "redis-server"
  std::string title;  ///< what a timeline shows: in a prediction "redis-server on h2"
  std::string host;
  std::string command_line;
};

/// A call stack in words, outermost function first.
using CallStack = std::vector<std::string>;

/// What a thread did for a while. The slices of one thread follow each other and never overlap.
struct Slice {
  ThreadKey thread;
  Ns start_ns = 0;
  Ns duration_ns = 0;
  std::string_view category;  ///< "compute", "call" (of a trace); "network", "sync", … (of a prediction)
  std::string_view name;      ///< "compute", "recvfrom", "wait: network"
  const std::vector<Field>* details = nullptr;
  std::string_view result{};         ///< of a call; "" = none
  Ns cpu_ns = 0;                     ///< CPU time it used; never more than duration_ns
  const CallStack* stack = nullptr;  ///< where it was called, if recorded
};

/// Something without duration: a signal, an exec, an end.
struct Instant {
  ThreadKey thread;
  Ns time_ns = 0;
  std::string_view name;
  const std::vector<Field>* details = nullptr;
  Ns sampled_cpu_ns = 0;             ///< of a sample: CPU time it stands for
  const CallStack* stack = nullptr;  ///< of a sample
};

/// Something in one thread caused something in another: a message, a fork, a wake-up. Both times lie inside
/// slices of their threads.
struct Flow {
  std::string_view name;
  ThreadKey from;
  Ns from_ns = 0;
  ThreadKey to;
  Ns to_ns = 0;
};

/// What one process sent to another through one stream, over the whole run.
struct StreamTotals {
  std::string name;  ///< "tcp 127.0.0.1:4242->127.0.0.1:6379", "pipe:[4711]"
  std::int64_t from_pid = 0;
  std::int64_t to_pid = 0;
  std::uint64_t messages = 0;  ///< calls that wrote
  std::uint64_t bytes = 0;     ///< that were read
};

/// Receives a timeline. Processes and threads are announced before their first slice, streams come last.
class TimelineSink {
 public:
  virtual ~TimelineSink() = default;
  virtual void begin(std::string_view title) = 0;
  virtual void process(const TimelineProcess& process) = 0;
  virtual void thread(ThreadKey thread, std::string_view name) = 0;
  virtual void slice(const Slice& slice) = 0;
  virtual void instant(const Instant& instant) = 0;
  virtual void flow(const Flow& flow) = 0;
  virtual void stream(const StreamTotals&) {}
  virtual void end() = 0;
  /// False: only processes and streams matter, so that a prediction without a timeline will do.
  virtual bool wants_slices() const { return true; }
};

/// Walks a trace. Returns the reader's sentence about what is missing, "" for a whole trace. Throws TraceError.
std::string timeline_of_trace(const std::string& path, TimelineSink& sink);

/// Walks a prediction that holds a timeline. Throws TraceError, also if it holds none and the
/// sink wants slices.
void timeline_of_prediction(const std::string& path, TimelineSink& sink);

}  // namespace simrec::analysis
