#include "trace-format/trace_writer.h"

#include <algorithm>
#include <stdexcept>
#include <unordered_map>

#include "trace-format/event_columns.h"
#include "trace-format/frame_file.h"
#include "trace-format/intern_table.h"
#include "trace-format/output_file.h"
#include "trace-format/trace_codec.h"

namespace simrec {
namespace {

// An event can carry thousands of arguments (a poll of as many descriptors): a block also ends by size.
constexpr std::size_t kBlockBytes = 256 * 1024;
// Blocks still open, over all threads: above this everything is emitted.
constexpr std::size_t kOpenBytes = 16 << 20;
// Table entries not emitted yet.
constexpr std::size_t kPendingBytes = 256 * 1024;

constexpr std::uint64_t kReservedBytes = 256 * 1024;

/// Coded size of an event, roughly (counting exactly would cost more than coding).
std::size_t weight_of(const Event& event) { return 16 + 2 * event.arguments.size(); }

/// Entries of a table that were put since the last flush; a later one replaces an earlier one.
template <class Entry>
void put_pending(std::vector<Entry>& pending, std::unordered_map<std::uint32_t, std::size_t>& positions,
                 std::uint32_t index, Entry entry) {
  const auto [found, is_new] = positions.try_emplace(index, pending.size());
  if (is_new) {
    pending.push_back(std::move(entry));
  } else {
    pending[found->second] = std::move(entry);
  }
}

/// A new entry must be the next one of its dense table.
std::uint32_t checked(std::uint32_t index, std::uint32_t& size, const char* what) {
  if (index > size) throw std::logic_error(std::string(what) + " put out of order: indices must be dense");
  size = std::max(size, index + 1);
  return index;
}

}  // namespace

struct TraceWriter::Impl {
  Impl(const std::string& path, const Header& header, const WriterOptions& writer_options)
      : options(writer_options),
        output(path, Unfinished::keep),
        frames(output, writer_options.compression_level),
        group(writer_options.times) {
    append_block(frame, header);
    write_frame();
  }

  struct OpenThread {
    EventEncoder encoder;
    std::size_t bytes = 0;  ///< of the open block, about
    bool ended = false;     ///< the last event was the thread's exit
  };

  void append(const Event& event);
  void added_to_tables(std::size_t bytes);
  void emit_tables();
  void emit_block(std::uint32_t index);
  void emit_group();
  std::unique_ptr<OpenThread> begin_at(ThreadId thread, Ns start_ns) const;
  void write_frame();
  void flush();

  WriterOptions options;
  OutputFile output;
  FrameWriter frames;
  FrameContent frame;  ///< content of the frame being collected
  EventGroup group;    ///< blocks on their way into it

  InternTable<std::string> strings;
  InternTable<std::vector<Frame>> stacks;
  TableEntries pending;
  std::size_t pending_bytes = 0;
  std::unordered_map<std::uint32_t, std::size_t> pending_objects, pending_processes, pending_threads;
  std::uint32_t object_count = 1, process_count = 0, thread_count = 0;

