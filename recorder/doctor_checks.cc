#include "recorder/doctor_checks.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/rseq.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <sstream>

#include "recorder/calibrate_sample.h"
#include "recorder/fast/availability.h"
#include "recorder/file_descriptor.h"
#include "recorder/host_info.h"
#include "recorder/thread_status.h"

namespace simrec::record {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

/// A child that is killed and reaped whatever happens.
class Child {
 public:
  explicit Child(const std::function<void()>& body) : pid_(fork()) {
    if (pid_ == 0) {
      body();
      _exit(0);
    }
  }
  ~Child() {
    if (pid_ <= 0 || gone_) return;
    kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, __WALL) == pid_ && !WIFEXITED(status) && !WIFSIGNALED(status)) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  /// Next state change; nullopt when there is none within two seconds.
  std::optional<int> wait() {
    for (int i = 0; i < 2000; ++i) {
      int status = 0;
      const pid_t got = waitpid(pid_, &status, __WALL | WNOHANG);
      if (got < 0) return std::nullopt;
      if (got == pid_) {
        gone_ = WIFEXITED(status) || WIFSIGNALED(status);
        return status;
      }
      usleep(1000);
    }
    return std::nullopt;
  }

 private:
  pid_t pid_;
  bool gone_ = false;
};

/// Child side: one filter that reports getppid() to the tracer; exit status 2 when refused.
void call_under_filter() {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(code)), code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    _exit(2);
  syscall(SYS_getppid);
}

std::string ptrace_detail() {
  const std::string scope = first_line("/proc/sys/kernel/yama/ptrace_scope");
  return scope.empty() ? "no Yama restrictions" : "Yama ptrace_scope " + scope;
}

Check check_ptrace() {
  Check check{"ptrace", Health::ok, ptrace_detail(), "", true};
  const Child child([] { pause(); });
  if (child.pid() > 0 && ptrace(PTRACE_SEIZE, child.pid(), 0, PTRACE_O_EXITKILL) == 0) return check;
  check.health = Health::missing;
  check.detail += std::string("; attaching to a child fails: ") + std::strerror(errno);
  const std::string scope = first_line("/proc/sys/kernel/yama/ptrace_scope");
  if (scope == "3")
    check.remedy = "boot with another kernel.yama.ptrace_scope than 3 (it forbids ptrace until the next boot)";
  else if (scope == "2")
    check.remedy = "sudo sysctl kernel.yama.ptrace_scope=1";
  else
    check.remedy =
        "allow ptrace: in a container start it with --cap-add=SYS_PTRACE (Docker, Podman) or add SYS_PTRACE to its "
        "securityContext (Kubernetes)";
  return check;
}

Check check_seccomp() {
  Check check{"seccomp filter", Health::missing, "", "", true};
  check.remedy =
      "use a kernel with CONFIG_SECCOMP_FILTER, and a container profile that allows prctl(PR_SET_SECCOMP) and ptrace";
  int gate[2];
  if (pipe2(gate, O_CLOEXEC) != 0) return check;
  const FileDescriptor reading(gate[0]), writing(gate[1]);
  Child child([&] {
    char byte = 0;
    (void)!read(gate[0], &byte, 1);
    call_under_filter();
  });
  if (child.pid() <= 0 || ptrace(PTRACE_SEIZE, child.pid(), 0, PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP) != 0) {
    check.detail = "not tried: ptrace does not work";
    return check;
  }
  (void)!write(gate[1], "x", 1);
  const auto status = child.wait();
  if (status && *status >> 8 == (SIGTRAP | (PTRACE_EVENT_SECCOMP << 8)))
    return {"seccomp filter", Health::ok, "stops a chosen call only", "", true};
  check.detail = status && WIFEXITED(*status) && WEXITSTATUS(*status) == 2 ? "filters are refused"
                                                                           : "a filtered call did not stop";
  return check;
}

Check check_schedstat() {
  Check check{"per-thread CPU time", Health::ok, "/proc/PID/schedstat", "", true};
  std::istringstream in(first_line("/proc/self/schedstat"));
  long long run = 0, wait = 0;
  if (in >> run >> wait && run > 0) return check;
  check.health = Health::missing;
  check.detail = "/proc/self/schedstat is missing or zero";
  check.remedy = "mount /proc, and use a kernel with CONFIG_SCHED_INFO";
  return check;
}

