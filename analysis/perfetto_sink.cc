// The Trace Event Format (JSON) that ui.perfetto.dev and chrome://tracing open: an object with "traceEvents",
// times in microseconds; "M" names processes and threads, "X" is a slice, "i" an instant, "s" and "f" the ends
// of a flow (docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/timeline_formats.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

std::string json_text(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Microseconds with the nanoseconds behind the point, exact where a double would round.
std::string microseconds(Ns time_ns) {
  std::string digits = std::to_string(time_ns < 0 ? 0 : time_ns);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  return digits.insert(digits.size() - 3, 1, '.');
}

class PerfettoSink : public TimelineSink {
 public:
  explicit PerfettoSink(std::ostream& out) : out_(out) {}

  void begin(std::string_view title) override {
    out_ << R"({"displayTimeUnit":"ns","otherData":{"producer":"simtrace )" SIMREC_VERSION R"(","title":)"
         << json_text(title) << R"(},"traceEvents":[)";
  }

  void process(const TimelineProcess& process) override {
    metadata("process_name", process.pid, 0, R"("name":)" + json_text(process.title));
    metadata("process_labels", process.pid, 0, R"("labels":)" + json_text(process.command_line));
    metadata("process_sort_index", process.pid, 0, R"("sort_index":)" + std::to_string(processes_++));
  }

  void thread(ThreadKey thread, std::string_view name) override {
    metadata("thread_name", thread.pid, thread.tid, R"("name":)" + json_text(name));
  }

  void slice(const Slice& slice) override {
    open("X", slice.name, slice.category, slice.thread, slice.start_ns)
        << R"(,"dur":)" << microseconds(slice.duration_ns);
    details(slice.details, slice.result);
    out_ << '}';
  }

  void instant(const Instant& instant) override {
    open("i", instant.name, "event", instant.thread, instant.time_ns) << R"(,"s":"t")";
    details(instant.details, "");
    out_ << '}';
  }

  void flow(const Flow& flow) override {
    const std::string id = std::to_string(++flows_);
    open("s", flow.name, "flow", flow.from, flow.from_ns) << R"(,"id":)" << id << '}';
    // "bp":"e" binds to the slice around this time instead of the next one that begins.
    open("f", flow.name, "flow", flow.to, flow.to_ns) << R"(,"id":)" << id << R"(,"bp":"e"})";
  }

  void end() override { out_ << "\n]}\n"; }

 private:
  std::ostream& next_line() { return out_ << (std::exchange(first_, false) ? "\n" : ",\n"); }

  std::ostream& open(std::string_view phase, std::string_view name, std::string_view category, ThreadKey thread,
                     Ns time_ns) {
    return next_line() << R"({"ph":")" << phase << R"(","name":)" << json_text(name) << R"(,"cat":")" << category
                       << R"(","pid":)" << thread.pid << R"(,"tid":)" << thread.tid << R"(,"ts":)"
                       << microseconds(time_ns);
  }

  void metadata(std::string_view name, std::int64_t pid, std::int64_t tid, const std::string& arguments) {
    next_line() << R"({"ph":"M","name":")" << name << R"(","pid":)" << pid << R"(,"tid":)" << tid << R"(,"args":{)"
                << arguments << "}}";
  }

  void details(const std::vector<Field>* fields, std::string_view result) {
    if ((fields == nullptr || fields->empty()) && result.empty()) return;
    const char* separator = "";
    out_ << R"(,"args":{)";
    if (fields != nullptr) {
      for (const Field& field : *fields) {
        out_ << separator << json_text(field.name) << ':' << json_text(field.for_programs());
        separator = ",";
      }
    }
    if (!result.empty()) out_ << separator << R"("result":)" << json_text(result);
    out_ << '}';
  }

  std::ostream& out_;
  bool first_ = true;
  std::uint64_t flows_ = 0;
  std::uint64_t processes_ = 0;
};

}  // namespace

std::unique_ptr<TimelineSink> make_perfetto_sink(std::ostream& out) { return std::make_unique<PerfettoSink>(out); }

}  // namespace simrec::analysis
