#include "tests/bench/bursts_tracer.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "recorder/calibrate_sample.h"

namespace simrec::bench {
namespace {

using record::allowed_cores;
using record::now_ns;
using record::PinnedToCore;
using record::Placement;

void install_filter() {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 6, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendto, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_recvfrom, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_wait, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_ctl, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(code)), code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

Ns cpu_ns(int schedstat) {
  char text[64];
  const ssize_t n = pread(schedstat, text, sizeof text - 1, 0);
  if (n <= 0) return 0;
  text[n] = 0;
  return static_cast<Ns>(strtoull(text, nullptr, 10));
}

struct Loop {
  pid_t child;
  int schedstat;
  std::vector<Event> events;
  Ns last_cpu = 0;
  bool inside = false;

  void stop(int status) {
    __ptrace_syscall_info info{};
    ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);
    const Ns cpu = cpu_ns(schedstat), wall = now_ns();
    const bool seccomp = status >> 8 == (SIGTRAP | (PTRACE_EVENT_SECCOMP << 8));
    if (seccomp) {
      Event event;
      event.kind = static_cast<std::uint16_t>(info.seccomp.nr);
      event.burst_ns = cpu - last_cpu;
      event.entry_ns = event.exit_ns = wall;
      inside = event.kind != SYS_close && event.kind != SYS_epoll_ctl;
      if (!inside) event.flags = kEntryOnly;
      events.push_back(event);
    } else if (inside) {
      events.back().call_cpu_ns = cpu - last_cpu;
      events.back().exit_ns = wall;
      inside = false;
    }
    last_cpu = cpu;
  }
};

}  // namespace

std::vector<Event> record_child(const std::function<void()>& body, Placement placement) {
  const std::vector<int> cores = allowed_cores();
  std::optional<PinnedToCore> pinned;
  if (placement != Placement::free) pinned.emplace(cores.front());
  int gate[2];
  if (pipe(gate) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    std::optional<PinnedToCore> elsewhere;
    if (placement == Placement::crossCpu) {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(static_cast<unsigned>(cores.back()), &set);
      sched_setaffinity(0, sizeof set, &set);
    }
    (void)!read(gate[0], &byte, 1);
    install_filter();
    body();
    _exit(0);
  }
  ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL);
  Loop loop{child, open(("/proc/" + std::to_string(child) + "/schedstat").c_str(), O_RDONLY), {}};
  (void)!write(gate[1], "x", 1);
  close(gate[0]);
  close(gate[1]);
  int status = 0;
  while (waitpid(child, &status, __WALL) == child && !WIFEXITED(status) && !WIFSIGNALED(status)) {
    const bool ours = status >> 8 == (SIGTRAP | (PTRACE_EVENT_SECCOMP << 8)) || WSTOPSIG(status) == (SIGTRAP | 0x80);
    if (ours) loop.stop(status);
    ptrace(loop.inside ? PTRACE_SYSCALL : PTRACE_CONT, child, 0, ours ? 0 : WSTOPSIG(status));
  }
  close(loop.schedstat);
  if (placement == Placement::crossCpu)
    for (Event& event : loop.events) event.flags |= kCrossCpu;
  return std::move(loop.events);
}

}  // namespace simrec::bench
