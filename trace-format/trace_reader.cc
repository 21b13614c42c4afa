#include "trace-format/trace_reader.h"

#include <algorithm>
#include <new>
#include <stdexcept>

#include "trace-format/compiled_blocks.h"
#include "trace-format/format_error.h"
#include "trace-format/frame_file.h"
#include "trace-format/memory_limit.h"
#include "trace-format/table_reader.h"
#include "trace-format/trace_codec.h"

namespace simrec {
struct TraceReader::Impl {
  Impl(const std::string& path, const ReadLimits& read_limits)
      : limits(read_limits), frames(path, limits.frame_bytes), tables(memory_limit(limits)) {
    read_header();
  }

  void read_header();
  std::optional<std::span<const Event>> next();
  std::optional<Block> next_block();
  void decode(const EventBlock& block);
  std::optional<std::span<const Event>> next_piece();
  void accept(Footer footer);
  void end();

  ReadLimits limits;
  FrameReader frames;
  TableReader tables;
  std::span<const std::uint8_t> frame;  ///< content of the current frame
  std::size_t offset = 0;               ///< of the next message in it
  Header header;
  std::optional<Footer> footer;
  std::string incomplete;
  DecodedEvents decoded;
  std::size_t returned = 0;      ///< of decoded.events
  std::vector<Ns> last_exit_ns;  ///< by thread
  std::uint64_t events = 0;
};

/// The next message; nullopt at the end of the file. Whatever is wrong with it becomes a TraceError here.
std::optional<Block> TraceReader::Impl::next_block() {
  while (offset >= frame.size()) {
    const auto content = frames.next();
    if (!content) return std::nullopt;
    frame = *content;
    offset = 0;
  }
  const std::size_t start = offset;
  try {
    return read_block(frame, offset);
  } catch (const FormatError& e) {
    frames.damaged("message at content byte " + std::to_string(start) + ": " + e.what());
  }
}

void TraceReader::Impl::read_header() {
  std::optional<Block> first = next_block();
  if (!first) throw TraceError(frames.name() + " was cut before its header was written: nothing was recorded");
  auto* found = std::get_if<Header>(&*first);
  if (found == nullptr) frames.damaged("a trace begins with a header");
  header = std::move(*found);
  if (header.tool_version.starts_with(kPredictionTool)) {
    throw TraceError(frames.name() + " is a prediction, not a trace");
  }
  if (header.tool_version.starts_with(kProgramTool)) {
    throw TraceError(frames.name() + " is a compiled program, not a trace: only simreplay takes it, as a file");
  }
  if (header.format_version == 0) throw TraceError(frames.name() + " is no trace: its header has no format version");
  if (header.format_version > kFormatVersion) {
    throw TraceError(frames.name() + " has trace format version " + std::to_string(header.format_version) + " (" +
                     header.tool_version + "); this program reads up to " + std::to_string(kFormatVersion) +
                     ": use a newer one");
  }
}

/// The decoded block's events of the next thread in it; nullopt at its end.
std::optional<std::span<const Event>> TraceReader::Impl::next_piece() {
  const std::span<const Event> rest = std::span<const Event>(decoded.events).subspan(returned);
  if (rest.empty()) return std::nullopt;
  const auto end = std::ranges::find_if(rest, [&](const Event& e) { return e.thread != rest.front().thread; });
  const auto piece = rest.first(static_cast<std::size_t>(end - rest.begin()));
  returned += piece.size();
  return piece;
}

std::optional<std::span<const Event>> TraceReader::Impl::next() {
  if (const auto piece = next_piece()) return piece;
  while (std::optional<Block> block = next_block()) {
    if (footer) frames.damaged("there is more after the footer");
    try {
      if (auto* entries = std::get_if<TableEntries>(&*block)) tables.merge(std::move(*entries));
      if (auto* last = std::get_if<Footer>(&*block)) accept(std::move(*last));
      if (const auto* events_block = std::get_if<EventBlock>(&*block)) {
        decode(*events_block);
        if (const auto piece = next_piece()) return piece;
      }
    } catch (const FormatError& e) {
      frames.damaged(std::string("the message before content byte ") + std::to_string(offset) + ": " + e.what());
    }
    if (std::holds_alternative<Header>(*block)) frames.damaged("there is a second header");
  }
  end();
  return std::nullopt;
}

void TraceReader::Impl::decode(const EventBlock& block) {
  if (block.count > limits.events_per_block) {
    throw FormatError("it says to hold " + std::to_string(block.count) + " events, allowed are " +
                      std::to_string(limits.events_per_block));
  }
  const std::size_t threads = tables.tables().threads().size();
  const std::vector<Segment> segments = segments_of(block);
  for (const Segment& segment : segments) {
    if (segment.thread.value >= threads) {
      throw FormatError("events of thread " + std::to_string(segment.thread.value) + ", which no table has yet");
    }
  }
  if (last_exit_ns.size() < threads) last_exit_ns.resize(threads, 0);
  returned = 0;
  decode_events(block, decoded);
  std::size_t end = 0;
  for (const Segment& segment : segments) {
    Ns& last_exit = last_exit_ns[segment.thread.value];
    if (segment.start_ns < last_exit) throw FormatError("its events are older than those before them");
    end += segment.count;
    if (segment.count > 0) last_exit = decoded.events[end - 1].exit_ns;
  }
  events += decoded.events.size();
}

void TraceReader::Impl::accept(Footer last) {
  if (last.events != events) {
    throw FormatError("the footer counts " + std::to_string(last.events) + " events, but there were " +
                      std::to_string(events));
  }
  footer = std::move(last);
}

void TraceReader::Impl::end() {
  const std::string whole = std::to_string(events) + " events in " + std::to_string(frames.frames()) + " whole frames";
  if (footer && frames.end() != FrameEnd::complete) {
    incomplete = "the file was cut at byte " + std::to_string(frames.frame_start()) +
                 ": its seek table is missing or incomplete, but all " + whole + " and the footer are there";
  } else if (!footer && frames.end() == FrameEnd::complete) {
    frames.damaged("there is a seek table, but no footer before it");
  } else if (!footer) {
    incomplete = "recording was cut: the file ends " +
                 std::string(frames.end() == FrameEnd::cut ? "inside a frame that starts at byte " : "at byte ") +
                 std::to_string(frames.frame_start()) + " without a footer; " + whole + " are readable";
  }
}

TraceReader::TraceReader(const std::string& path, ReadLimits limits) : impl_(std::make_unique<Impl>(path, limits)) {}
TraceReader::~TraceReader() = default;
TraceReader::TraceReader(TraceReader&&) noexcept = default;

const Header& TraceReader::header() const { return impl_->header; }
const Tables& TraceReader::tables() const { return impl_->tables.tables(); }
std::optional<std::span<const Event>> TraceReader::next() { return impl_->next(); }
const std::optional<Footer>& TraceReader::footer() const { return impl_->footer; }
const std::string& TraceReader::incomplete() const { return impl_->incomplete; }
std::uint64_t TraceReader::compressed_bytes_read() const { return impl_->frames.position(); }
std::uint64_t TraceReader::frames_read() const { return impl_->frames.frames(); }

Trace load_trace(const std::string& path, ReadLimits limits) {
  TraceReader reader(path, limits);
  Trace trace;
  const auto space = std::make_shared<ScratchSpace>();
  try {
    while (const auto events = reader.next()) {
      const std::size_t thread = events->front().thread.value;
      if (trace.events.size() <= thread) trace.events.resize(thread + 1, ThreadEvents(space));
      for (const Event& event : *events) trace.events[thread].push(event);
      trace.event_count += events->size();
    }
  } catch (const std::length_error&) {
    throw TraceError(path + " cannot be read as a whole: one of its threads has too many events");
  } catch (const std::bad_alloc&) {
    throw TraceError(path + " does not fit into memory; use a machine with more memory");
  }
  trace.header = reader.header();
  trace.tables = reader.tables();
  trace.events.resize(trace.tables.threads().size());
  trace.footer = reader.footer();
  trace.incomplete = reader.incomplete();
  return trace;
}

}  // namespace simrec