  std::vector<std::unique_ptr<OpenThread>> threads;  ///< by ThreadId; nothing once the last block is emitted
  std::vector<std::uint32_t> open;                   ///< threads whose block holds events
  std::size_t open_bytes = 0;
  Ns flushed_ns = 0;
  std::uint64_t events = 0;
};

void TraceWriter::Impl::append(const Event& event) {
  if (event.thread.value >= threads.size()) throw std::logic_error("event of a thread that was not put");
  std::unique_ptr<OpenThread>& entry = threads[event.thread.value];
  if (!entry) entry = begin_at(event.thread, event.entry_ns - event.burst_ns);  // a latecomer after the thread's exit
  OpenThread& thread = *entry;
  if (thread.bytes == 0) open.push_back(event.thread.value);
  thread.encoder.add(event);
  thread.ended = event.is(PseudoEvent::threadExit);
  thread.bytes += weight_of(event);
  open_bytes += weight_of(event);
  ++events;
  if (event.exit_ns - flushed_ns >= options.max_unflushed_ns || open_bytes > kOpenBytes) {
    flush();
    flushed_ns = event.exit_ns;
  } else if (thread.encoder.count() >= options.events_per_block || thread.bytes > kBlockBytes) {
    std::erase(open, event.thread.value);
    emit_block(event.thread.value);
    if (frame.bytes.size() >= options.frame_bytes) write_frame();
  }
}

void TraceWriter::Impl::added_to_tables(std::size_t bytes) {
  pending_bytes += bytes;
  if (pending_bytes < kPendingBytes) return;
  emit_tables();
  if (frame.bytes.size() >= options.frame_bytes) write_frame();
}

void TraceWriter::Impl::emit_tables() {
  if (pending.empty()) return;
  pending.first_string = strings.next_id() - static_cast<std::uint32_t>(pending.strings.size());
  append_block(frame, pending);
  pending = {};
  pending_bytes = 0;
  for (auto* positions : {&pending_objects, &pending_processes, &pending_threads}) positions->clear();
}

void TraceWriter::Impl::emit_block(std::uint32_t index) {
  OpenThread& thread = *threads[index];
  group.add(thread.encoder);
  open_bytes -= thread.bytes;
  thread.encoder.next_block();
  thread.bytes = 0;
  if (thread.ended) threads[index].reset();
  if (group.count() >= options.events_per_block || group.bytes() > kBlockBytes) emit_group();
}

/// Blocks of several threads in one message: the columns of many short threads compress as one, and the message's own
/// bytes are paid once.
void TraceWriter::Impl::emit_group() {
  if (group.count() == 0) return;
  emit_tables();
  append_block(frame, group.block());
  group.clear();
}

std::unique_ptr<TraceWriter::Impl::OpenThread> TraceWriter::Impl::begin_at(ThreadId thread, Ns start_ns) const {
  return std::make_unique<OpenThread>(OpenThread{.encoder = {thread, start_ns, options.times}});
}

void TraceWriter::Impl::write_frame() {
  if (frame.bytes.empty()) return;
  frames.write(frame);
  frame.clear();
}

void TraceWriter::Impl::flush() {
  emit_tables();
  for (const std::uint32_t thread : open) {
    emit_block(thread);
    if (frame.bytes.size() >= options.frame_bytes) write_frame();
  }
  open.clear();
  emit_group();
  write_frame();
}

TraceWriter::TraceWriter(const std::string& path, const Header& header, WriterOptions options)
    : impl_(std::make_unique<Impl>(path, header, options)) {}

TraceWriter::~TraceWriter() = default;

StringId TraceWriter::intern(std::string_view text) {
  const auto [id, is_new] = impl_->strings.intern(text);
  if (is_new) {
    impl_->pending.strings.emplace_back(text);
    impl_->added_to_tables(sizeof(std::string) + text.size());
  }
  return {id};
}

StackId TraceWriter::intern(const std::vector<Frame>& frames) {
  const auto [id, is_new] = impl_->stacks.intern(frames);
  if (is_new) {
    impl_->pending.stacks.push_back({.id = {id}, .frames = frames});
    impl_->added_to_tables(frames.size() * sizeof(Frame));
  }
  return {id};
}

ObjectId TraceWriter::put(Object object) {
  if (object.id.value == 0) object.id.value = impl_->object_count;
  const std::uint32_t id = checked(object.id.value, impl_->object_count, "object");
  put_pending(impl_->pending.objects, impl_->pending_objects, id, object);
  impl_->added_to_tables(sizeof(Object));
  return {id};
}

void TraceWriter::put(const Process& process) {
  const std::uint32_t index = checked(process.index.value, impl_->process_count, "process");
  put_pending(impl_->pending.processes, impl_->pending_processes, index, process);
  impl_->added_to_tables(sizeof(Process) + process.descriptors.size() * sizeof(Descriptor));
}

void TraceWriter::put(const Thread& thread) {
  const std::uint32_t index = checked(thread.index.value, impl_->thread_count, "thread");
  if (index == impl_->threads.size()) {
    impl_->threads.push_back(impl_->begin_at(thread.index, thread.start_ns));
  }
  put_pending(impl_->pending.threads, impl_->pending_threads, index, thread);
  impl_->added_to_tables(sizeof(Thread));
}

void TraceWriter::put(const Image& image) {
  impl_->pending.images.push_back(image);
  impl_->added_to_tables(sizeof(Image) + (image.arguments.size() + image.modules.size() * sizeof(Module)));
}

void TraceWriter::append(const Event& event) { impl_->append(event); }

void TraceWriter::flush() { impl_->flush(); }

bool TraceWriter::flush_when_due(Ns now_ns) {
  if (has_unflushed() && now_ns - impl_->flushed_ns >= impl_->options.max_unflushed_ns) {
    impl_->flush();
    impl_->flushed_ns = now_ns;
  }
  return has_unflushed();
}

bool TraceWriter::fits(std::uint64_t max_bytes) {
  // The footer, the seek table and what becomes known at the end only; a share of small limits.
  const std::uint64_t usable = max_bytes - std::min(max_bytes / 8, kReservedBytes);
  const auto left = [&] { return usable - std::min(usable, bytes_written()); };
  // Uncompressed, so that it is more than what will be written.
  const auto waiting = [&] {
    return impl_->open_bytes + impl_->group.bytes() + impl_->frame.bytes.size() + impl_->pending_bytes;
  };
  if (waiting() < left()) return true;
  if (left() > usable / 16) impl_->flush();
  return waiting() < left() && left() > usable / 16;
}

bool TraceWriter::has_unflushed() const {
  return !impl_->open.empty() || impl_->group.count() > 0 || !impl_->frame.bytes.empty() || !impl_->pending.empty();
}

void TraceWriter::finish(const Footer& footer) {
  impl_->flush();
  Footer counted = footer;
  counted.events = impl_->events;
  append_block(impl_->frame, counted);
  impl_->write_frame();
  impl_->frames.finish();
  impl_->output.finish();
}

std::uint64_t TraceWriter::bytes_written() const { return impl_->output.bytes_written(); }
std::uint64_t TraceWriter::events_written() const { return impl_->events; }
const std::string& TraceWriter::current_path() const { return impl_->output.current_path(); }

}  // namespace simrec
