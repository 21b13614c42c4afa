#include "trace-format/trace.h"

#include <algorithm>
#include <stdexcept>

namespace simrec {

const std::string& Tables::string(StringId id) const { return strings_[id.value < strings_.size() ? id.value : 0]; }

const Object& Tables::object(ObjectId id) const { return objects_[id.value < objects_.size() ? id.value : 0]; }

const Stack* Tables::stack(StackId id) const {
  const auto found = stacks_.find(id.value);
  return found == stacks_.end() ? nullptr : &found->second;
}

const Image* Tables::image_of(ProcessId process, Ns at) const {
  if (process.value >= images_of_process_.size() || images_of_process_[process.value].empty()) return nullptr;
  const auto& positions = images_of_process_[process.value];
  const auto later =
      std::ranges::upper_bound(positions, at, {}, [this](std::uint32_t i) { return images_[i].start_ns; });
  // Before its first image a process is already what it will be known as.
  return &images_[later == positions.begin() ? positions.front() : *(later - 1)];
}

void Tables::add(Image image) {
  if (image.process.value >= images_of_process_.size()) images_of_process_.resize(image.process.value + 1);
  auto& positions = images_of_process_[image.process.value];
  const auto place =
      std::ranges::lower_bound(positions, image.start_ns, {}, [this](std::uint32_t i) { return images_[i].start_ns; });
  if (place != positions.end() && images_[*place].start_ns == image.start_ns) {
    images_[*place] = std::move(image);
    return;
  }
  positions.insert(place, static_cast<std::uint32_t>(images_.size()));
  images_.push_back(std::move(image));
}

Event ThreadEvents::operator[](std::size_t i) const {
  const Row& row = rows_[i];
  const Durations durations =
      row.wall_ns == kLong ? long_.at(i) : Durations{row.wall_ns, row.burst_ns, row.call_cpu_ns, row.ready_ns};
  return {.thread = thread_,
          .kind = row.kind,
          .flags = row.flags,
          .entry_ns = row.entry_ns,
          .exit_ns = row.entry_ns + durations.wall,
          .burst_ns = durations.burst,
          .call_cpu_ns = durations.call_cpu,
          .ready_ns = durations.ready,
          .result = row.result,
          .stack = {row.stack},
          .arguments = arguments_at(row.arguments, row.argument_count)};
}

void ThreadEvents::push(const Event& event) {
  thread_ = event.thread;
  const Durations durations{event.exit_ns - event.entry_ns, event.burst_ns, event.call_cpu_ns, event.ready_ns};
  bool is_long = false;
  for (const Ns ns : {durations.wall, durations.burst, durations.call_cpu, durations.ready}) {
    is_long |= ns < 0 || ns >= Ns{kLong};
  }
  if (is_long) long_[rows_.size()] = durations;
  const Piece arguments = store(event.arguments);
  rows_.push_back({.entry_ns = event.entry_ns,
                   .result = event.result,
                   .wall_ns = is_long ? kLong : static_cast<std::uint32_t>(durations.wall),
                   .burst_ns = static_cast<std::uint32_t>(durations.burst),
                   .call_cpu_ns = static_cast<std::uint32_t>(durations.call_cpu),
                   .ready_ns = static_cast<std::uint32_t>(durations.ready),
                   .stack = event.stack.value,
                   .arguments = arguments.position,
                   .argument_count = arguments.count,
                   .kind = event.kind,
                   .flags = static_cast<std::uint16_t>(event.flags)});
}

ThreadEvents::Piece ThreadEvents::store(std::span<const std::int64_t> arguments) {
  constexpr std::size_t kRecent = 256;  // a power of two
  if (arguments.empty()) return {};
  if (rows_.size() < kRecent) return add(arguments, 0);  // short threads need no cache
  if (recent_.empty()) recent_.resize(kRecent);
  std::uint64_t hash = arguments.size();
  for (const std::int64_t argument : arguments)
    hash = (hash ^ static_cast<std::uint64_t>(argument)) * 0x9E3779B97F4A7C15ULL;
  Piece& recent = recent_[hash >> 56];
  if (recent.hash != hash || !std::ranges::equal(arguments, arguments_at(recent.position, recent.count)))
    recent = add(arguments, hash);
  return recent;
}

ThreadEvents::Piece ThreadEvents::add(std::span<const std::int64_t> arguments, std::uint64_t hash) {
  constexpr std::size_t kPerChunk = ScratchSequence<std::int64_t>::kPerChunk;
  if (arguments_.size() + kPerChunk > UINT32_MAX) throw std::length_error("too many arguments in one thread");
  const std::size_t room = kPerChunk - arguments_.size() % kPerChunk;
  const bool fits = arguments.size() <= kPerChunk;
  if (fits && arguments.size() > room)
    for (std::size_t i = 0; i < room; ++i) arguments_.push_back(0);
  const Piece piece{static_cast<std::uint32_t>(arguments_.size()), static_cast<std::uint32_t>(arguments.size()), hash};
  if (fits) {
    arguments_.append(arguments);
  } else {
    longest_[piece.position].assign(arguments.begin(), arguments.end());
    arguments_.push_back(0);  // the position is taken
  }
  return piece;
}

std::span<const std::int64_t> ThreadEvents::arguments_at(std::uint32_t position, std::uint32_t count) const {
  if (count == 0) return {};
  if (count > ScratchSequence<std::int64_t>::kPerChunk) return longest_.at(position);
  return arguments_.run(position).first(count);
}

StringId TraceBuilder::string(std::string text) {
  auto& strings = trace_.tables.strings_;
  for (std::uint32_t i = 0; i < strings.size(); ++i) {
    if (strings[i] == text) return {i};
  }
  strings.push_back(std::move(text));
  return {static_cast<std::uint32_t>(strings.size() - 1)};
}

ObjectId TraceBuilder::object(Object object) {
  auto& objects = trace_.tables.objects_;
  if (object.id.value == 0) object.id.value = static_cast<std::uint32_t>(objects.size());
  if (object.id.value >= objects.size()) objects.resize(object.id.value + 1);
  objects[object.id.value] = object;
  return object.id;
}

ProcessId TraceBuilder::process(std::int64_t pid, std::uint32_t parent_plus_one, std::string name) {
  const ProcessId index{static_cast<std::uint32_t>(trace_.tables.processes_.size())};
  trace_.tables.processes_.push_back(
      {.index = index, .pid = pid, .parent_plus_one = parent_plus_one, .start_ns = 0, .descriptors = {}});
  const StringId name_id = string(std::move(name));
  trace_.tables.add({.process = index,
                     .start_ns = 0,
                     .name = name_id,
                     .executable = name_id,
                     .arguments = {name_id},
                     .modules = {},
                     .working_directory = {}});
  return index;
}

ThreadId TraceBuilder::thread(ProcessId process, std::int64_t tid, std::uint32_t creator_plus_one, Ns start_ns,
                              std::uint64_t clone_flags, std::int64_t namespace_tid) {
  const ThreadId index{static_cast<std::uint32_t>(trace_.tables.threads_.size())};
  trace_.tables.threads_.push_back({.index = index,
                                    .process = process,
                                    .tid = tid,
                                    .namespace_tid = namespace_tid,
                                    .creator_plus_one = creator_plus_one,
                                    .start_ns = start_ns,
                                    .clone_flags = clone_flags,
                                    .clear_tid_address = 0});
  trace_.events.emplace_back();
  return index;
}

void TraceBuilder::descriptor(ProcessId process, Descriptor descriptor) {
  trace_.tables.processes_.at(process.value).descriptors.push_back(descriptor);
}

StackId TraceBuilder::stack(const std::vector<std::string>& functions) {
  Stack stack{{static_cast<std::uint32_t>(trace_.tables.stacks_.size() + 1)}, {}};
  for (const std::string& function : functions) stack.frames.push_back({string(function), {}, 0});
  return trace_.tables.stacks_.emplace(stack.id.value, stack).first->second.id;
}

void TraceBuilder::event(const Event& event) {
  trace_.events.at(event.thread.value).push(event);
  ++trace_.event_count;
}

Trace TraceBuilder::build(Ns root_end_ns) {
  Footer footer;
  footer.end_ns = footer.root_end_ns = root_end_ns;
  footer.events = trace_.event_count;
  footer.processes = static_cast<std::uint32_t>(trace_.tables.processes().size());
  footer.threads = static_cast<std::uint32_t>(trace_.tables.threads().size());
  trace_.footer = footer;
  return trace_;
}

}  // namespace simrec
