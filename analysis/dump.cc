// simtrace dump: every event of a trace as one line, as strace prints them, or as JSON.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/command.h"
#include "analysis/descriptors.h"
#include "analysis/event_text.h"
#include "analysis/ordered_events.h"
#include "analysis/output.h"
#include "analysis/statistics.h"
#include "trace-format/closest.h"
#include "trace-format/syscall_table.h"
#include "trace-format/terminal.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

/// Who an event belongs to.
struct Owner {
  std::int64_t pid = 0, tid = 0;
};

Owner owner_of(const Event& event, const Tables& tables) {
  const auto& threads = tables.threads();
  if (event.thread.value >= threads.size()) return {};
  const Thread& thread = threads[event.thread.value];
  const auto& processes = tables.processes();
  return {thread.process.value < processes.size() ? processes[thread.process.value].pid : 0, thread.tid};
}

class TextLines {
 public:
  explicit TextLines(Paint paint) : paint_(paint) {}

  void print(std::ostream& out, const Event& event, Owner owner, const std::vector<Field>& fields,
             const std::string& result) const {
    std::string who = padded(std::to_string(owner.pid), 6);
    if (owner.tid != owner.pid) who += "/" + std::to_string(owner.tid);
    std::string line = paint_.dim(padded(format_seconds(event.entry_ns, 6), 12) + "  " + who);
    line += event.kind >= kPseudoBase ? "  --- " : "  ";
    line += paint_.bold(event_name(event.kind));
    line += event.kind >= kPseudoBase ? joined(fields, " ") + " ---" : "(" + joined(fields, ", ") + ")";
    if (event.kind < kPseudoBase) line += outcome(event, result);
    out << line << '\n';
  }

 private:
  static std::string joined(const std::vector<Field>& fields, const char* separator) {
    std::string text;
    for (const Field& field : fields) text += (text.empty() && separator[0] == ',' ? "" : separator) + field.text;
    return text;
  }

  std::string outcome(const Event& event, const std::string& result) const {
    if ((event.flags & kUnfinished) != 0)
      return paint_.warning(" <unfinished: the thread, or the recording, ended inside the call>");
    if ((event.flags & kEntryOnly) != 0) return "";
    return " = " + (event.result < 0 ? paint_.warning(result) : result) +
           paint_.dim(" <" + format_duration(event.exit_ns - event.entry_ns) + ">");
  }

  Paint paint_;
};

class JsonLines {
 public:
  void print(std::ostream& out, const Event& event, Owner owner, const std::vector<Field>& fields, const std::string&,
             const Stack* stack, const Tables& tables) const {
    nlohmann::ordered_json line = {{"time_ns", event.entry_ns}, {"pid", owner.pid}, {"tid", owner.tid}};
    line[event.kind < kPseudoBase ? "call" : "event"] = event_name(event.kind);
    auto& arguments = line["arguments"] = nlohmann::ordered_json::object();
    for (const Field& field : fields) {
      if (field.number) {
        arguments[std::string(field.name)] = *field.number;
      } else {
        arguments[std::string(field.name)] = field.for_programs();
      }
      if (field.number && field.text.find('<') != std::string::npos)
        arguments[std::string(field.name) + "_object"] = object_in(field.text);
    }
    if (has_result(event)) {
      line["result"] = event.result;
      line["duration_ns"] = event.exit_ns - event.entry_ns;
      line["call_cpu_ns"] = event.call_cpu_ns;
      if (event.ready_ns != 0) line["ready_ns"] = event.ready_ns;
    }
    if ((event.flags & kUnfinished) != 0) line["unfinished"] = true;
    line["burst_ns"] = event.burst_ns;
    if (event.stack.value != 0) line["stack"] = event.stack.value;
    if (stack != nullptr) {
      auto& frames = line["frames"] = nlohmann::ordered_json::array();
      for (const Frame& frame : stack->frames)
        frames.push_back({{"function", tables.string(frame.function)},
                          {"module", tables.string(frame.module)},
                          {"offset", frame.offset}});
    }
    out << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  }

 private:
  /// "3</etc/passwd>" → "/etc/passwd".
  static std::string object_in(const std::string& text) {
    const std::size_t from = text.find('<') + 1;
    return text.substr(from, text.rfind('>') - from);
  }
};

