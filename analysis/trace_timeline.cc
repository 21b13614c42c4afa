// A recorded trace as a timeline: compute slices between calls, a slice per call, flows for messages and forks.
#include <algorithm>
#include <unordered_map>

#include "analysis/descriptors.h"
#include "analysis/message_flows.h"
#include "analysis/ordered_events.h"
#include "analysis/stack_words.h"
#include "analysis/statistics.h"
#include "analysis/timeline.h"
#include "trace-format/syscall_table.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

class TraceWalk {
 public:
  TraceWalk(const std::string& path, TimelineSink& sink)
      : events_(path),
        sink_(sink),
        descriptors_(events_.tables()),
        flows_(events_.tables()),
        stacks_(events_.tables()),
        threads_(events_.tables().threads().size()) {}

  std::string run(const std::string& path) {
    sink_.begin("trace " + path);
    announce();
    while (const auto event = events_.next()) {
      if (event->thread.value < threads_.size()) show(*event);
    }
    flows_.announce_streams(sink_);
    sink_.end();
    return events_.incomplete();
  }

 private:
  /// A thread while it is walked through.
  struct ThreadState {
    ThreadKey key;
    Ns until_ns = 0;  ///< end of its last slice
    std::optional<std::pair<ThreadKey, Ns>> created_by;
  };

  void announce() {
    const Tables& tables = events_.tables();
    for (const Process& process : tables.processes()) {
      const std::string name = process_name(tables, process.index);
      sink_.process({process.pid, name, name, events_.header().host.name, command_line(tables, process.index)});
    }
    for (const Thread& thread : tables.threads()) {
      const std::size_t process = thread.process.value;
      const std::int64_t pid = process < tables.processes().size() ? tables.processes()[process].pid : 0;
      threads_[thread.index.value] = {{pid, thread.tid}, thread.start_ns, std::nullopt};
      sink_.thread({pid, thread.tid},
                   thread.tid == pid ? process_name(tables, thread.process) : "thread " + std::to_string(thread.tid));
    }
  }

  void show(const Event& event) {
    ThreadState& thread = threads_[event.thread.value];
    show_burst(thread, event);
    const auto fields = describe_arguments(event, events_.tables(), descriptors_);
    const std::int64_t first = event.argument(0, -1);
    const ObjectId object = descriptors_.object(event.thread, first);
    descriptors_.apply(event);
    if (!has_result(event) && (event.flags & kUnfinished) == 0) {
      const Ns sampled_ns = event.is(PseudoEvent::sample) ? event.argument(0) : 0;
      sink_.instant(
          {thread.key, event.entry_ns, event_name(event.kind), &fields, sampled_ns, stacks_.find(event.stack)});
      return;
    }
    const std::string result = describe_result(event, events_.tables(), descriptors_);
    const Ns start = std::max(event.entry_ns, thread.until_ns);
    const Ns end = std::max(event.exit_ns, start);
    const Ns cpu_ns = std::min(event.call_cpu_ns, end - start);
    sink_.slice({thread.key, start, end - start, "call", event_name(event.kind), &fields, result, cpu_ns,
                 stacks_.find(event.stack)});
    thread.until_ns = end;
    flows_.note(event, thread.key, object, moved_bytes(event).value_or(0), sink_);
    note_child(thread, event);
  }

  /// The program between two calls: computing, or waiting for a core.
  void show_burst(ThreadState& thread, const Event& event) {
    if (event.entry_ns <= thread.until_ns) return;
    const std::vector<Field> details = {{"cpu", format_duration(event.burst_ns), event.burst_ns, {}}};
    const Ns duration_ns = event.entry_ns - thread.until_ns;
    sink_.slice({thread.key, thread.until_ns, duration_ns, "compute", "compute", &details, "",
                 std::min(event.burst_ns, duration_ns)});
    if (thread.created_by) {
      sink_.flow({"started", thread.created_by->first, thread.created_by->second, thread.key, thread.until_ns});
      thread.created_by.reset();
    }
    thread.until_ns = event.entry_ns;
  }

  void note_child(const ThreadState& thread, const Event& event) {
    const SyscallRow* row = find_syscall(event.kind);
    if (row == nullptr || row->extra != Extra::clone || event.result <= 0) return;
    const std::int64_t child = event.argument(row->argument_count() + 1);
    if (child <= 0 || static_cast<std::size_t>(child) > threads_.size()) return;
    threads_[static_cast<std::size_t>(child - 1)].created_by = {thread.key, event.entry_ns};
  }

  OrderedEvents events_;
  TimelineSink& sink_;
  Descriptors descriptors_;
  MessageFlows flows_;
  StackWords stacks_;
  std::vector<ThreadState> threads_;
};

}  // namespace

std::string timeline_of_trace(const std::string& path, TimelineSink& sink) { return TraceWalk(path, sink).run(path); }

}  // namespace simrec::analysis
