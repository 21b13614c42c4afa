// A trace in memory: interned tables, events per thread, and a builder for tests.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "trace-format/model.h"
#include "trace-format/scratch_sequence.h"

namespace simrec {

/// The interned tables read so far.
class Tables {
 public:
  const std::string& string(StringId id) const;  ///< "" for unknown ids
  const Object& object(ObjectId id) const;       ///< kind unknown for unknown ids
  const Stack* stack(StackId id) const;          ///< nullptr for unknown ids
  const std::vector<Process>& processes() const { return processes_; }
  const std::vector<Thread>& threads() const { return threads_; }
  const std::vector<Image>& images() const { return images_; }
  const std::vector<Object>& objects() const { return objects_; }
  /// Image the process ran at that time; nullptr when unknown.
  const Image* image_of(ProcessId process, Ns at) const;

 private:
  friend class TableReader;
  friend class TraceBuilder;
  /// Adds an image, or replaces the one of the same process and start.
  void add(Image image);

  std::vector<std::string> strings_{""};
  std::vector<Object> objects_{Object{}};
  std::unordered_map<std::uint32_t, Stack> stacks_;
  std::vector<Process> processes_;
  std::vector<Thread> threads_;
  std::vector<Image> images_;
  std::vector<std::vector<std::uint32_t>> images_of_process_;  ///< positions in images_ by start time
};

/// Events of one thread, compact: 48 bytes each, and arguments that repeat are kept once.
class ThreadEvents {
 public:
  /// `space`: where to keep them; nullptr = in memory.
  explicit ThreadEvents(std::shared_ptr<ScratchSpace> space = nullptr) : rows_(space), arguments_(std::move(space)) {}

  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  Ns entry_ns(std::size_t i) const { return rows_[i].entry_ns; }
  /// The i-th event (i < size()); its arguments are valid until the next push().
  Event operator[](std::size_t i) const;
  /// Appends; the arguments are copied. Flags above 16 bits are not kept (there are none).
  void push(const Event& event);

 private:
  struct Row {
    Ns entry_ns;
    std::int64_t result;
    std::uint32_t wall_ns;  ///< exit - entry, or kLong
    std::uint32_t burst_ns, call_cpu_ns, ready_ns;
    std::uint32_t stack;
    std::uint32_t arguments;  ///< position in arguments_
    std::uint32_t argument_count;
    std::uint16_t kind, flags;
  };
  struct Durations {
    Ns wall, burst, call_cpu, ready;
  };
  struct Piece {
    std::uint32_t position = 0, count = 0;
    std::uint64_t hash = 0;
  };
  static constexpr std::uint32_t kLong = UINT32_MAX;
  Piece store(std::span<const std::int64_t> arguments);
  Piece add(std::span<const std::int64_t> arguments, std::uint64_t hash);
  std::span<const std::int64_t> arguments_at(std::uint32_t position, std::uint32_t count) const;

  ThreadId thread_;
  ScratchSequence<Row> rows_;
  std::unordered_map<std::size_t, Durations> long_;                       ///< of events with a duration over 4 s
  ScratchSequence<std::int64_t> arguments_;                               ///< each list of them in one chunk
  std::unordered_map<std::uint32_t, std::vector<std::int64_t>> longest_;  ///< lists that fill no chunk, by position
  std::vector<Piece> recent_;  ///< where arguments were stored, by hash: most repeat soon
};

/// A whole trace in memory, for the causal compiler and tests (which build one by hand).
struct Trace {
  Header header;
  Tables tables;
  std::vector<ThreadEvents> events;  ///< by ThreadId
  std::optional<Footer> footer;
  std::string incomplete;  ///< "" for a whole trace, else one sentence: what is missing
  std::uint64_t event_count = 0;
};

/// Builds a Trace by hand: for unit tests of whatever reads traces.
class TraceBuilder {
 public:
  StringId string(std::string text);
  /// Adds the object under a new id, or replaces the one object.id names. Returns its id.
  ObjectId object(Object object);
  ProcessId process(std::int64_t pid, std::uint32_t parent_plus_one = 0, std::string name = "prog");
  ThreadId thread(ProcessId process, std::int64_t tid, std::uint32_t creator_plus_one = 0, Ns start_ns = 0,
                  std::uint64_t clone_flags = 0, std::int64_t namespace_tid = 0);
  void descriptor(ProcessId process, Descriptor descriptor);
  StackId stack(const std::vector<std::string>& functions);  ///< innermost first
  void event(const Event& event);                            ///< copies the arguments; the thread must exist
  /// The trace so far, with a footer that fits it.
  Trace build(Ns root_end_ns);

 private:
  Trace trace_;
};

}  // namespace simrec
