// Follows which kernel object each file descriptor of each process means, to name it like `strace -y`.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "trace-format/trace_reader.h"

namespace simrec::analysis {

/// What people call a kernel object: a path, "pipe:[4711]", "tcp 127.0.0.1:4242->127.0.0.1:6379". "" if unknown.
std::string object_name(const Tables& tables, ObjectId id);

/// Kind of an object in words: "file", "tcp socket".
const char* kind_name(ObjectKind kind);

/// The descriptor tables of all processes. Feed it every event in time order.
class Descriptors {
 public:
  /// `tables` must outlive this and be complete.
  explicit Descriptors(const Tables& tables);

  /// Takes note of what an event opened, closed, duplicated, inherited or passed on.
  void apply(const Event& event);

  /// Object behind a descriptor of the event's process right now; id 0 if unknown.
  ObjectId object(ThreadId thread, std::int64_t descriptor) const;

 private:
  struct Entry {
    ObjectId object;
    bool close_on_exec = false;
  };
  using Table = std::map<std::int64_t, Entry>;

  Table& table_of(ThreadId thread);
  void open(Table& table, std::int64_t descriptor, std::int64_t object) const;
  static void duplicate(Table& table, std::int64_t from, std::int64_t to, bool close_on_exec);
  void fork(const Event& event, std::size_t extra);
  void apply_call(const Event& event, Table& table);

  const Tables& tables_;
  std::unordered_map<std::uint32_t, std::shared_ptr<Table>> by_process_;
};

}  // namespace simrec::analysis
