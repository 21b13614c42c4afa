// socketpair, connect, accept, setsockopt, shutdown.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <utility>

#include "replayer/compile/bytes.h"
#include "replayer/compile/handlers.h"

namespace simrec::replay::causal {
namespace {

void install(Context& c, Call& call, std::int64_t fd, ObjectId object, std::int64_t type_flags) {
  c.descriptors.install(call.process, fd, c.descriptors.create(object, kReads | kWrites),
                        (type_flags & SOCK_CLOEXEC) != 0, c.dead);
  close_descriptions(c, call, call.event.exit_ns);
}

void socketpair_exit(Context& c, Call& call) {
  if (call.result() < 0) return;
  const ObjectId a{static_cast<std::uint32_t>(call.extra_argument(2))},
      b{static_cast<std::uint32_t>(call.extra_argument(3))};
  if (!a.value || !b.value) return;
  c.channels.pair(a, b);
  install(c, call, call.extra_argument(0), a, call.event.argument(1));
  install(c, call, call.extra_argument(1), b, call.event.argument(1));
}

std::optional<Transport> stream_transport(ObjectKind kind) {
  if (kind == ObjectKind::tcp) return Transport::tcp;
  if (kind == ObjectKind::unixStream || kind == ObjectKind::unixSeqpacket) return Transport::unixSocket;
  return std::nullopt;
}

bool begins(std::int64_t result) { return result == 0 || result == -EINPROGRESS || result == -EINTR; }

void connect_entry(Context& c, Call& call) {
  const auto transport = stream_transport(c.object(call.object).kind);
  if (!transport || !begins(call.result()) || c.channels.ends(call.object).link_plus_one) return;
  c.channels.connect(call.object, *transport, call.thread, call.event.entry_ns);
  c.link_causes.push_back({call.thread, call.event.entry_ns});
}

void connect_exit(Context& c, Call& call) {
  if (!stream_transport(c.object(call.object).kind)) return;
  const Ends& ends = c.channels.ends(call.object);
  if (!begins(call.result()) || !ends.link_plus_one) {
    if (call.result() < 0 && call.result() != -EALREADY && call.result() != -EISCONN)
      c.counts.add(Count::failed_connects);
    return external_wait(c, call, Cause::network);
  }
  const bool nonblocking = call.result() != 0;
  if (c.channels.links()[ends.link_plus_one - 1].started != call.event.entry_ns) {  // asked again
    if (!nonblocking) connection_made(c, call, call.object);
    return;
  }
  c.channels.ends(call.object).connecting = nonblocking;
  if (nonblocking) c.channels[ends.out_plus_one - 1].awaiting_room = true;
  const Ns blocked = call.blocked;
  // A Unix or loopback connect does its work before it returns; the handshake starts with the call.
  const std::uint32_t op =
      emit_cause(c, call,
                 {OpKind::connect, Cause::network, static_cast<std::uint16_t>(nonblocking ? kNonblocking : 0),
                  ends.link_plus_one - 1, 0});
  if (blocked) c.state(call).conditional.push_back({op, blocked});
}

/// An accepted socket begins with what its listener was told.
void inherit_options(Ends& server, const Ends& listener) {
  server.no_delay = listener.no_delay;
  server.lingers = listener.lingers;
}

void accept_exit(Context& c, Call& call) {
  if (call.result() == -EAGAIN) {
    c.counts.add(Count::eagain);
    c.emit(call).spin(call.cpu);
    call.cpu = 0;
    return;
  }
  if (call.result() == -EINTR) return interrupted(c, call);
  if (call.result() < 0) return;
  const ObjectId server{static_cast<std::uint32_t>(call.extra_argument(0))};
  if (server.value) inherit_options(c.channels.ends(server), c.channels.ends(call.object));
  const std::uint32_t link = server.value ? c.channels.accept(server, call.object, call.thread) : 0;
  if (link) {
    emit_wait(c, call, {OpKind::accept, Cause::network, 0, link - 1, 0}, c.link_causes[link - 1]);
  } else {
    external_wait(c, call, Cause::network);
  }
  install(c, call, call.result(), server, call.event.kind == SYS_accept4 ? call.event.argument(1) : 0);
}

void shutdown_entry(Context& c, Call& call) {
  if (call.result() < 0 || call.event.argument(1) == SHUT_RD) return;
  const std::uint32_t out = c.channels.ends(call.object).out_plus_one;
  if (out) finish_channel(c, call, out - 1, call.event.entry_ns);
}

/// Later than this after a write it was not meant for what that wrote.
constexpr Ns kRightBehindNs = 1'000'000;

/// TCP_NODELAY sends what Nagle's algorithm holds back (tcp(7)). Programs set it for that at the end of an answer,
/// right behind the write (dovecot, nginx).
void set_no_delay(Context& c, const Call& call, bool on) {
  Ends& ends = c.channels.ends(call.object);
  ends.no_delay = on;
  if (!on || !ends.out_plus_one) return;
  const std::optional<SendOp>& latest = c.channels[ends.out_plus_one - 1].latest_send;
  if (!latest || call.event.entry_ns - latest->ended > kRightBehindNs) return;
  c.threads[latest->thread].emit.ops[latest->index].flags &= static_cast<std::uint16_t>(~kNagle);
}

void setsockopt_entry(Context& c, Call& call) {
  if (!call.object.value) return;
  const std::int64_t level = call.event.argument(1), option = call.event.argument(2);
  const bool on = call.extra_argument(0) != 0;
  if (level == IPPROTO_TCP && option == TCP_NODELAY) set_no_delay(c, call, on);
  if (level == SOL_SOCKET && option == SO_LINGER) c.channels.ends(call.object).lingers = on;
}

constexpr HandlerRow kRows[] = {
    {SYS_socketpair, nullptr, socketpair_exit},  {SYS_connect, connect_entry, connect_exit},
    {SYS_accept, nullptr, accept_exit},          {SYS_accept4, nullptr, accept_exit},
    {SYS_setsockopt, setsockopt_entry, nullptr}, {SYS_shutdown, shutdown_entry, nullptr},
};

}  // namespace

std::span<const HandlerRow> socket_handlers() { return kRows; }

void connection_made(Context& c, Call& call, ObjectId client) {
  Ends& ends = c.channels.ends(client);
  if (!std::exchange(ends.connecting, false)) return;
  emit_wait(c, call, {OpKind::send, Cause::network, 0, ends.out_plus_one - 1, 0}, {});
}

}  // namespace simrec::replay::causal