Check check_disk() {
  Check check{"disk space here", Health::ok, "", "", true};
  struct statvfs status {};
  if (statvfs(".", &status) != 0 || access(".", W_OK) != 0) {
    check.health = Health::limited;
    check.detail = "this directory is not writable: give -o FILE";
    check.required = false;
    return check;
  }
  const auto megabytes = static_cast<unsigned long long>(status.f_bavail) * status.f_frsize >> 20;
  check.detail = std::to_string(megabytes) + " MB free";
  if (megabytes < 1) {
    check.health = Health::missing;
    check.remedy = "free some disk space, or give -o FILE on another disk";
  } else if (megabytes < 256) {
    check.health = Health::limited;
  }
  return check;
}

Check check_pidfd_getfd() {
  // To fetch its own descriptor needs no permission: says only whether the kernel and the container know the call.
  const FileDescriptor self(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  const FileDescriptor copy(self ? static_cast<int>(syscall(SYS_pidfd_getfd, self.get(), self.get(), 0)) : -1);
  if (copy) return {"socket details", Health::ok, "pidfd_getfd works"};
  return {"socket details", Health::limited,
          std::string("pidfd_getfd fails (") + std::strerror(errno) +
              "): addresses come from /proc/PID/net, buffer sizes are unknown"};
}

Check check_rseq() {
  const bool registered = __rseq_size > 0;
  return {"rseq", registered ? Health::ok : Health::limited,
          registered ? "registered by the C library"
                     : "not registered (C library older than 2.35?): no fast in-process timing"};
}

Check check_fast_path() {
  const std::string obstacle = fast_path_obstacle();
  return {"fast path", obstacle.empty() ? Health::ok : Health::limited,
          obstacle.empty() ? "calls can be recorded in the process" : obstacle + ": every call stops its thread"};
}

Check check_perf() {
  const std::string level = first_line("/proc/sys/kernel/perf_event_paranoid");
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_TASK_CLOCK;
  attributes.exclude_kernel = 1;
  const FileDescriptor fd(static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0)));
  const std::string detail = "perf_event_paranoid " + (level.empty() ? "unknown" : level);
  if (fd) return {"perf events", Health::ok, detail + ", task clock opens"};
  return {"perf events", Health::limited, detail + ": " + std::strerror(errno) + " (not needed by ptrace recording)"};
}

Check check_container() {
  std::string detail = "CapEff " + status_field(getpid(), "CapEff") + ", seccomp mode " +
                       status_field(getpid(), "Seccomp") + ", no_new_privs " + status_field(getpid(), "NoNewPrivs");
  const bool filtered = status_field(getpid(), "Seccomp") == "2";
  const bool no_new_privs = status_field(getpid(), "NoNewPrivs") == "1";
  if (filtered) detail += ": a container's filter may refuse calls";
  if (no_new_privs) detail += ": setuid programs run without their privileges";
  return {"own restrictions", filtered || no_new_privs ? Health::limited : Health::ok, detail};
}

Check check_setuid() {
  return {"setuid programs", geteuid() == 0 ? Health::ok : Health::limited,
          geteuid() == 0 ? "recorded with their privileges"
                         : "run without their privileges while recorded (run simrec as root)"};
}

Check check_cores() {
  const HostInfo host = host_info();
  const auto allowed = allowed_cores().size();
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  std::string detail = std::to_string(host.cores) + " usable of " + std::to_string(online);
  if (host.cores < allowed) detail += " (a cgroup CPU quota: bursts may be throttled)";
  return {"cores", host.cores < allowed ? Health::limited : Health::ok, detail};
}

Check check_pids() {
  std::istringstream in(first_line("/proc/self/cgroup"));
  std::string path, limit;
  std::getline(in, path);
  path = path.substr(path.rfind(':') + 1);
  for (const std::string& file : {"/sys/fs/cgroup" + path + "/pids.max", "/sys/fs/cgroup/pids" + path + "/pids.max",
                                  std::string("/sys/fs/cgroup/pids.max"), std::string("/sys/fs/cgroup/pids/pids.max")})
    if (limit.empty()) limit = first_line(file);
  const bool low = !limit.empty() && limit != "max" && std::strtol(limit.c_str(), nullptr, 10) < 64;
  return {"process limit", low ? Health::limited : Health::ok,
          limit.empty() || limit == "max" ? "none" : limit + " by cgroup"};
}

Check check_clock() {
  const std::string source = first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  const bool fast = source == "tsc" || source == "kvm-clock";
  return {"clock", fast ? Health::ok : Health::limited,
          (source.empty() ? "unknown source" : source) +
              (fast ? "" : ": reading the time needs a system call, bursts are less exact")};
}

}  // namespace

std::vector<Check> run_checks() {
  return {check_ptrace(), check_seccomp(),   check_schedstat(), check_disk(),      check_pidfd_getfd(),
          check_rseq(),   check_fast_path(), check_perf(),      check_container(), check_setuid(),
          check_cores(),  check_pids(),      check_clock()};
}

}  // namespace simrec::record
