// read, write, send, recv, sendfile, splice and their kin; fsync.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "replayer/compile/bytes.h"
#include "replayer/compile/handlers.h"
#include "replayer/compile/unseen_requests.h"
#include "replayer/program/delayed_acknowledgement.h"

namespace simrec::replay::causal {
namespace {

bool is_disk(ObjectKind kind) {
  return kind == ObjectKind::file || kind == ObjectKind::directory || kind == ObjectKind::device;
}

std::int64_t message_flags(const Event& e) {
  switch (e.kind) {
    case SYS_recvfrom:
    case SYS_sendto:
      return e.argument(2);
    case SYS_recvmsg:
    case SYS_sendmsg:
    case SYS_recvmmsg:
    case SYS_sendmmsg:
      return e.argument(1);
    default:
      return 0;
  }
}

bool finds_nobody(std::int64_t result) { return result == -EPIPE || result == -ECONNRESET; }

/// Bytes a call moved (the mmsg calls return a number of messages instead).
std::int64_t bytes_moved(const Call& call) {
  if (call.event.kind != SYS_sendmmsg && call.event.kind != SYS_recvmmsg) return call.result();
  if (call.result() <= 0) return call.result();
  std::int64_t sum = 0;
  for (std::size_t i = call.extra; i < call.event.arguments.size(); ++i) sum += call.event.argument(i);
  return std::max<std::int64_t>(sum, 1);
}

const std::string& address_of(Context& c, const Call& call) {
  static const std::string kNone;
  const bool has_address = call.event.kind == SYS_sendto || call.event.kind == SYS_recvfrom ||
                           call.event.kind == SYS_sendmsg || call.event.kind == SYS_recvmsg;
  return has_address ? c.string(call.extra_argument(0)) : kNone;
}

bool waited_for_device(const Context& c, const Call& call) { return call.blocked >= c.options.disk_wait_threshold_ns; }

/// `bytes` that the device moves for a call; how long it waited while recording is kept for hosts without a disk.
void device_io(Context& c, Call& call, std::int64_t bytes, bool write) {
  if (!waited_for_device(c, call) && bytes <= 0) return;
  const Object& o = c.object(call.object);
  c.program.ios.push_back({std::max<std::int64_t>(bytes, 0), write, c.string(o.path.value)});
  if (call.blocked > 0) genuine_wait(c, call);
  const auto flags = static_cast<std::uint16_t>(call.blocked > 0 ? kWoke : 0);
  const Op op{OpKind::io, Cause::disk, flags, static_cast<std::uint32_t>(c.program.ios.size() - 1), call.blocked};
  const Ns half = call.cpu / 2;
  c.emit(call).compute(half);
  c.emit(call).cause(op);
  call.cpu -= half;
}

void read_file(Context& c, Call& call, std::int64_t bytes) {
  const auto file_bytes = static_cast<std::int64_t>(c.object(call.object).size_bytes);
  const bool waited = call.blocked >= FileCache::kColdRead;
  device_io(c, call, c.files.read(call.object, bytes, waited, file_bytes), false);
}

void write_file(Context& c, Call& call, std::int64_t bytes) {
  if (waited_for_device(c, call)) return device_io(c, call, bytes, true);
  if (bytes > 0) c.files.wrote(call.object, bytes);
}

/// Several processes that read through one description of a file depend on each other's offset.
void note_shared_offset(Context& c, const Call& call) {
  Description& d = c.descriptors[call.description];
  if (!d.reader_plus_one) {
    d.reader_plus_one = call.process + 1;
  } else if (d.reader_plus_one != call.process + 1) {
    c.sharing.together(d.reader_plus_one - 1, call.process, "they read a file through one shared offset");
  }
}

void receive_datagrams(Context& c, Call& call) {
  const bool several = call.event.kind == SYS_recvmmsg;
  const std::string& source = address_of(c, call);
  std::optional<Datagrams::Sent> last;
  const std::int64_t n = several ? call.result() : 1;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t bytes = several ? call.extra_argument(static_cast<std::size_t>(i)) : call.result();
    const auto got = c.datagrams.receive(call.object, source, bytes, call.thread, call.event.entry_ns);
    if (!got) continue;
    emit_wait(c, call, {OpKind::recv, Cause::network, 0, got->channel, got->end},
              c.channels.sender_of(got->channel, got->end));
    last = got;
  }
  if (!last) external_read(c, call, Cause::network);
}

void send_datagrams(Context& c, Call& call) {
  const bool several = call.event.kind == SYS_sendmmsg;
  const std::int64_t n = several ? call.result() : 1;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t bytes = several ? call.extra_argument(static_cast<std::size_t>(i)) : call.result();
    const auto sent = c.datagrams.send(call.object, address_of(c, call), bytes, call.thread, call.event.entry_ns);
    if (!sent) continue;
    // Emitted at entry: other calls of the thread cannot come between, and receivers may return before we do.
    c.emit(call).compute(i == 0 ? call.cpu : 0);
    if (i == 0) call.cpu = 0;
    c.emit(call).cause({OpKind::send, Cause::network, 0, sent->channel, std::max<std::int64_t>(bytes, 1)});
  }
}

