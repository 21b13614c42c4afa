#include "recorder/attach.h"

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "recorder/clocks.h"
#include "recorder/launch.h"
#include "recorder/ptrace.h"
#include "recorder/thread_status.h"

namespace simrec::record {
namespace {

/// Threads that do not stop (waiting for a disk, or for a vfork child to execute) are not waited for any longer
/// than this after the last one that did.
constexpr Ns kPatienceNs = 200'000'000;

std::vector<pid_t> numbers_in(const std::string& directory) {
  std::vector<pid_t> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(directory.c_str()), closedir);
  if (!entries) return found;
  while (const dirent* entry = readdir(entries.get())) {
    pid_t number = 0;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    if (std::from_chars(entry->d_name, end, number).ptr == end) found.push_back(number);
  }
  std::ranges::sort(found);
  return found;
}

/// "1234 (redis-server)"
std::string name_of(pid_t pid) { return std::to_string(pid) + " (" + status_field(pid, "Name") + ")"; }

[[noreturn]] void refuse(const std::string& what) { throw LaunchError(kExitOwnFailure, what); }

[[noreturn]] void refuse_root(pid_t pid, int error) {
  if (error == ESRCH || status_field(pid, "Tgid").empty())
    refuse("cannot attach to process " + std::to_string(pid) + ": it has ended");
  if (is_dead(pid)) refuse("cannot attach to process " + name_of(pid) + ": it has ended, nobody has awaited it yet");
  if (const pid_t tracer = status_number(pid, "TracerPid"); tracer != 0)
    refuse("cannot attach to process " + name_of(pid) + ": process " + name_of(tracer) +
           " traces it already; a process can have one tracer only");
  if (error != EPERM) refuse("cannot attach to process " + name_of(pid) + ": " + std::strerror(error));
  int scope = 0;
  std::ifstream("/proc/sys/kernel/yama/ptrace_scope") >> scope;
  refuse("cannot attach to process " + name_of(pid) + ": not permitted; be its user or root" +
         (scope == 0 ? " (set-user-id programs and kernel threads cannot be traced)"
                     : ": kernel.yama.ptrace_scope is " + std::to_string(scope) +
                           (scope < 3 ? ", so only root may attach ('sudo simrec -p …', or 'sysctl "
                                        "kernel.yama.ptrace_scope=0')"
                                      : ", so nobody may attach until the next boot")));
}

class TreeAttacher {
 public:
  AttachedTree attach(const std::vector<pid_t>& roots) {
    for (const pid_t root : roots) take_root(root);
    for (const AttachedThread& thread : tree_.threads) interrupt(thread.tid);
    do {
      collect_stops();
    } while (take_everybody());
    order_threads();
    return std::move(tree_);
  }

 private:
  /// Seizes without stopping, so that a refusal leaves no trace.
  void take_root(pid_t given) {
    const pid_t pid = status_number(given, "Tgid");
    if (pid == 0) refuse("cannot attach to process " + std::to_string(given) + ": there is no such process");
    if (pid == getpid()) refuse("cannot attach to process " + std::to_string(given) + ": that is simrec itself");
    if (known_processes_.contains(pid)) return;
    if (const int error = take_thread(pid, pid)) refuse_root(pid, error);
    add_process(pid, 0);
    for (const pid_t tid : tasks_of(pid)) take_thread(tid, pid);
  }

  static std::vector<pid_t> tasks_of(pid_t pid) { return numbers_in("/proc/" + std::to_string(pid) + "/task"); }

  void add_process(pid_t pid, pid_t parent) {
    known_processes_.insert(pid);
    tree_.processes.push_back({pid, parent});
  }

  /// 0, or why it cannot be traced.
  int take_thread(pid_t tid, pid_t pid) {
    if (known_threads_.contains(tid)) return 0;
    if (!seize_running(tid)) return errno;
    known_threads_.insert(tid);
    tree_.threads.push_back({tid, pid, std::nullopt});
    return 0;
  }

  /// One pass over the descendants. True when somebody new was found: then there may be more.
  bool take_everybody() {
    std::map<pid_t, std::vector<pid_t>> children;
    for (const pid_t pid : numbers_in("/proc"))
      if (pid != getpid()) children[status_number(pid, "PPid")].push_back(pid);
    const std::size_t before = tree_.threads.size();
    for (std::size_t i = 0; i < tree_.processes.size(); ++i) {
      const pid_t pid = tree_.processes[i].pid;
      for (const pid_t tid : tasks_of(pid)) take_more(tid, pid);
      for (const pid_t child : children[pid])
        if (!known_processes_.contains(child) && take_more(child, child)) add_process(child, pid);
    }
    for (std::size_t i = before; i < tree_.threads.size(); ++i) interrupt(tree_.threads[i].tid);
    return tree_.threads.size() > before;
  }

  bool take_more(pid_t tid, pid_t pid) {
    if (known_threads_.contains(tid)) return true;
    if (take_thread(tid, pid) == 0) return true;
    // Born of a thread that was ours already: its creator tells of it. Dead ones need no tracing.
    if (status_number(tid, "TracerPid") != getpid() && !is_dead(tid) && refused_.insert(tid).second) ++tree_.refused;
    return false;
  }

  void collect_stops() {
    std::size_t waiting = 0;
    for (const AttachedThread& thread : tree_.threads) waiting += !thread.first_stop;
    for (Ns last = clock_now(); waiting > 0 && clock_now() - last < kPatienceNs;) {
      int status = 0;
      const pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);
      if (tid < 0) return;  // all have ended
      if (tid == 0) {
        usleep(200);
        continue;
      }
      last = clock_now();
      waiting -= took(tid, status);
    }
  }

  /// Whether one of those waited for stopped or ended.
  bool took(pid_t tid, int status) {
    const auto thread = std::ranges::find(tree_.threads, tid, &AttachedThread::tid);
    if (thread == tree_.threads.end()) {
      if (WIFSTOPPED(status)) tree_.newborns.push_back(tid);
      return false;
    }
    const bool waited_for = !thread->first_stop;
    if (WIFSTOPPED(status)) {
      thread->first_stop = status;
    } else {
      tree_.threads.erase(thread);
    }
    return waited_for;
  }

  /// By process; one that ended meanwhile has no threads any more and is left out.
  void order_threads() {
    std::erase_if(tree_.processes, [this](const AttachedProcess& process) {
      return std::ranges::count(tree_.threads, process.pid, &AttachedThread::process) == 0;
    });
    std::map<pid_t, std::size_t> position;
    for (std::size_t i = 0; i < tree_.processes.size(); ++i) position[tree_.processes[i].pid] = i;
    for (AttachedProcess& process : tree_.processes)
      if (!position.contains(process.parent)) process.parent = 0;
    std::ranges::stable_sort(tree_.threads, {}, [&](const AttachedThread& thread) { return position[thread.process]; });
  }

  AttachedTree tree_;
  std::set<pid_t> known_processes_;
  std::set<pid_t> known_threads_;
  std::set<pid_t> refused_;
};

}  // namespace

AttachedTree attach_tree(const std::vector<pid_t>& roots) { return TreeAttacher().attach(roots); }

}  // namespace simrec::record
