// Keeps events in memory: for calibration and unit tests.
#pragma once

#include <deque>
#include <vector>

#include "recorder/trace_sink.h"

namespace simrec::record {

class MemorySink : public TraceSink {
 public:
  StringId intern(std::string_view) override { return {++strings_}; }
  ObjectId put(const Object& object) override { return object.id.value != 0 ? object.id : ObjectId{++objects_}; }
  void put(const Process&) override {}
  void put(const Thread&) override {}
  void put(const Image&) override {}
  void append(const Event& event) override {
    arguments_.emplace_back(event.arguments.begin(), event.arguments.end());
    events_.push_back(event);
    events_.back().arguments = arguments_.back();
  }
  TraceWriter* writer() override { return nullptr; }
  bool failed() const override { return false; }

  /// In the order they ended. Their arguments live as long as the sink.
  const std::vector<Event>& events() const { return events_; }

 private:
  std::uint32_t strings_ = 0;
  std::uint32_t objects_ = 0;
  std::vector<Event> events_;
  std::deque<std::vector<std::int64_t>> arguments_;
};

}  // namespace simrec::record