bool is_datagram(const Context& c, const Call& call) {
  const ObjectKind kind = c.object(call.object).kind;
  return kind == ObjectKind::udp || kind == ObjectKind::unixDatagram;
}

void end_of_stream(Context& c, Call& call, std::uint32_t channel) {
  Channel& ch = c.channels[channel];
  const bool known = ch.has_writer || ch.finished;
  if (!known && ch.transport == Transport::pipe && ch.sent == 0) return external_read(c, call, Cause::sleep);
  const Cause cause = ch.transport == Transport::tcp ? Cause::network : Cause::sync;
  const Ns blocked = call.blocked;
  const std::uint32_t op =
      emit_wait(c, call, {OpKind::recv_end, cause, 0, channel, 0}, ch.finished ? ch.finisher : CausePoint{});
  if (!ch.finished) c.pending_ends.push_back({call.thread, op, channel, call.event.exit_ns});
  if (blocked && !ch.finished) c.state(call).conditional.push_back({op, blocked});
}

void read_entry(Context& c, Call& call) {
  const Object& o = c.object(call.object);
  if (o.kind == ObjectKind::pipe && !c.channels.ends(call.object).in_plus_one) c.channels.pipe(call.object, false);
  const std::uint32_t channel = c.channels.ends(call.object).in_plus_one;
  const std::int64_t n = bytes_moved(call);
  if (!channel || n <= 0 || (message_flags(call.event) & MSG_PEEK)) return;
  call.channel_plus_one = channel;
  c.channels.read_begins(channel - 1, n);
}

void read_exit(Context& c, Call& call) {
  const std::int64_t n = bytes_moved(call);
  if (n == -EAGAIN) {
    c.counts.add(Count::eagain);
    c.emit(call).spin(call.cpu);
    call.cpu = 0;
    return;
  }
  if (n == -EINTR) return interrupted(c, call);
  const Object& o = c.object(call.object);
  if (is_disk(o.kind)) {
    if (n >= 0 && o.kind == ObjectKind::file) note_shared_offset(c, call);
    return read_file(c, call, n);
  }
  if (o.kind == ObjectKind::eventfd) return read_eventfd(c, call);
  if (o.kind == ObjectKind::timerfd) return read_timerfd(c, call);
  if (o.kind == ObjectKind::signalfd) return read_signalfd(c, call);
  const std::uint32_t channel = c.channels.ends(call.object).in_plus_one;
  if (!channel && is_datagram(c, call) && n >= 0) return receive_datagrams(c, call);
  if (!channel) return external_read(c, call, o.kind == ObjectKind::terminal ? Cause::sleep : Cause::network);
  if (n > 0) return receive_bytes(c, call, channel - 1, n, (message_flags(call.event) & MSG_PEEK) != 0);
  const bool asked_for_nothing =
      (call.event.kind == SYS_read || call.event.kind == SYS_recvfrom) && call.event.argument(1) == 0;
  if ((n == 0 && !asked_for_nothing) || n == -ECONNRESET) end_of_stream(c, call, channel - 1);
}

void write_entry(Context& c, Call& call) {
  const std::int64_t n = bytes_moved(call);
  const Object& o = c.object(call.object);
  if (o.kind == ObjectKind::eventfd) return write_eventfd(c, call);
  if (o.kind == ObjectKind::pipe && !c.channels.ends(call.object).out_plus_one) c.channels.pipe(call.object, false);
  const std::uint32_t channel = c.channels.ends(call.object).out_plus_one;
  if (!channel) {
    if (n >= 0 && is_datagram(c, call)) send_datagrams(c, call);
    return;
  }
  if (n > 0) {
    if (call.event.kind == SYS_write && n < call.event.argument(1)) c.channels[channel - 1].awaiting_room = true;
    call.channel_plus_one = channel;
    await_unseen_request(c, call, channel - 1);
    c.channels.write_begins(channel - 1, n, call.thread, call.event.entry_ns);
  } else if (finds_nobody(n) && !c.channels[channel - 1].reader_closed &&
             !c.channels[channel - 1].broken_token_plus_one) {
    c.channels[channel - 1].broken_token_plus_one = c.tokens.add().value + 1;
  }
}

