// A process of three threads that wait for each other at futexes.
#pragma once

#include <fcntl.h>
#include <linux/futex.h>

#include "tests/compile/script.h"

namespace simrec::replay::test {

/// Root and two more threads of its process.
struct ThreeThreads : Script {
  ThreadId a = root();
  ThreadId b = thread(a, 201, 0x7001, {1 * kMs, 1 * kMs + 10});
  ThreadId c = thread(a, 202, 0x7002, {2 * kMs, 2 * kMs + 10});
  void futex(ThreadId t, std::int64_t address, int op, std::int64_t value, std::int64_t result, When when,
             Ns timeout = -1, std::int64_t address2 = 0, std::int64_t requeued = 0) {
    call(t, SYS_futex, result, {address, op | FUTEX_PRIVATE_FLAG, value, timeout, 0, 0, address2, requeued}, when);
  }
  void open(ThreadId t, const char* path, Ns at) {
    const ObjectId file = object(ObjectKind::file);
    call(t, SYS_openat, 5, {O_RDONLY, builder.string(path).value, file.value}, {at, at + 10});
  }
};

inline std::vector<Op> waits_of(const Program& p, ThreadId thread) {
  std::vector<Op> waits;
  for (const Op& op : p.threads[thread.value].ops)
    if (op.kind == OpKind::wait) waits.push_back(op);
  return waits;
}

}  // namespace simrec::replay::test