class Dump : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("trace", path_, "Trace to print (- = standard input)")->required()->type_name("TRACE");
    app.add_option("-p,--pid", chosen_, "Only these processes or threads: a pid, a tid or a process name (repeatable)")
        ->type_name("PID|NAME")
        ->delimiter(',')
        ->allow_extra_args(false);
    app.add_option("-e,--events", names_, "Only these calls or events, e.g. read,write,thread-exit")
        ->type_name("NAME,…")
        ->delimiter(',')
        ->allow_extra_args(false);
    app.add_flag("--json", json_, "One JSON object per line instead of text");
    app.add_flag("--stacks", stacks_, "Print recorded call stacks: below their events, or with --json as frames");
    app.footer(
        "Each line: seconds since the start, process (/thread), call with its arguments, result, time inside the "
        "call.\n"
        "Examples:\n"
        "  simtrace dump trace.capnp | less\n"
        "  simtrace dump -e connect,accept4 trace.capnp\n"
        "  simtrace dump -p redis-server --stacks trace.capnp\n"
        "  simtrace dump --json trace.capnp | jq 'select(.result == -11)'");
  }

  int run() override {
    const std::set<std::uint16_t> kinds = kinds_of(names_);
    OrderedEvents events(path_);
    const std::set<std::int64_t> ids = chosen_ids(chosen_, events.tables());
    const TextLines text_lines{Paint(wants_colour(1))};
    Descriptors descriptors(events.tables());
    Output output("-");
    while (const auto event = events.next()) {
      const Owner owner = owner_of(*event, events.tables());
      const bool shown = (kinds.empty() || kinds.contains(event->kind)) &&
                         (ids.empty() || ids.contains(owner.pid) || ids.contains(owner.tid));
      if (!shown) {
        descriptors.apply(*event);
        continue;
      }
      const auto fields = describe_arguments(*event, events.tables(), descriptors);
      descriptors.apply(*event);
      const Stack* stack = stacks_ ? events.tables().stack(event->stack) : nullptr;
      const std::string result = describe_result(*event, events.tables(), descriptors);
      if (json_) {
        JsonLines().print(output.stream(), *event, owner, fields, result, stack, events.tables());
      } else {
        text_lines.print(output.stream(), *event, owner, fields, result);
        if (stack != nullptr) print_stack(output.stream(), *stack, events.tables());
      }
      output.check();
    }
    output.commit();
    if (events.incomplete().empty()) return kSuccess;
    std::fprintf(stderr, "simtrace: warning: %s\n", events.incomplete().c_str());
    return kIncomplete;
  }

 private:
  /// Pids and tids that the words mean.
  static std::set<std::int64_t> chosen_ids(const std::vector<std::string>& words, const Tables& tables) {
    std::set<std::int64_t> ids;
    for (const std::string& word : words) {
      std::vector<std::string> names;
      bool known = false;
      const auto choose = [&](std::int64_t id) {
        ids.insert(id);
        known = true;
      };
      for (const Process& process : tables.processes()) {
        names.push_back(process_name(tables, process.index));
        if (word == names.back() || word == std::to_string(process.pid)) choose(process.pid);
      }
      for (const Thread& thread : tables.threads())
        if (word == std::to_string(thread.tid)) choose(thread.tid);
      if (!known)
        throw TraceError("the trace has no process or thread " + word + suggestion(word, names) +
                         "; `simtrace info` lists them");
    }
    return ids;
  }

  static std::set<std::uint16_t> kinds_of(const std::vector<std::string>& names) {
    std::set<std::uint16_t> kinds;
    for (const std::string& name : names) {
      const auto kind = kind_of(name);
      if (!kind)
        throw TraceError("'" + name + "' is not a system call or event that simrec records" +
                         suggestion(name, known_names()));
      kinds.insert(*kind);
    }
    return kinds;
  }

  static std::vector<std::string> known_names() {
    std::vector<std::string> names;
    for (const SyscallRow& row : syscall_table()) names.emplace_back(row.name);
    for (auto kind = event_kind(PseudoEvent::threadStart); kind <= event_kind(PseudoEvent::sample); ++kind)
      names.emplace_back(event_name(kind));
    return names;
  }

  static std::optional<std::uint16_t> kind_of(std::string_view name) {
    for (std::uint16_t kind = 0; kind < 1024; ++kind) {
      if (event_name(kind) == name) return kind;
    }
    for (auto kind = event_kind(PseudoEvent::threadStart); kind <= event_kind(PseudoEvent::sample); ++kind) {
      if (event_name(kind) == name) return kind;
    }
    return std::nullopt;
  }

  /// Frames without a name say where in their file they are.
  static void print_stack(std::ostream& out, const Stack& stack, const Tables& tables) {
    for (const Frame& frame : stack.frames) {
      const std::string& function = tables.string(frame.function);
      out << "                > " << (function.empty() ? "?" : function) << " (" << tables.string(frame.module);
      if (function.empty() && frame.offset != 0) {
        char offset[24];
        std::snprintf(offset, sizeof offset, "+0x%llx", static_cast<unsigned long long>(frame.offset));
        out << offset;
      }
      out << ")\n";
    }
  }

  std::string path_;
  std::vector<std::string> chosen_;
  std::vector<std::string> names_;
  bool json_ = false;
  bool stacks_ = false;
};

}  // namespace

std::unique_ptr<Command> make_dump() { return std::make_unique<Dump>(); }

}  // namespace simrec::analysis
