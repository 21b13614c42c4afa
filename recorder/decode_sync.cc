// Futexes, System V semaphores and the shared memory they may live in.
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/syscall.h>

#include <algorithm>

#include "recorder/clocks.h"
#include "recorder/decoder.h"

namespace simrec::record::decode_sync {
namespace {

/// How a futex operation uses its 4th and 5th argument.
struct FutexShape {
  int operation;
  bool has_timeout;
  bool absolute;
  bool has_second_address;
};

constexpr FutexShape kShapes[] = {
    {FUTEX_WAIT, true, false, false},          {FUTEX_WAIT_BITSET, true, true, false},
    {FUTEX_LOCK_PI, true, true, false},        {FUTEX_LOCK_PI2, true, true, false},
    {FUTEX_WAIT_REQUEUE_PI, true, true, true}, {FUTEX_REQUEUE, false, false, true},
    {FUTEX_CMP_REQUEUE, false, false, true},   {FUTEX_CMP_REQUEUE_PI, false, false, true},
    {FUTEX_WAKE_OP, false, false, true},
};

FutexShape shape_of(int operation) {
  const auto* found = std::ranges::find(kShapes, operation, &FutexShape::operation);
  return found == std::end(kShapes) ? FutexShape{operation, false, false, false} : *found;
}

int operation_of(std::uint64_t argument) { return static_cast<int>(argument) & FUTEX_CMD_MASK; }

Ns timeout_at(const CallContext& c, std::uint64_t address, bool absolute, bool real_time) {
  const auto time = c.memory.read<timespec>(address);
  if (!time) return -1;
  return absolute ? relative_to_now(to_ns(*time), real_time ? CLOCK_REALTIME : CLOCK_MONOTONIC) : to_ns(*time);
}

struct FutexKey {
  ObjectId object;
  std::uint64_t offset = 0;
};

FutexKey key_of(CallContext& c, std::uint64_t address, bool private_futex) {
  if (private_futex) return {};
  const SharedRange* range = c.process.memory.find_shared(c.process.window, address);
  if (range == nullptr) return {};
  return {c.objects.shared_memory(range->device, range->inode, range->path),
          address - range->begin + range->file_offset};
}

}  // namespace

void futex_entry(CallContext& c) {
  const bool absolute = futex_timeout_is_absolute(c.reg(1));
  const bool has_timeout = shape_of(operation_of(c.reg(1))).has_timeout;
  futex_details(c, has_timeout ? timeout_at(c, c.reg(3), absolute, futex_is_real_time(c.reg(1))) : -1);
}

void futex_details(CallContext& c, Ns timeout_ns) {
  const FutexShape shape = shape_of(operation_of(c.reg(1)));
  const FutexKey key = key_of(c, c.reg(0), (c.reg(1) & FUTEX_PRIVATE_FLAG) != 0);
  c.add(timeout_ns);
  c.add(key.object);
  c.add(static_cast<std::int64_t>(key.offset));
  c.add(shape.has_second_address ? static_cast<std::int64_t>(c.reg(4)) : 0);
  c.add(shape.has_second_address && !shape.has_timeout ? static_cast<std::int64_t>(static_cast<std::uint32_t>(c.reg(3)))
                                                       : 0);
}

void futex_waitv_entry(CallContext& c) {
  struct Waiter {
    std::uint64_t value, address;
    std::uint32_t flags, reserved;
  };
  const auto clock = static_cast<clockid_t>(c.reg(4));
  c.add(timeout_at(c, c.reg(3), true, clock == CLOCK_REALTIME));
  const auto waiters = c.memory.read_array<Waiter>(c.reg(0), static_cast<std::uint32_t>(c.reg(1)));
  c.add(static_cast<std::int64_t>(waiters.size()));
  for (const Waiter& waiter : waiters) c.add(static_cast<std::int64_t>(waiter.address));
}

void semops_entry(CallContext& c) {
  const auto operations = c.memory.read_array<sembuf>(c.reg(1), c.reg(2));
  c.add(static_cast<std::int64_t>(operations.size()));
  for (const sembuf& operation : operations) {
    c.add(operation.sem_num);
    c.add(operation.sem_op);
  }
}

void shared_mapping_exit(CallContext& c) {
  if (c.result >= 0 || c.result < -4095) c.process.memory.shared_mapping_appeared();
}

}  // namespace simrec::record::decode_sync

namespace simrec::record {

bool futex_timeout_is_absolute(std::uint64_t operation) {
  return decode_sync::shape_of(decode_sync::operation_of(operation)).absolute;
}

bool futex_is_real_time(std::uint64_t operation) {
  return (operation & FUTEX_CLOCK_REALTIME) != 0 || decode_sync::operation_of(operation) == FUTEX_LOCK_PI;
}

}  // namespace simrec::record
