// Folded stacks, the input of flame graphs (flamegraph.pl, inferno, speedscope): a line "process;thread;function;… N"
// per stack, N in nanoseconds.
//
// A thread's lines add up to its time. Without samples that is: computing, waiting for a core, and each call, below the
// stack it was called from if that was recorded. Samples stand for all CPU time of a thread, that inside its calls
// included, so with them calls keep only what they waited, and CPU time that no sample covers is "[not sampled]".
#include <algorithm>
#include <map>

#include "analysis/timeline_formats.h"

namespace simrec::analysis {
namespace {

/// A frame of the format: ';' and newlines divide frames and lines.
void append_frame(std::string& line, std::string_view frame) {
  if (!line.empty()) line += ';';
  for (const char c : frame) line += c == ';' ? ':' : static_cast<unsigned char>(c) < ' ' ? ' ' : c;
}

class FoldedSink : public TimelineSink {
 public:
  explicit FoldedSink(std::ostream& out) : out_(out) {}

  void begin(std::string_view) override {}
  void process(const TimelineProcess& process) override { names_[process.pid] = process.title; }

  void thread(ThreadKey key, std::string_view name) override {
    std::string& line = threads_[key].name;
    line.clear();
    append_frame(line, names_[key.pid] + " " + std::to_string(key.pid));
    append_frame(line, name);
  }

  void slice(const Slice& slice) override {
    Thread& thread = threads_[slice.thread];
    if (slice.category == "compute") {
      thread.computing_ns += slice.cpu_ns;
      thread.waiting_for_core_ns += slice.duration_ns - slice.cpu_ns;
      return;
    }
    Time& time = thread.calls[folded(slice.stack, slice.name)];
    time.total_ns += slice.duration_ns;
    time.cpu_ns += slice.cpu_ns;
    thread.call_cpu_ns += slice.cpu_ns;
  }

  void instant(const Instant& instant) override {
    if (instant.sampled_cpu_ns <= 0) return;
    Thread& thread = threads_[instant.thread];
    thread.samples[folded(instant.stack, instant.stack == nullptr ? "[unknown]" : "")] += instant.sampled_cpu_ns;
    thread.sampled_ns += instant.sampled_cpu_ns;
    any_samples_ = true;
  }

  void flow(const Flow&) override {}

  void end() override {
    for (const auto& [key, thread] : threads_) {
      for (const auto& [stack, time] : thread.calls)
        line(thread, stack, any_samples_ ? time.total_ns - time.cpu_ns : time.total_ns);
      for (const auto& [stack, cpu_ns] : thread.samples) line(thread, stack, cpu_ns);
      if (any_samples_) {
        line(thread, "[not sampled]", thread.computing_ns + thread.call_cpu_ns - thread.sampled_ns);
      } else {
        line(thread, "compute", thread.computing_ns);
      }
      line(thread, "[waiting for a core]", thread.waiting_for_core_ns);
    }
  }

 private:
  struct Time {
    Ns total_ns = 0, cpu_ns = 0;
  };
  struct Thread {
    std::string name;  ///< its first frames
    std::map<std::string, Time> calls;
    std::map<std::string, Ns> samples;
    Ns computing_ns = 0, waiting_for_core_ns = 0, call_cpu_ns = 0, sampled_ns = 0;
  };

  static std::string folded(const CallStack* stack, std::string_view innermost) {
    std::string text;
    if (stack != nullptr)
      for (const std::string& frame : *stack) append_frame(text, frame);
    if (!innermost.empty()) append_frame(text, innermost);
    return text;
  }

  void line(const Thread& thread, std::string_view stack, Ns weight_ns) {
    if (weight_ns > 0) out_ << thread.name << ';' << stack << ' ' << weight_ns << '\n';
  }

  std::ostream& out_;
  std::map<std::int64_t, std::string> names_;
  std::map<ThreadKey, Thread> threads_;
  bool any_samples_ = false;
};

}  // namespace

std::unique_ptr<TimelineSink> make_folded_sink(std::ostream& out) { return std::make_unique<FoldedSink>(out); }

}  // namespace simrec::analysis
