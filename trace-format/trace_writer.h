// Writes a trace: interns tables, collects events per thread, emits whole frames.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "trace-format/model.h"
#include "trace-format/time_scale.h"

namespace simrec {

struct WriterOptions {
  TimePrecision times{.wall_unit_ns = 500, .cpu_unit_ns = 100};  ///< of stored times (tier 1 knows no better)
  std::uint32_t events_per_block = 4096;                         ///< of one thread, or of several short ones together
  std::uint64_t frame_bytes = 256 * 1024;                        ///< uncompressed size at which a frame is closed
  Ns max_unflushed_ns = 1'000'000'000;                           ///< at most this much of a run is lost when killed
  int compression_level = 1;                                     ///< higher ones are slower and, on noise, no smaller
};

/// Owns the output until finish(). Writes to "<path>.partial-<pid>" and renames in finish(), so an
/// existing file is replaced only by a finished recording; "-" writes to stdout. The partial file is
/// itself a readable trace up to its last frame. Errors (disk full, …): throws TraceError, keeps what
/// is written and names it.
class TraceWriter {
 public:
  TraceWriter(const std::string& path, const Header& header, WriterOptions options = {});
  ~TraceWriter();
  TraceWriter(const TraceWriter&) = delete;
  TraceWriter& operator=(const TraceWriter&) = delete;

  StringId intern(std::string_view text);
  StackId intern(const std::vector<Frame>& frames);
  /// Adds an object under a new id, or replaces the entry object.id names. Returns its id.
  ObjectId put(Object object);
  void put(const Process& process);
  void put(const Thread& thread);
  void put(const Image& image);

  /// Appends to the event's thread; per thread, times must not go back.
  void append(const Event& event);
  /// Emits everything collected so far as whole frames.
  void flush();
  /// Flushes when that is due although no event came (max_unflushed_ns). Returns whether something is left to flush.
  bool flush_when_due(Ns now_ns);
  bool has_unflushed() const;
  /// Whether the finished file stays within `max_bytes`: written, waiting to be written, tables of the end. Flushes
  /// when only that can tell.
  bool fits(std::uint64_t max_bytes);
  /// Flushes, writes footer and seek table, renames to the final path.
  void finish(const Footer& footer);

  std::uint64_t bytes_written() const;
  std::uint64_t events_written() const;
  /// Where the bytes are now: the partial file before finish(), the final path after.
  const std::string& current_path() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace simrec
