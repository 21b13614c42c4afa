// Counts calls by kind, as JSON, for ./compare:
//   count_calls trace FILE [--below-root]   those a trace holds; --below-root: only what the root's children do after
//                                           their first execve (the root is then a tool that counts on its own)
//   count_calls strace FILE [--all]         those the system call table wants recorded, of `strace -f -n -e raw=all -o
//   FILE`;
//                                           --all: those that --all-syscalls wants
//   count_calls kinds                       numbers of the calls that are recorded whatever their arguments
// What strace lists is judged here by the table and its conditions, not by the recorder's filter, which is under test.
#include <asm/prctl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "trace-format/syscall_table.h"
#include "trace-format/trace_reader.h"

using namespace simrec;

namespace {

using Counts = std::map<std::string, std::uint64_t>;
using Arguments = std::array<std::uint64_t, 6>;

constexpr std::uint64_t kSetSyscallUserDispatch = 59;  // PR_SET_SYSCALL_USER_DISPATCH, not in all headers

bool holds(Condition condition, const Arguments& arguments) {
  switch (condition) {
    case Condition::always:
      return true;
    case Condition::mmap_shared:
      return (arguments[3] & MAP_SHARED) != 0 && (arguments[2] & PROT_WRITE) != 0;
    case Condition::ioctl_fd_state:
      return std::set<std::uint64_t>{FIONBIO, FIOCLEX, FIONCLEX, FIOASYNC}.contains(arguments[1]);
    case Condition::socket_options:
      return (arguments[1] == IPPROTO_TCP && arguments[2] == TCP_NODELAY) ||
             (arguments[1] == SOL_SOCKET && arguments[2] == SO_LINGER);
    case Condition::fcntl_changes:
      return arguments[1] != F_GETFD && arguments[1] != F_GETFL;
    case Condition::prctl_interception:
      return arguments[0] == PR_SET_SECCOMP || arguments[0] == kSetSyscallUserDispatch;
    case Condition::arch_prctl_gs:
      return arguments[0] == ARCH_SET_GS;
  }
  throw std::runtime_error("a condition of the system call table that this program does not know: teach it");
}

bool is_recorded(std::uint16_t number, const Arguments& arguments, bool all) {
  if (number == SYS_rt_sigreturn) return false;  // the end of a handler: documented as not recorded
  if (all) return true;
  const SyscallRow* row = find_syscall(number);
  return row != nullptr && row->logging != Logging::rest && holds(row->condition, arguments);
}

/// strace prints raw arguments as hexadecimal numbers, with commas between.
Arguments arguments_of(const std::string& text) {
  Arguments arguments{};
  const char* at = text.c_str();
  for (std::uint64_t& argument : arguments) {
    char* end = nullptr;
    argument = std::strtoull(at, &end, 0);
    if (end == at || *end != ',') break;
    at = end + 1;
  }
  return arguments;
}

Counts of_strace(const char* path, bool all) {
  struct Call {
    std::uint16_t number = 0;
    Arguments arguments{};
  };
  static const std::regex entry(R"(^(\d+) +\[ *(\d+)\] (\w+)\((.*))");
  std::ifstream file(path);
  if (!file) throw std::runtime_error(std::string("cannot read ") + path);
  Counts counts;
  std::map<std::string, Call> latest;  // of each thread: restart_syscall goes on with it
  bool first = true;
  std::string line;
  std::smatch match;
  while (std::getline(file, line)) {
    if (line.find(std::string(4, '?') + "(") != std::string::npos) ++counts["(unreadable)"];
    if (!std::regex_match(line, match, entry)) continue;
    Call call{static_cast<std::uint16_t>(std::stoul(match[2])), arguments_of(match[4])};
    if (std::exchange(first, false)) continue;  // how strace started the command: simrec does not record its own either
    Call& before = latest[match[1]];
    if (call.number == SYS_restart_syscall) call = before;
    before = call;
    if (is_recorded(call.number, call.arguments, all)) ++counts[std::string(event_name(call.number))];
  }
  if (first) throw std::runtime_error(std::string(path) + " lists no call");
  return counts;
}

/// Calls of a trace; those of the in-process tier are counted once more under "(fast)", those that their thread did not
/// live to finish under "(unfinished) KIND".
Counts of_trace(const char* path, bool below_root) {
  const Trace trace = load_trace(path);
  if (!trace.incomplete.empty()) throw std::runtime_error(trace.incomplete);
  Counts counts;
  for (std::size_t i = 0; i < trace.events.size(); ++i) {
    const Thread& thread = trace.tables.threads()[i];
    const Process& process = trace.tables.processes()[thread.process.value];
    if (below_root && process.parent_plus_one == 0) continue;
    bool counting = !below_root || process.parent_plus_one != 1 || thread.tid != process.pid;
    for (std::size_t j = 0; j < trace.events[i].size(); ++j) {
      const Event event = trace.events[i][j];
      if (event.kind >= kPseudoBase) continue;
      const std::string kind(event_name(event.kind));
      if (counting) {
        ++counts[kind];
        if ((event.flags & kFast) != 0) ++counts["(fast)"];
        if ((event.flags & kUnfinished) != 0) ++counts["(unfinished) " + kind];
      }
      // The first execve of the root's child, at which its counters start: they miss its entry.
      counting = counting || ((event.kind == SYS_execve || event.kind == SYS_execveat) && event.result == 0);
    }
  }
  return counts;
}

Counts unconditional_kinds() {
  Counts numbers;
  for (const SyscallRow& row : syscall_table())
    if (row.logging != Logging::rest && row.condition == Condition::always) numbers[row.name] = row.number;
  return numbers;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string what = argc > 1 ? argv[1] : "";
  const bool option = argc > 3 && (std::strcmp(argv[3], "--all") == 0 || std::strcmp(argv[3], "--below-root") == 0);
  if ((what != "kinds" || argc != 2) && (what != "trace" || argc < 3) && (what != "strace" || argc < 3)) {
    std::fprintf(stderr, "usage: count_calls trace FILE [--below-root] | strace FILE [--all] | kinds\n");
    return 2;
  }
  const Counts counts = what == "kinds"   ? unconditional_kinds()
                        : what == "trace" ? of_trace(argv[2], option)
                                          : of_strace(argv[2], option);
  std::printf("%s\n", nlohmann::json(counts).dump().c_str());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "count_calls: %s\n", error.what());
  return 2;
}
