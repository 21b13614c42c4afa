// Where the tracer puts what it sees: a trace file, or memory (calibration, tests).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "trace-format/model.h"
#include "trace-format/trace_writer.h"

namespace simrec::record {

/// Same meaning as the functions of TraceWriter, but these never throw: a sink that cannot go on says so
/// through failed() and takes no more.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual StringId intern(std::string_view text) = 0;
  virtual ObjectId put(const Object& object) = 0;
  virtual void put(const Process& process) = 0;
  virtual void put(const Thread& thread) = 0;
  virtual void put(const Image& image) = 0;
  virtual void append(const Event& event) = 0;
  /// For call stacks, which are interned where they are taken; nullptr when there is no file (any more).
  virtual TraceWriter* writer() = 0;
  virtual bool failed() const = 0;
  /// TraceWriter's: false when there is nothing to flush, or no file.
  virtual bool has_unflushed() const { return false; }
  virtual bool flush_when_due(Ns) { return false; }

  /// Counts something that could not be recorded; ends up in the trace's footer and the summary.
  void lose(const std::string& what, std::uint64_t count = 1) { losses_[what] += count; }
  const std::map<std::string, std::uint64_t>& losses() const { return losses_; }

 private:
  std::map<std::string, std::uint64_t> losses_;
};

}  // namespace simrec::record
