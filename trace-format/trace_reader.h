// Reads a trace as a stream, or whole. Traces are untrusted: every length is capped.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "trace-format/model.h"

namespace simrec {

/// A file that is not a usable trace (or cannot be written). what() is one complete sentence for the
/// user: which file, block and byte, what is wrong, what to do. Programs print it and exit 2.
class TraceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The interned tables read so far.
class Tables {
 public:
  const std::string& string(StringId id) const;  ///< "" for unknown ids
  const Object& object(ObjectId id) const;       ///< kind unknown for unknown ids
  const Stack* stack(StackId id) const;
  const std::vector<Process>& processes() const { return processes_; }
  const std::vector<Thread>& threads() const { return threads_; }
  const std::vector<Image>& images() const { return images_; }
  const std::vector<Object>& objects() const { return objects_; }
  /// Image the process ran at that time; nullptr when unknown.
  const Image* image_of(ProcessId process, Ns at) const;

 private:
  friend class TraceReader;
  friend class TraceBuilder;
  std::vector<std::string> strings_{""};
  std::vector<Object> objects_{Object{}};
  std::unordered_map<std::uint32_t, Stack> stacks_;
  std::vector<Process> processes_;
  std::vector<Thread> threads_;
  std::vector<Image> images_;
};

/// Bounds for hostile files.
struct ReadLimits {
  std::uint64_t frame_bytes = 64ULL << 20;
  std::uint64_t events_per_block = 1ULL << 20;
  std::uint64_t table_entries = 1ULL << 26;
};

class TraceReader {
 public:
  /// Opens ("-" = stdin) and reads the header. Throws TraceError.
  explicit TraceReader(const std::string& path, ReadLimits limits = {});
  ~TraceReader();
  TraceReader(TraceReader&&) noexcept;

  const Header& header() const;
  const Tables& tables() const;

  /// Events of the next block: one thread, in time order, valid until the next call. Tables are
  /// up to date for them. nullopt at the end. Throws TraceError on damage.
  std::optional<std::span<const Event>> next();

  /// Set once next() returned nullopt and the footer was there.
  const std::optional<Footer>& footer() const;
  /// Empty for a whole trace; else one sentence saying what is missing ("recording was cut: …").
  const std::string& incomplete() const;
  std::uint64_t compressed_bytes_read() const;
  std::uint64_t frames_read() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Events of one thread, compact in memory.
class ThreadEvents {
 public:
  std::size_t size() const { return kinds_.size(); }
  bool empty() const { return kinds_.empty(); }
  Event operator[](std::size_t i) const;
  void push(const Event& event);

 private:
  struct Times {
    Ns entry, exit, burst, call_cpu, ready;
  };
  std::vector<std::uint16_t> kinds_;
  std::vector<std::uint16_t> flags_;
  std::vector<Times> times_;
  std::vector<std::int64_t> results_;
  std::vector<std::uint32_t> stacks_;
  std::vector<std::uint64_t> argument_ends_;
  std::vector<std::int64_t> arguments_;
  ThreadId thread_;
};

/// A whole trace in memory, for the causal compiler and tests (which build one by hand).
struct Trace {
  Header header;
  Tables tables;
  std::vector<ThreadEvents> events;  ///< by ThreadId
  std::optional<Footer> footer;
  std::string incomplete;
  std::uint64_t event_count = 0;
};

/// Reads everything. Throws TraceError.
Trace load_trace(const std::string& path, ReadLimits limits = {});

/// Builds a Trace by hand: for unit tests of whatever reads traces.
class TraceBuilder {
 public:
  StringId string(std::string text);
  ObjectId object(Object object);
  ProcessId process(std::int64_t pid, std::uint32_t parent_plus_one = 0, std::string name = "prog");
  ThreadId thread(ProcessId process, std::int64_t tid, std::uint32_t creator_plus_one = 0, Ns start_ns = 0, std::uint64_t clone_flags = 0);
  void descriptor(ProcessId process, Descriptor descriptor);
  void event(const Event& event);  ///< copies the arguments
  Trace build(Ns root_end_ns);

 private:
  Trace trace_;
};

}  // namespace simrec
