// What happened when, per thread: the common ground of traces and predictions that exporters print.
// Sources (timeline_of_…) call a TimelineSink; each output format is one sink.
#pragma once

#include <memory>
#include <ostream>
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

/// What a thread did for a while. The slices of one thread follow each other and never overlap.
struct Slice {
  ThreadKey thread;
  Ns start_ns = 0;
  Ns duration_ns = 0;
  std::string_view category;  ///< "compute", "call" (of a trace); "network", "sync", … (of a prediction)
  std::string_view name;      ///< "compute", "recvfrom", "wait: network"
  const std::vector<Field>* details = nullptr;
  std::string_view result;  ///< of a call; "" = none
};

/// Something without duration: a signal, an exec, an end.
struct Instant {
  ThreadKey thread;
  Ns time_ns = 0;
  std::string_view name;
  const std::vector<Field>* details = nullptr;
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

/// Receives a timeline. Threads are announced before their first slice.
class TimelineSink {
 public:
  virtual ~TimelineSink() = default;
  virtual void begin(std::string_view title) = 0;
  virtual void process(std::int64_t pid, std::string_view name, std::string_view command_line) = 0;
  virtual void thread(ThreadKey thread, std::string_view name) = 0;
  virtual void slice(const Slice& slice) = 0;
  virtual void instant(const Instant& instant) = 0;
  virtual void flow(const Flow& flow) = 0;
  virtual void end() = 0;
};

/// The formats of `simtrace export`.
std::unique_ptr<TimelineSink> make_perfetto_sink(std::ostream& out);
std::unique_ptr<TimelineSink> make_csv_sink(std::ostream& out);
std::unique_ptr<TimelineSink> make_json_sink(std::ostream& out);

/// Walks a trace. Returns the reader's sentence about what is missing, "" for a whole trace. Throws TraceError.
std::string timeline_of_trace(const std::string& path, TimelineSink& sink);

/// Walks a prediction that holds a timeline. Throws TraceError, also if it holds none.
void timeline_of_prediction(const std::string& path, TimelineSink& sink);

}  // namespace simrec::analysis
