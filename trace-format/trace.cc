#include "trace-format/trace.h"

#include <algorithm>

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
  const std::uint64_t begin = i == 0 ? 0 : argument_ends_[i - 1];
  const Times& times = times_[i];
  return {.thread = thread_,
          .kind = kinds_[i],
          .flags = flags_[i],
          .entry_ns = times.entry,
          .exit_ns = times.exit,
          .burst_ns = times.burst,
          .call_cpu_ns = times.call_cpu,
          .ready_ns = times.ready,
          .result = results_[i],
          .stack = {stacks_[i]},
          .arguments = std::span(arguments_).subspan(begin, argument_ends_[i] - begin)};
}

void ThreadEvents::push(const Event& event) {
  thread_ = event.thread;
  kinds_.push_back(event.kind);
  flags_.push_back(static_cast<std::uint16_t>(event.flags));
  times_.push_back({event.entry_ns, event.exit_ns, event.burst_ns, event.call_cpu_ns, event.ready_ns});
  results_.push_back(event.result);
  stacks_.push_back(event.stack.value);
  arguments_.insert(arguments_.end(), event.arguments.begin(), event.arguments.end());
  argument_ends_.push_back(arguments_.size());
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
                              std::uint64_t clone_flags) {
  const ThreadId index{static_cast<std::uint32_t>(trace_.tables.threads_.size())};
  trace_.tables.threads_.push_back({.index = index,
                                    .process = process,
                                    .tid = tid,
                                    .namespace_tid = 0,
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
