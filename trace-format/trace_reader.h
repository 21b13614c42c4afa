// Reads a trace as a stream, or whole. Traces are untrusted: every length is capped.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "trace-format/model.h"
#include "trace-format/trace.h"
#include "trace-format/trace_error.h"

namespace simrec {

/// Bounds for hostile files.
struct ReadLimits {
  std::uint64_t frame_bytes = 8ULL << 20;       ///< decompressed size of one frame; writers stay below 2 MiB
  std::uint64_t events_per_block = 1ULL << 20;  ///< writers use 4096
  std::uint64_t memory_bytes = 0;               ///< of the tables; 0 = three quarters of the machine's memory
};

/// Reads a trace block by block, in memory that does not grow with the number of events.
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

/// Reads everything. Events of long traces are kept in a temporary file (scratch_space.h). Throws TraceError.
Trace load_trace(const std::string& path, ReadLimits limits = {});

}  // namespace simrec
