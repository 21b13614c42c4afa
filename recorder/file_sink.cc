#include "recorder/file_sink.h"

#include <exception>
#include <type_traits>
#include <utility>

namespace simrec::record {

FileSink::FileSink(TraceWriter& writer, std::function<void(const std::string&)> on_failure)
    : writer_(writer), on_failure_(std::move(on_failure)) {}

template <class Work>
auto FileSink::attempt(Work&& work) -> decltype(work()) {
  using Result = decltype(work());
  if (!failed_) {
    try {
      return work();
    } catch (const std::exception& error) {
      failed_ = true;
      on_failure_(error.what());
    }
  }
  if constexpr (!std::is_void_v<Result>) return Result{};
}

StringId FileSink::intern(std::string_view text) {
  return attempt([&] { return writer_.intern(text); });
}
ObjectId FileSink::put(const Object& object) {
  return attempt([&] { return writer_.put(object); });
}
void FileSink::put(const Process& process) {
  attempt([&] { writer_.put(process); });
}
void FileSink::put(const Thread& thread) {
  attempt([&] { writer_.put(thread); });
}
void FileSink::put(const Image& image) {
  attempt([&] { writer_.put(image); });
}
void FileSink::append(const Event& event) {
  attempt([&] { writer_.append(event); });
}
bool FileSink::flush_when_due(Ns now_ns) {
  return attempt([&] { return writer_.flush_when_due(now_ns); });
}
void FileSink::guarded(const std::function<void(TraceWriter&)>& work) {
  attempt([&] { work(writer_); });
}

}  // namespace simrec::record
