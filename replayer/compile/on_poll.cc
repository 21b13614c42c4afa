// poll, select, epoll: they wait for nothing themselves, what is consumed afterwards does.
#include <sys/syscall.h>

#include <cerrno>

#include "replayer/compile/handlers.h"

namespace simrec::replay::causal {
namespace {

bool has_descriptor_list(std::uint16_t kind) {
  return kind == SYS_poll || kind == SYS_ppoll || kind == SYS_select || kind == SYS_pselect6;
}

void poll_exit(Context& c, Call& call) {
  ThreadState& t = c.state(call);
  const Ns timeout = call.extra_argument(0, -1);
  const bool watches_nothing = has_descriptor_list(call.event.kind) && call.extra_argument(1) == 0;
  const Ns cpu = call.cpu;
  if (call.result() == 0 && timeout == 0) {
    call.cpu = 0;
    t.emit.spin(cpu);
  } else if (call.result() == 0) {
    t.emit.poll_begins();
    t.sleeping_poll_plus_one = 0;
    if (watches_nothing) return absolute_sleep(c, call, timeout);
    call.cpu = 0;
    c.counts.add(Count::expired_timeouts);
    t.emit.poll_expired(timeout, cpu);
  } else if (call.result() > 0) {
    if (call.blocked) t.emit.poll_begins();
    call.cpu = 0;
    t.emit.poll_ready(cpu, call.blocked);
    if (call.blocked) t.sleeping_poll_plus_one = call.index + 1;
  } else if (call.result() == -EINTR) {
    t.emit.poll_begins();
    t.emit.mark_polled();
    interrupted(c, call);
  }
}

constexpr HandlerRow kRows[] = {
    {SYS_poll, nullptr, poll_exit},        {SYS_ppoll, nullptr, poll_exit},      {SYS_select, nullptr, poll_exit},
    {SYS_pselect6, nullptr, poll_exit},    {SYS_epoll_wait, nullptr, poll_exit}, {SYS_epoll_pwait, nullptr, poll_exit},
    {SYS_epoll_pwait2, nullptr, poll_exit},
};

}  // namespace

std::span<const HandlerRow> poll_handlers() { return kRows; }

}  // namespace simrec::replay::causal
