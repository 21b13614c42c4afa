// What tests ask of a recorded trace.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trace-format/syscall_table.h"
#include "trace-format/trace_reader.h"

namespace simrec::record::testing {

/// Questions about a recorded trace.
class Recorded {
 public:
  explicit Recorded(Trace trace) : trace_(std::move(trace)) {}
  const Trace& trace() const { return trace_; }

  template <class Visit>
  void each(std::string_view name, Visit&& visit) const {
    for (const ThreadEvents& events : trace_.events)
      for (std::size_t i = 0; i < events.size(); ++i)
        if (const Event event = events[i]; event_name(event.kind) == name) visit(event);
  }
  int calls(std::string_view name) const {
    int n = 0;
    each(name, [&](const Event&) { ++n; });
    return n;
  }
  int calls(std::string_view name, std::int64_t result) const {
    int n = 0;
    each(name, [&](const Event& event) { n += event.result == result; });
    return n;
  }
  /// Sum of the positive results.
  std::int64_t bytes(std::string_view name) const {
    std::int64_t sum = 0;
    each(name, [&](const Event& event) { sum += event.result > 0 ? event.result : 0; });
    return sum;
  }
  int flagged(std::string_view name, std::uint32_t flag) const {
    int n = 0;
    each(name, [&](const Event& event) { n += (event.flags & flag) != 0; });
    return n;
  }
  std::set<std::int64_t> values(std::string_view name, std::size_t argument) const {
    std::set<std::int64_t> found;
    each(name, [&](const Event& event) { found.insert(event.argument(argument, INT64_MIN)); });
    return found;
  }
  const Object& object(std::int64_t id) const { return trace_.tables.object(ObjectId{static_cast<std::uint32_t>(id)}); }
  std::string text(StringId id) const { return trace_.tables.string(id); }
  std::vector<Object> objects(ObjectKind kind) const {
    std::vector<Object> found;
    for (const Object& object : trace_.tables.objects())
      if (object.kind == kind) found.push_back(object);
    return found;
  }
  std::size_t processes() const { return trace_.tables.processes().size(); }
  std::size_t threads() const { return trace_.tables.threads().size(); }

 private:
  Trace trace_;
};

using Losses = std::map<std::string, std::uint64_t>;

/// What holds for every recording of a program that ended with status 0; `losses` is all that may be missing.
void expect_whole(const Recorded& r, const Losses& losses);

}  // namespace simrec::record::testing
