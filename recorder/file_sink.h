// A trace file as the tracer's sink. When writing fails (disk full), the program being recorded goes on
// undisturbed: the sink remembers the error and ignores the rest.
#pragma once

#include <functional>
#include <optional>

#include "recorder/trace_sink.h"

namespace simrec::record {

class FileSink : public TraceSink {
 public:
  /// `on_failure` is called once with the message of the write error, when it happens.
  FileSink(TraceWriter& writer, std::function<void(const std::string&)> on_failure);

  StringId intern(std::string_view text) override;
  ObjectId put(const Object& object) override;
  void put(const Process& process) override;
  void put(const Thread& thread) override;
  void put(const Image& image) override;
  void append(const Event& event) override;
  TraceWriter* writer() override { return failed_ ? nullptr : &writer_; }
  bool failed() const override { return failed_; }
  bool has_unflushed() const override { return !failed_ && writer_.has_unflushed(); }
  bool flush_when_due(Ns now_ns) override;
  /// Runs `work` on the writer, turning an exception into failed().
  void guarded(const std::function<void(TraceWriter&)>& work);

 private:
  template <class Work>
  auto attempt(Work&& work) -> decltype(work());

  TraceWriter& writer_;
  std::function<void(const std::string&)> on_failure_;
  bool failed_ = false;
};

}  // namespace simrec::record