void write_exit(Context& c, Call& call) {
  const std::int64_t n = bytes_moved(call);
  if (n == -EAGAIN) {
    c.counts.add(Count::eagain);
    if (const std::uint32_t full = c.channels.ends(call.object).out_plus_one) c.channels[full - 1].awaiting_room = true;
    return;
  }
  if (n == -EINTR) return interrupted(c, call);
  const Object& o = c.object(call.object);
  if (is_disk(o.kind)) return write_file(c, call, n);
  if (call.channel_plus_one) return send_bytes(c, call, call.channel_plus_one - 1, n);
  const std::uint32_t channel = c.channels.ends(call.object).out_plus_one;
  if (channel && finds_nobody(n)) {
    Channel& ch = c.channels[channel - 1];
    ch.was_cut = true;
    // It has failed: who closes a reading end from now on is not who it waited for, that one is outside the trace.
    if (!ch.reader_closed) return external_wait(c, call, Cause::sync);
    if (ch.broken_token_plus_one) wait_token(c, call, {ch.broken_token_plus_one - 1}, Cause::sync);
    return;
  }
  if (o.kind != ObjectKind::eventfd) external_wait(c, call, Cause::network);
}

// --- Calls with two descriptors: what comes in must have arrived before it goes out.

struct TwoEnds {
  std::int64_t in_fd, out_fd;
};

TwoEnds ends_of(const Event& e) {
  return e.kind == SYS_sendfile ? TwoEnds{e.argument(1), e.argument(0)} : TwoEnds{e.argument(0), e.argument(1)};
}

ObjectId object_of(Context& c, const Call& call, std::int64_t fd) {
  return c.descriptors[c.descriptors.find(call.process, fd)].object;
}

void transfer_entry(Context& c, Call& call) {
  const TwoEnds ends = ends_of(call.event);
  const ObjectId in = object_of(c, call, ends.in_fd), out = object_of(c, call, ends.out_fd);
  for (ObjectId o : {in, out})
    if (c.object(o).kind == ObjectKind::pipe && !c.channels.ends(o).in_plus_one) c.channels.pipe(o, false);
  call.object = out;
  if (call.result() <= 0) return;
  if (const std::uint32_t to = c.channels.ends(out).out_plus_one) {
    call.channel_plus_one = to;
    c.channels.write_begins(to - 1, call.result(), call.thread, call.event.entry_ns);
  }
  if (const std::uint32_t from = c.channels.ends(in).in_plus_one; from && call.event.kind != SYS_tee)
    c.channels.read_begins(from - 1, call.result());
}

void transfer_exit(Context& c, Call& call) {
  const std::int64_t n = call.result();
  if (n == -EAGAIN) {
    c.counts.add(Count::eagain);
    c.emit(call).spin(call.cpu);
    call.cpu = 0;
    return;
  }
  if (n == -EINTR) return interrupted(c, call);
  if (const std::uint32_t to = c.channels.ends(call.object).out_plus_one; to && finds_nobody(n))
    c.channels[to - 1].was_cut = true;
  const ObjectId in = object_of(c, call, ends_of(call.event).in_fd);
  const std::uint32_t from = c.channels.ends(in).in_plus_one;
  const Ns cpu = call.cpu;
  call.cpu = 0;
  if (from && n > 0) receive_bytes(c, call, from - 1, n, call.event.kind == SYS_tee);
  if (from && n == 0) end_of_stream(c, call, from - 1);
  if (from) call.blocked = 0;  // told once
  call.cpu = cpu;
  if (call.channel_plus_one && n > 0) return send_bytes(c, call, call.channel_plus_one - 1, n);
  if (is_disk(c.object(in).kind) || is_disk(c.object(call.object).kind)) {
    if (!is_disk(c.object(call.object).kind)) call.object = in;
    if (call.object == in) return read_file(c, call, n);
    write_file(c, call, n);
  }
}

