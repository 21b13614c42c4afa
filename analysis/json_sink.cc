// A timeline as JSON lines: one object per process, thread, slice, instant, flow or stream, told apart by "type".
#include <nlohmann/json.hpp>

#include "analysis/timeline_formats.h"

namespace simrec::analysis {
namespace {

using Json = nlohmann::ordered_json;

class JsonSink : public TimelineSink {
 public:
  explicit JsonSink(std::ostream& out) : out_(out) {}

  void begin(std::string_view) override {}
  void process(const TimelineProcess& process) override {
    line({{"type", "process"},
          {"pid", process.pid},
          {"name", process.title},
          {"host", process.host},
          {"cmdline", process.command_line}});
  }
  void thread(ThreadKey thread, std::string_view name) override {
    line({{"type", "thread"}, {"pid", thread.pid}, {"tid", thread.tid}, {"name", name}});
  }
  void slice(const Slice& slice) override {
    Json json = {{"type", "slice"},
                 {"pid", slice.thread.pid},
                 {"tid", slice.thread.tid},
                 {"start_ns", slice.start_ns},
                 {"duration_ns", slice.duration_ns},
                 {"category", slice.category},
                 {"name", slice.name}};
    add_details(json, slice.details);
    if (!slice.result.empty()) json["result"] = slice.result;
    line(json);
  }
  void instant(const Instant& instant) override {
    Json json = {{"type", "instant"},
                 {"pid", instant.thread.pid},
                 {"tid", instant.thread.tid},
                 {"time_ns", instant.time_ns},
                 {"name", instant.name}};
    add_details(json, instant.details);
    line(json);
  }
  void flow(const Flow& flow) override {
    line({{"type", "flow"},
          {"name", flow.name},
          {"from_tid", flow.from.tid},
          {"from_ns", flow.from_ns},
          {"to_tid", flow.to.tid},
          {"to_ns", flow.to_ns}});
  }
  void stream(const StreamTotals& stream) override {
    line({{"type", "stream"},
          {"name", stream.name},
          {"from_pid", stream.from_pid},
          {"to_pid", stream.to_pid},
          {"messages", stream.messages},
          {"bytes", stream.bytes}});
  }
  void end() override {}

 private:
  static void add_details(Json& json, const std::vector<Field>* fields) {
    if (fields == nullptr || fields->empty()) return;
    Json& details = json["details"] = Json::object();
    for (const Field& field : *fields) details[std::string(field.name)] = field.for_programs();
  }

  void line(const Json& json) { out_ << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n'; }

  std::ostream& out_;
};

}  // namespace

std::unique_ptr<TimelineSink> make_json_sink(std::ostream& out) { return std::make_unique<JsonSink>(out); }

}  // namespace simrec::analysis
