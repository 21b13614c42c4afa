// Creating, duplicating and closing descriptors, and what closing means for the other end.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <linux/close_range.h>

#include "replayer/compile/handlers.h"
#include "replayer/compile/locks.h"

namespace simrec::replay::causal {
namespace {

constexpr std::int64_t kPathOnly = O_PATH;

std::uint8_t mode_of(std::int64_t open_flags) {
  switch (open_flags & O_ACCMODE) {
    case O_RDONLY:
      return kReads;
    case O_WRONLY:
      return kWrites;
    default:
      return kReads | kWrites;
  }
}

void count_end(Context& c, ObjectId object, std::uint8_t mode) {
  Ends& e = c.channels.ends(object);
  if (mode & kModeUnknown) ++e.unknown_ends;
  if (mode & kReads) ++e.readers;
  if (mode & kWrites) ++e.writers;
}

void install(Context& c, Call& call, std::int64_t fd, ObjectId object, std::uint8_t mode, bool close_on_exec) {
  c.descriptors.install(call.process, fd, c.descriptors.create(object, mode), close_on_exec, c.dead);
  close_descriptions(c, call, call.event.exit_ns);
}

void open_exit(Context& c, Call& call) {
  if (call.result() < 0) return;
  const bool has_flags = call.event.kind != SYS_openat2 && call.event.kind != SYS_creat;
  const std::int64_t flags = has_flags ? call.event.argument(0) : O_RDWR;
  const ObjectId object{static_cast<std::uint32_t>(call.extra_argument(1))};
  const std::string& path = c.string(call.extra_argument(0));
  c.processes[call.process].interpreter.opened(path);
  if (path == "/sys/devices/system/cpu/online" || path == "/sys/devices/system/cpu/possible")
    c.counts.add(Count::core_queries);
  const std::uint8_t mode = mode_of(flags);
  if (c.object(object).kind == ObjectKind::pipe && !(flags & kPathOnly)) {
    c.channels.pipe(object, true);
    count_end(c, object, mode);
    external_wait(c, call, Cause::sync);  // the other end's opener; its bytes follow anyway
  }
  install(c, call, call.result(), object, mode, (flags & O_CLOEXEC) != 0);
}

void pipe_exit(Context& c, Call& call) {
  if (call.result() < 0) return;
  const ObjectId object{static_cast<std::uint32_t>(call.extra_argument(2))};
  if (!object.value) return;
  const bool close_on_exec = call.event.kind == SYS_pipe2 && (call.event.argument(0) & O_CLOEXEC);
  c.channels.pipe(object, true);
  count_end(c, object, kReads);
  count_end(c, object, kWrites);
  install(c, call, call.extra_argument(0), object, kReads, close_on_exec);
  install(c, call, call.extra_argument(1), object, kWrites, close_on_exec);
}

/// Where a call that creates one descriptor has its flags with the close-on-exec bit; -1 = it has none.
int flag_argument(std::uint16_t kind) {
  switch (kind) {
    case SYS_socket:
    case SYS_eventfd2:
    case SYS_signalfd4:
    case SYS_timerfd_create:
      return 1;
    case SYS_inotify_init1:
    case SYS_epoll_create1:
    case SYS_memfd_create:
      return 0;
    default:
      return -1;
  }
}

void create_exit(Context& c, Call& call) {
  if (call.result() < 0) return;
  const int at = flag_argument(call.event.kind);
  const std::int64_t flags = at < 0 ? 0 : call.event.argument(static_cast<std::size_t>(at));
  const std::int64_t bit = call.event.kind == SYS_memfd_create ? 1 : O_CLOEXEC;
  const bool always =
      call.event.kind == SYS_pidfd_open || call.event.kind == SYS_pidfd_getfd || call.event.kind == SYS_io_uring_setup;
  if (call.event.kind == SYS_io_uring_setup) c.counts.add(Count::io_uring);
  install(c, call, call.result(), {static_cast<std::uint32_t>(call.extra_argument(0))}, kReads | kWrites,
          always || (flags & bit) != 0);
}

void duplicate(Context& c, Call& call, std::int64_t to, bool close_on_exec) {
  if (!call.description.value || (call.result() < 0)) return;
  c.descriptors.install(call.process, to, call.description, close_on_exec, c.dead);
  close_descriptions(c, call, call.event.exit_ns);
}

void dup_exit(Context& c, Call& call) {
  if (call.event.kind == SYS_dup2 && call.event.argument(0) == call.event.argument(1)) return;
  duplicate(c, call, call.result(), call.event.kind == SYS_dup3 && (call.event.argument(2) & O_CLOEXEC));
}

void fcntl_exit(Context& c, Call& call) {
  const std::int64_t command = call.event.argument(1);
  switch (command) {
    case F_DUPFD:
      return duplicate(c, call, call.result(), false);
    case F_DUPFD_CLOEXEC:
      return duplicate(c, call, call.result(), true);
    case F_SETFD:
      if (call.result() >= 0)
        c.descriptors.set_close_on_exec(call.process, call.fd, (call.event.argument(2) & FD_CLOEXEC) != 0);
      return;
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
      return record_lock(c, call);
    default:
      return;
  }
}

void ioctl_exit(Context& c, Call& call) {
  if (call.result() < 0) return;
  const auto request = static_cast<unsigned long>(call.event.argument(1));
  if (request == FIOCLEX) c.descriptors.set_close_on_exec(call.process, call.fd, true);
  if (request == FIONCLEX) c.descriptors.set_close_on_exec(call.process, call.fd, false);
}

void close_entry(Context& c, Call& call) {
  if (call.description.value) release_record_lock(c, call);
  c.descriptors.close(call.process, call.fd, c.dead);
  close_descriptions(c, call, call.event.entry_ns);
}

void close_range_exit(Context& c, Call& call) {
  if (call.result() < 0) return;
  const std::int64_t flags = call.event.argument(2);
  if (flags & CLOSE_RANGE_UNSHARE) c.descriptors.unshare(call.process);
  c.descriptors.close_range(call.process, call.event.argument(0), static_cast<std::int32_t>(call.event.argument(1)),
                            (flags & CLOSE_RANGE_CLOEXEC) != 0, c.dead);
  close_descriptions(c, call, call.event.entry_ns);
}

/// A thread's own doing, not its end: there the kernel does not linger.
bool is_close(const Call& call) {
  return call.event.kind == SYS_close || call.event.kind == SYS_close_range || call.event.kind == SYS_dup2 ||
         call.event.kind == SYS_dup3;
}

void reader_gone(Context& c, Call& call, std::uint32_t channel, Ns when) {
  Channel& ch = c.channels[channel];
  if (ch.reader_closed) return;
  ch.reader_closed = true;
  if (!ch.broken_token_plus_one) return;
  const TokenId token{ch.broken_token_plus_one - 1};
  c.tokens.set_cause(token, {call.thread, when});
  c.emit(call).cause({OpKind::signal, Cause::none, 0, token.value, 0});
}

void pipe_end_closed(Context& c, Call& call, const Description& d, Ns when) {
  Ends& e = c.channels.ends(d.object);
  if (!e.in_plus_one) return;
  if ((d.mode & kModeUnknown) && e.unknown_ends > 0) --e.unknown_ends;
  if ((d.mode & kReads) && e.readers > 0) --e.readers;
  if ((d.mode & kWrites) && e.writers > 0) --e.writers;
  if (e.unknown_ends) return;  // it may be either end
  if (!e.writers && (d.mode & (kWrites | kModeUnknown))) finish_channel(c, call, e.out_plus_one - 1, when);
  if (!e.readers && (d.mode & (kReads | kModeUnknown))) reader_gone(c, call, e.in_plus_one - 1, when);
}

constexpr HandlerRow kRows[] = {
    {SYS_open, nullptr, open_exit},
    {SYS_openat, nullptr, open_exit},
    {SYS_openat2, nullptr, open_exit},
    {SYS_creat, nullptr, open_exit},
    {SYS_pipe, nullptr, pipe_exit},
    {SYS_pipe2, nullptr, pipe_exit},
    {SYS_socket, nullptr, create_exit},
    {SYS_eventfd, nullptr, create_exit},
    {SYS_eventfd2, nullptr, create_exit},
    {SYS_timerfd_create, nullptr, create_exit},
    {SYS_inotify_init, nullptr, create_exit},
    {SYS_inotify_init1, nullptr, create_exit},
    {SYS_memfd_create, nullptr, create_exit},
    {SYS_pidfd_open, nullptr, create_exit},
    {SYS_pidfd_getfd, nullptr, create_exit},
    {SYS_io_uring_setup, nullptr, create_exit},
    {SYS_epoll_create, nullptr, create_exit},
    {SYS_epoll_create1, nullptr, create_exit},
    {SYS_signalfd, nullptr, create_exit},
    {SYS_signalfd4, nullptr, create_exit},
    {SYS_dup, nullptr, dup_exit},
    {SYS_dup2, nullptr, dup_exit},
    {SYS_dup3, nullptr, dup_exit},
    {SYS_fcntl, nullptr, fcntl_exit},
    {SYS_ioctl, nullptr, ioctl_exit},
    {SYS_close, close_entry, nullptr},
    {SYS_close_range, nullptr, close_range_exit},
};

}  // namespace

std::span<const HandlerRow> descriptor_handlers() { return kRows; }

void finish_channel(Context& c, Call& call, std::uint32_t channel, Ns when) {
  Channel& ch = c.channels[channel];
  if (ch.finished) return;
  ch.finished = true;
  ch.finished_at = when;
  ch.finisher = {call.thread, when};
  c.emit(call).cause({OpKind::finish, Cause::none, 0, channel, 0});
}

void close_descriptions(Context& c, Call& call, Ns when) {
  for (std::size_t i = 0; i < c.dead.size(); ++i) {
    const Description d = c.descriptors[c.dead[i]];
    const ObjectKind kind = c.object(d.object).kind;
    if (kind == ObjectKind::pipe) {
      pipe_end_closed(c, call, d, when);
    } else if (const Ends& e = c.channels.ends(d.object); e.out_plus_one) {
      finish_channel(c, call, e.out_plus_one - 1, when);
      if (e.lingers && kind == ObjectKind::tcp && is_close(call))
        c.emit(call).cause({OpKind::finish, Cause::network, kLingers, e.out_plus_one - 1, 0});
      reader_gone(c, call, e.in_plus_one - 1, when);
    }
    if (d.locked) release_whole_file_lock(c, call, d.object, when);
  }
  c.dead.clear();
}

}  // namespace simrec::replay::causal
