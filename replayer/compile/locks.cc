#include "replayer/compile/locks.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>

#include <cerrno>

#include "replayer/compile/handlers.h"

namespace simrec::replay::causal {
namespace {

Futexes::Key key_of(const Context& c, ObjectId object, bool whole_file) {
  const Object& o = c.object(object);
  if (o.inode == 0) return {1ULL << 62 | object.value, whole_file};
  return {o.inode, o.device << 1 | (whole_file ? 1U : 0U)};
}

void release(Context& c, Call& call, ObjectId object, bool whole_file, Ns when) {
  const TokenId token = c.tokens.add({call.thread, when});
  // A lock that waited returns after this entry, however late: the latest release before it counts.
  c.locks.wake(key_of(c, object, whole_file), when, INT64_MAX / 2, 1, token);
  c.emit(call).cause({OpKind::signal, Cause::none, 0, token.value, 0});
}

void acquired(Context& c, Call& call, bool whole_file) {
  c.descriptors[call.description].locked = true;
  if (!call.blocked) return;
  if (const auto token = c.locks.latest(key_of(c, call.object, whole_file), call.event.entry_ns)) {
    wait_for_first(c, call, *token, kLock);
  } else {
    external_wait(c, call, Cause::sync);
  }
}

void flock_exit(Context& c, Call& call) {
  if (call.result() == -EINTR) return interrupted(c, call);
  if (call.result() == -EAGAIN) return c.counts.add(Count::lock_winners);
  const std::int64_t operation = call.event.argument(1) & ~LOCK_NB;
  if (call.result() == 0 && (operation == LOCK_SH || operation == LOCK_EX)) acquired(c, call, true);
}

void flock_entry(Context& c, Call& call) {
  if (call.event.argument(1) != LOCK_UN || !call.description.value) return;
  c.descriptors[call.description].locked = false;
  release(c, call, call.object, true, call.event.entry_ns);
}

constexpr HandlerRow kRows[] = {{SYS_flock, flock_entry, flock_exit}};

}  // namespace

std::span<const HandlerRow> lock_handlers() { return kRows; }

void record_lock(Context& c, Call& call) {
  const std::int64_t command = call.event.argument(1);
  const std::int64_t type = call.extra_argument(0, F_UNLCK);
  if (type == F_UNLCK) return release(c, call, call.object, false, call.event.entry_ns);
  if (call.result() == -EINTR) return interrupted(c, call);
  if (call.result() == -EAGAIN || call.result() == -EACCES) return c.counts.add(Count::lock_winners);
  const bool waits = command == F_SETLKW || command == F_OFD_SETLKW;
  if (call.result() != 0) return;
  if (!waits) call.blocked = 0;
  acquired(c, call, false);
}

void release_record_lock(Context& c, Call& call) {
  if (c.descriptors[call.description].locked) release(c, call, call.object, false, call.event.entry_ns);
}

void release_whole_file_lock(Context& c, Call& call, ObjectId object, Ns when) {
  release(c, call, object, true, when);
  release(c, call, object, false, when);
}

}  // namespace simrec::replay::causal
