// poll, select, epoll: they wait for nothing themselves, what is consumed afterwards does.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "replayer/compile/bytes.h"
#include "replayer/compile/handlers.h"

namespace simrec::replay::causal {
namespace {

bool has_descriptor_list(std::uint16_t kind) {
  return kind == SYS_poll || kind == SYS_ppoll || kind == SYS_select || kind == SYS_pselect6;
}

/// Looking through a server's thousand connections at each poll would cost more than it tells.
constexpr std::size_t kMostCandidates = 64;

struct Found {
  Op op;
  CausePoint by;
};

/// What made the object readable while the call slept, if a traced thread did.
std::optional<Found> made_ready(Context& c, const Call& call, ObjectId object) {
  if (auto it = c.eventfds.find(object.value); it != c.eventfds.end())
    for (const EventCounter::Write& w : it->second.writes)
      if (w.entry > call.event.entry_ns)
        return Found{{OpKind::wait, Cause::sync, kWoke, w.token.value, 0}, c.tokens.cause(w.token)};
  const std::uint32_t in = c.channels.ends(object).in_plus_one;
  if (!in) return std::nullopt;
  const std::int64_t cursor = c.channels.first_write_after(in - 1, call.event.entry_ns);
  const Channel& ch = c.channels[in - 1];
  if (!cursor && ch.finished && ch.finished_at > call.event.entry_ns)
    return Found{{OpKind::recv_end, Cause::network, kWoke, in - 1, 0}, ch.finisher};  // the peer hung up
  if (!cursor) return std::nullopt;
  return Found{{OpKind::recv, Cause::network, kWoke, in - 1, cursor}, c.channels.sender_of(in - 1, cursor)};
}

/// What a poll that slept waited for if its thread consumes nothing afterwards (another thread does): the
/// first write to what it watched, else a wait as long as recorded.
Found otherwise(Context& c, const Call& call) {
  std::optional<Found> best;
  const auto look = [&](ObjectId object) {
    const auto found = made_ready(c, call, object);
    if (found && (!best || found->by.time < best->by.time)) best = found;
  };
  if (has_descriptor_list(call.event.kind)) {
    for (std::size_t i = call.extra + 2; i + 1 < call.event.arguments.size() && i < 2 * kMostCandidates; i += 2)
      look(c.descriptors[c.descriptors.find(call.process, call.event.argument(i))].object);
  } else if (auto set = c.epoll_sets.find(call.object.value);
             set != c.epoll_sets.end() && set->second.size() <= kMostCandidates) {
    for (ObjectId object : set->second) look(object);
  }
  return best ? *best
              : Found{{OpKind::sleep, Cause::network, kWoke | kOutside, 0, call.blocked}, {call.thread, kGenuineWait}};
}

/// The thread begins to ask for room: it has something to write there.
void begins_to_ask(ThreadState& t, const Ends& ends) {
  if (ends.connecting) return;  // that is what it asks for
  if (const auto source = source_of(ends))
    t.polled.wishes.push_back({static_cast<std::uint32_t>(t.emit.ops.size()), *source});
}

/// Edge-triggered epoll tells of room without anybody having waited for it.
bool asks_for_room(std::int64_t events) { return (events & EPOLLOUT) && !(events & EPOLLET); }

/// epoll is told what to watch for.
void note_wish(Context& c, const Call& call, ObjectId watched) {
  std::int64_t& events = c.interest(call.object, watched);
  const bool asked = asks_for_room(std::exchange(events, call.extra_argument(0)));
  if (!asked && asks_for_room(events)) begins_to_ask(c.state(call), c.channels.ends(watched));
}

void epoll_ctl_entry(Context& c, Call& call) {
  constexpr std::int64_t kAdd = 1, kDelete = 2;  // EPOLL_CTL_ADD, EPOLL_CTL_DEL
  const ObjectId watched = c.descriptors[c.descriptors.find(call.process, call.event.argument(2))].object;
  if (call.event.argument(1) != kDelete) c.epoll_data[call.object.value][call.extra_argument(1)] = watched;
  auto& set = c.epoll_sets[call.object.value];
  if (call.event.argument(1) == kAdd) set.push_back(watched);
  if (call.event.argument(1) == kDelete) std::erase(set, watched);
  note_wish(c, call, watched);
}

bool watches_one(Context& c, const Call& call) {
  if (has_descriptor_list(call.event.kind)) return call.extra_argument(1) == 1;
  const auto set = c.epoll_sets.find(call.object.value);
  return set != c.epoll_sets.end() && set->second.size() == 1;
}

/// What poll() tells of an object. Of room it tells only if it was asked: whoever did not ask `before` has begun to.
void note_room(Context& c, const Call& call, ObjectId object, std::int64_t events,
               const std::vector<ObjectId>& before) {
  if (!(events & POLLOUT)) return;
  ThreadState& t = c.state(call);
  t.had_room.push_back(object);
  const bool waited_for_it = call.blocked || (events & POLLIN);
  if (!waited_for_it && std::ranges::find(before, object) == before.end()) begins_to_ask(t, c.channels.ends(object));
}

/// What a poll reported, beside what note_ready() notes.
struct Reported {
  std::vector<ObjectId> made;  ///< have been connecting until now
  Op unread;                   ///< if it did not sleep, the first one that has something to read; else an exit op
};

/// A receive of the next byte of what has been sent and not read; an exit op if there is none, or no such channel.
Op next_byte(Context& c, std::uint32_t channel_plus_one) {
  if (!channel_plus_one) return {};
  const Channel& in = c.channels[channel_plus_one - 1];
  if (in.sent <= in.consumed) return {};
  const Cause cause = in.transport == Transport::tcp ? Cause::network : Cause::sync;
  return {OpKind::recv, cause, 0, channel_plus_one - 1, in.consumed + 1};
}

/// Notes which sources the poll reported, for event_loops.h.
Reported note_ready(Context& c, const Call& call) {
  PolledSources& polled = c.state(call).polled;
  Reported reported;
  const auto add = [&](ObjectId object) {
    if (c.object(object).kind == ObjectKind::eventfd) polled.sources.push_back(object.value | kEventSource);
    const Ends& ends = c.channels.ends(object);
    if (ends.connecting) reported.made.push_back(object);
    if (!call.blocked && reported.unread.kind == OpKind::exit) reported.unread = next_byte(c, ends.in_plus_one);
    if (ends.link_plus_one) polled.sources.push_back(ends.link_plus_one - 1);
    for (const std::uint32_t channel : {ends.in_plus_one, ends.out_plus_one})
      if (!ends.link_plus_one && channel) polled.sources.push_back((channel - 1) | kStreamSource);
  };
  const std::span<const std::int64_t> arguments = call.event.arguments;
  c.state(call).last_epoll = has_descriptor_list(call.event.kind) ? ObjectId{} : call.object;
  if (has_descriptor_list(call.event.kind)) {
    const std::vector<ObjectId> had_room = std::exchange(c.state(call).had_room, {});
    for (std::size_t i = call.extra + 2; i + 1 < arguments.size(); i += 2) {
      const ObjectId object = c.descriptors[c.descriptors.find(call.process, arguments[i])].object;
      note_room(c, call, object, arguments[i + 1], had_room);
      add(object);
    }
  } else {
    const auto& objects = c.epoll_data[call.object.value];
    for (std::size_t i = call.extra + 1; i < arguments.size(); ++i)
      if (const auto found = objects.find(arguments[i]); found != objects.end()) add(found->second);
  }
  polled.marks.push_back({static_cast<std::uint32_t>(c.emit(call).ops.size()),
                          static_cast<std::uint32_t>(polled.sources.size()), call.event.exit_ns, watches_one(c, call)});
  return reported;
}

void note_poller(Context& c, const Call& call) {
  const auto [it, first] = c.pollers.try_emplace(call.object.value, call.thread);
  if (first || it->second == call.thread) return;
  const bool same_process = c.trace.tables.threads()[it->second].process.value == call.process;
  c.processes[call.process].shares_connections = c.processes[call.process].shares_connections || same_process;
}

/// An event loop that looks around comes round again. (Looks at one socket, or at other ones, are something else.)
void found_nothing(Context& c, const Call& call) {
  ThreadState& t = c.state(call);
  const ObjectId polled = has_descriptor_list(call.event.kind) ? ObjectId{} : call.object;
  if (t.polled.marks.empty() || polled.value != t.last_epoll.value || watches_one(c, call)) return;
  const auto next = static_cast<std::uint32_t>(t.emit.ops.size());
  auto& idle = t.polled.idle;
  if (idle.size() < 2 || idle[idle.size() - 2] != next) idle.push_back(next);
}

void poll_exit(Context& c, Call& call) {
  ThreadState& t = c.state(call);
  if (!has_descriptor_list(call.event.kind)) note_poller(c, call);
  const Ns timeout = call.extra_argument(0, -1);
  const bool watches_nothing = has_descriptor_list(call.event.kind) && call.extra_argument(1) == 0;
  const Ns cpu = call.cpu;
  if (call.result() == 0 && timeout == 0) {
    call.cpu = 0;
    t.emit.spin(cpu);
    found_nothing(c, call);
  } else if (call.result() == 0) {
    unexplained_poll(c, t);
    if (watches_nothing) return absolute_sleep(c, call, timeout);
    genuine_wait(c, call);
    call.cpu = 0;
    c.counts.add(Count::expired_timeouts);
    t.timeouts.expired();
    t.keeps_time = true;
    t.emit.poll_expired(timeout, cpu);
  } else if (call.result() > 0) {
    if (call.blocked) unexplained_poll(c, t);
    call.cpu = 0;
    t.timeouts.found_something();
    const Reported reported = note_ready(c, call);
    const Found found = call.blocked ? otherwise(c, call) : Found{reported.unread, {}};
    t.emit.poll_ready(cpu, call.blocked, found.op);
    if (call.blocked) t.sleeping_poll_plus_one = call.index + 1;
    if (call.blocked && timeout > 0) t.timeouts.ended_in_time(timeout);
    t.poll_cause = found.by;
    for (const ObjectId object : reported.made) connection_made(c, call, object);
  } else if (call.result() == -EINTR) {
    unexplained_poll(c, t);
    t.emit.mark_polled();
    interrupted(c, call);
  }
}

constexpr HandlerRow kRows[] = {
    {SYS_poll, nullptr, poll_exit},         {SYS_ppoll, nullptr, poll_exit},
    {SYS_select, nullptr, poll_exit},       {SYS_pselect6, nullptr, poll_exit},
    {SYS_epoll_wait, nullptr, poll_exit},   {SYS_epoll_pwait, nullptr, poll_exit},
    {SYS_epoll_pwait2, nullptr, poll_exit}, {SYS_epoll_ctl, epoll_ctl_entry, nullptr},
};

}  // namespace

std::span<const HandlerRow> poll_handlers() { return kRows; }

}  // namespace simrec::replay::causal
