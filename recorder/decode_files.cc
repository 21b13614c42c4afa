// Details of opening, creating and locking.
#include <fcntl.h>
#include <sys/syscall.h>

#include "recorder/decoder.h"
#include "recorder/fast/hook_abi.h"

namespace simrec::record::decode_files {
namespace {

bool path_is_first(std::uint16_t number) { return number == SYS_open || number == SYS_creat; }

/// Calls that return a descriptor for something that exists already.
bool refers_to_existing(const CallContext& c) {
  if (c.call.number == SYS_pidfd_getfd) return true;
  return (c.call.number == SYS_signalfd || c.call.number == SYS_signalfd4) && c.fd(0) != -1;
}

bool gets_its_address_later(std::uint16_t number) { return number == SYS_socket; }

}  // namespace

void open_exit(CallContext& c) {
  c.add(c.string_at(c.reg(path_is_first(c.call.number) ? 0 : 1)));
  c.add(c.failed() ? ObjectId{} : c.objects.existing(c.process.owner(), static_cast<int>(c.result)));
}

void created_object_exit(CallContext& c) {
  if (c.failed()) return c.add(ObjectId{});
  const int fd = static_cast<int>(c.result);
  if (gets_its_address_later(c.call.number)) c.process.unnamed_sockets.insert(fd);
  c.add(refers_to_existing(c) ? c.objects.existing(c.process.owner(), fd) : c.objects.created(c.process.owner(), fd));
}

void pipe_exit(CallContext& c) {
  struct Ends {
    int read, write;
  };
  const auto ends = c.failed() ? std::nullopt : c.memory.read<Ends>(c.reg(0));
  if (!ends) return;
  c.add(ends->read);
  c.add(ends->write);
  c.add(c.objects.created(c.process.owner(), ends->read));
}

void lock_entry(CallContext& c) {
  if (!hook_fcntl_locks(static_cast<std::uint32_t>(c.reg(1)))) return;
  const auto lock = c.memory.read<struct flock>(c.reg(2));
  if (!lock) return c.unknown();
  lock_details(c, *lock);
}

void lock_details(CallContext& c, const struct flock& lock) {
  for (const std::int64_t value :
       {std::int64_t{lock.l_type}, std::int64_t{lock.l_whence}, std::int64_t{lock.l_start}, std::int64_t{lock.l_len}})
    c.add(value);
}

void fcntl_exit(CallContext& c) {
  if (static_cast<int>(c.reg(1)) == F_SETPIPE_SZ && !c.failed()) c.objects.refresh(c.process.owner(), c.fd(0));
}

// A ring exists only with --allow-io-uring, or when it was inherited.
void io_uring_exit(CallContext& c) {
  if (!c.failed()) c.sink.lose("io_uring: what goes through a ring (rings)");
  created_object_exit(c);
}

void io_uring_submitted(CallContext& c) {
  if (c.result > 0) c.sink.lose("io_uring: operations submitted", static_cast<std::uint64_t>(c.result));
}

}  // namespace simrec::record::decode_files