/// One that did not wait at all had no device to wait for (tmpfs).
void sync_exit(Context& c, Call& call) {
  const std::int64_t dirty = c.files.take_dirty(call.object);
  device_io(c, call, call.blocked > 0 ? dirty + FileCache::kJournalBytes : 0, true);
}

void vmsplice_entry(Context& c, Call& call) {
  if (c.descriptors[call.description].mode & kWrites) return write_entry(c, call);
  read_entry(c, call);
}

void vmsplice_exit(Context& c, Call& call) {
  if (c.descriptors[call.description].mode & kWrites) return write_exit(c, call);
  read_exit(c, call);
}

// --- Descriptors passed in messages.

void sendmsg_entry(Context& c, Call& call) {
  const std::int64_t n = call.result() >= 0 ? call.extra_argument(1) : 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(2 + 2 * i);
    const DescriptionId d = c.descriptors.find(call.process, call.extra_argument(at));
    if (!d.value) continue;
    c.descriptors.hold(d);
    c.passed[static_cast<std::uint32_t>(call.extra_argument(at + 1))].push_back(d);
  }
  write_entry(c, call);
}

void recvmsg_exit(Context& c, Call& call) {
  const std::int64_t n = call.result() >= 0 ? call.extra_argument(1) : 0;
  read_exit(c, call);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(2 + 2 * i);
    if (at + 1 >= call.event.arguments.size()) break;
    const ObjectId object{static_cast<std::uint32_t>(call.extra_argument(at + 1))};
    auto& flying = c.passed[object.value];
    const bool held = !flying.empty();
    const DescriptionId d = held ? flying.front() : c.descriptors.create(object, kModeUnknown);
    if (held) flying.erase(flying.begin());
    c.descriptors.install(call.process, call.extra_argument(at), d, (message_flags(call.event) & MSG_CMSG_CLOEXEC) != 0,
                          c.dead);
    if (held) c.descriptors.drop(d, c.dead);
  }
  close_descriptions(c, call, call.event.exit_ns);
}

constexpr HandlerRow kRows[] = {
    {SYS_read, read_entry, read_exit},
    {SYS_readv, read_entry, read_exit},
    {SYS_pread64, read_entry, read_exit},
    {SYS_preadv, read_entry, read_exit},
    {SYS_preadv2, read_entry, read_exit},
    {SYS_recvfrom, read_entry, read_exit},
    {SYS_recvmsg, read_entry, recvmsg_exit},
    {SYS_recvmmsg, read_entry, read_exit},
    {SYS_write, write_entry, write_exit},
    {SYS_writev, write_entry, write_exit},
    {SYS_pwrite64, write_entry, write_exit},
    {SYS_pwritev, write_entry, write_exit},
    {SYS_pwritev2, write_entry, write_exit},
    {SYS_sendto, write_entry, write_exit},
    {SYS_sendmsg, sendmsg_entry, write_exit},
    {SYS_sendmmsg, write_entry, write_exit},
    {SYS_sendfile, transfer_entry, transfer_exit},
    {SYS_splice, transfer_entry, transfer_exit},
    {SYS_tee, transfer_entry, transfer_exit},
    {SYS_copy_file_range, transfer_entry, transfer_exit},
    {SYS_vmsplice, vmsplice_entry, vmsplice_exit},
    {SYS_fsync, nullptr, sync_exit},
    {SYS_fdatasync, nullptr, sync_exit},
    {SYS_syncfs, nullptr, sync_exit},
    {SYS_sync, nullptr, sync_exit},
    {SYS_sync_file_range, nullptr, sync_exit},
    {SYS_msync, nullptr, sync_exit},
    {SYS_readahead, nullptr, sync_exit},
};

}  // namespace

std::span<const HandlerRow> byte_handlers() { return kRows; }

namespace {

/// Did the thread, in the call or in the poll before it, wait that long for bytes that were sent already?
bool was_held_back(Context& c, const Call& call, const CausePoint& sender) {
  if (call.blocked > 0) return std::min(call.blocked, call.event.exit_ns - sender.time) >= kDelayedAcknowledgement;
  const std::uint32_t poll_plus_one = c.state(call).sleeping_poll_plus_one;
  if (!poll_plus_one || !c.emit(call).poll_pending()) return false;
  const Event poll = c.trace.events[call.thread][poll_plus_one - 1];
  return poll.exit_ns - std::max(poll.entry_ns, sender.time) >= kDelayedAcknowledgement;
}

}  // namespace

