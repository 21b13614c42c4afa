#include "trace-format/trace.h"

namespace simrec {

const std::string& Tables::string(StringId id) const { return strings_[id.value < strings_.size() ? id.value : 0]; }

const Object& Tables::object(ObjectId id) const { return objects_[id.value < objects_.size() ? id.value : 0]; }

const Stack* Tables::stack(StackId id) const {
  const auto found = stacks_.find(id.value);
  return found == stacks_.end() ? nullptr : &found->second;
}

const Image* Tables::image_of(ProcessId process, Ns at) const {
  const Image* best = nullptr;
  for (const Image& image : images_) {
    if (image.process != process) continue;
    // Before its first image a process still runs what it will be known as.
    const bool earlier_is_better = best == nullptr || (best->start_ns > at && image.start_ns < best->start_ns);
    if (earlier_is_better || (image.start_ns <= at && image.start_ns >= best->start_ns)) best = &image;
  }
  return best;
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
  trace_.tables.images_.push_back({.process = index,
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