void receive_bytes(Context& c, Call& call, std::uint32_t channel, std::int64_t bytes, bool peek) {
  Channel& ch = c.channels[channel];
  const Cause cause = ch.transport == Transport::tcp ? Cause::network : Cause::sync;
  if (peek) {
    const std::int64_t known = std::min(bytes, ch.sent - ch.consumed);
    if (known <= 0) return external_wait(c, call, cause);
    const std::int64_t cursor = ch.consumed + known;
    emit_wait(c, call, {OpKind::recv, cause, 0, channel, cursor}, c.channels.sender_of(channel, cursor));
    return;
  }
  ch.being_read -= bytes;
  const std::int64_t known = c.channels.read_ends(channel, bytes, call.thread, call.event.entry_ns);
  if (known < bytes) c.counts.add(Count::bytes_from_outside, static_cast<std::uint64_t>(bytes - known));
  if (known == 0) return external_read(c, call, cause);
  const CausePoint sender = c.channels.sender_of(channel, ch.consumed);
  const bool held_back = ch.transport == Transport::tcp && was_held_back(c, call, sender);
  emit_wait(c, call, {OpKind::recv, cause, 0, channel, ch.consumed}, sender);
  if (!held_back) return;
  c.counts.add(Count::held_back);
  c.emit(call).cause({OpKind::sleep, Cause::network, kWoke | kNagle, channel, kDelayedAcknowledgement});
}

namespace {

/// Did the thread's last poll report the call's descriptor?
bool was_reported(Context& c, const Call& call) {
  const PolledSources& polled = c.state(call).polled;
  if (polled.marks.empty()) return false;
  const std::size_t begin = polled.marks.size() > 1 ? polled.marks[polled.marks.size() - 2].end_source : 0;
  const auto source = source_of(c.channels.ends(call.object));
  return source && std::ranges::find(polled.sources.begin() + static_cast<std::ptrdiff_t>(begin), polled.sources.end(),
                                     *source) != polled.sources.end();
}

/// Can it have reported that there is room where the call writes? epoll does not say what it reports, but was asked.
bool may_have_had_room(Context& c, const Call& call) {
  const ThreadState& t = c.state(call);
  if (!t.last_epoll.value) return std::ranges::find(t.had_room, call.object) != t.had_room.end();
  return was_reported(c, call) && (c.interest(t.last_epoll, call.object) & EPOLLOUT);
}

}  // namespace

std::optional<SourceKey> source_of(const Ends& ends) {
  if (ends.link_plus_one) return ends.link_plus_one - 1;
  if (ends.out_plus_one) return (ends.out_plus_one - 1) | kStreamSource;
  return std::nullopt;
}

void send_bytes(Context& c, Call& call, std::uint32_t channel, std::int64_t bytes) {
  Channel& ch = c.channels[channel];
  c.channels.write_ends(channel);
  if (ch.transport == Transport::tcp) c.state(call).timeouts.sends();
  const Ns blocked = call.blocked;
  if (c.emit(call).poll_unsettled() && (ch.awaiting_room || may_have_had_room(c, call))) c.emit(call).poll_satisfied();
  // Full at the sender's side is half full at most, if the reader has as much room.
  const bool was_full = 4 * ch.previous_occupancy >= c.channels.capacity(ch);
  c.channels.ends(call.object).connecting = false;  // the send waits for it
  const bool refills = std::exchange(ch.awaiting_room, false) || was_full;
  const Cause cause = ch.transport == Transport::tcp ? Cause::network : Cause::sync;
  // A writer that waits for room found the stream full; one that was only pushed off its core did not.
  const bool waited_for_room = 2 * ch.latest_occupancy >= ch.kernel_capacity;
  if (blocked && waited_for_room && ch.last_read.time >= 0) c.state(call).edges.add({call.index, ch.last_read});
  const bool nagle = ch.transport == Transport::tcp && c.knows_no_delay && !c.channels.ends(call.object).no_delay;
  const auto flags = static_cast<std::uint16_t>((refills ? kRefill : 0) | (nagle ? kNagle : 0));
  const std::uint32_t op = emit_cause(c, call, {OpKind::send, cause, flags, channel, bytes});
  ch.latest_send = {call.thread, op, call.event.exit_ns};
  if (blocked && !ch.two_sided()) c.state(call).conditional.push_back({op, blocked});
}

}  // namespace simrec::replay::causal
