// Timeouts, timers, poll and epoll. All times are made relative to the call's entry.
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>

#include <algorithm>
#include <array>

#include "recorder/clocks.h"
#include "recorder/decoder.h"

namespace simrec::record::decode_waiting {
namespace {

enum class Unit : std::uint8_t { milliseconds, timespec_pointer, timeval_pointer };

/// Where a call has its timeout.
struct TimeoutPlace {
  std::uint16_t number;
  std::uint8_t reg;
  Unit unit;
};

constexpr TimeoutPlace kTimeouts[] = {
    {SYS_nanosleep, 0, Unit::timespec_pointer},
    {SYS_clock_nanosleep, 2, Unit::timespec_pointer},
    {SYS_epoll_wait, 3, Unit::milliseconds},
    {SYS_epoll_pwait, 3, Unit::milliseconds},
    {SYS_epoll_pwait2, 3, Unit::timespec_pointer},
    {SYS_rt_sigtimedwait, 2, Unit::timespec_pointer},
    {SYS_poll, 2, Unit::milliseconds},
    {SYS_ppoll, 2, Unit::timespec_pointer},
    {SYS_select, 4, Unit::timeval_pointer},
    {SYS_pselect6, 4, Unit::timespec_pointer},
};

Ns timeout_of(CallContext& c) {
  const auto* place = std::ranges::find(kTimeouts, c.call.number, &TimeoutPlace::number);
  if (place == std::end(kTimeouts)) return -1;
  const std::uint64_t value = c.reg(place->reg);
  switch (place->unit) {
    case Unit::milliseconds:
      return static_cast<int>(value) < 0 ? -1 : static_cast<int>(value) * Ns{1'000'000};
    case Unit::timespec_pointer: {
      const auto time = c.memory.read<timespec>(value);
      return time ? to_ns(*time) : -1;
    }
    case Unit::timeval_pointer: {
      const auto time = c.memory.read<timeval>(value);
      return time ? to_ns(*time) : -1;
    }
  }
  return -1;
}

bool is_select(std::uint16_t number) { return number == SYS_select || number == SYS_pselect6; }

constexpr std::array<short, 3> kSetEvents = {POLLIN, POLLOUT, POLLPRI};  // what each set of select(2) waits for

/// The sets of a select call, with nothing in them behind its last descriptor.
class SelectSets {
 public:
  explicit SelectSets(const CallContext& c) {
    const std::size_t descriptors = std::min<std::size_t>(static_cast<std::uint32_t>(c.reg(0)), 1 << 20);
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      bits_[i] = c.memory.read_array<std::uint64_t>(c.reg(i + 1), (descriptors + 63) / 64);
      if (descriptors % 64 != 0 && !bits_[i].empty()) bits_[i].back() &= (std::uint64_t{1} << (descriptors % 64)) - 1;
    }
  }
  operator DescriptorSets() const { return {bits_[0], bits_[1], bits_[2]}; }

 private:
  std::array<std::vector<std::uint64_t>, 3> bits_;
};

/// Revents of descriptor `fd` in select's sets.
short select_events(const DescriptorSets& sets, std::size_t fd) {
  short events = 0;
  for (std::size_t i = 0; i < sets.size(); ++i)
    if (fd / 64 < sets[i].size() && (sets[i][fd / 64] >> (fd % 64) & 1) != 0)
      events = static_cast<short>(events | kSetEvents[i]);
  return events;
}

template <class Visit>
void for_each_selected(const DescriptorSets& sets, Visit&& visit) {
  const std::size_t words = std::max({sets[0].size(), sets[1].size(), sets[2].size()});
  for (std::size_t fd = 0; fd < words * 64; ++fd)
    if (const short events = select_events(sets, fd)) visit(static_cast<int>(fd), events);
}

}  // namespace

void timeout_entry(CallContext& c) {
  Ns timeout = timeout_of(c);
  if (c.call.number == SYS_clock_nanosleep && (c.reg(1) & TIMER_ABSTIME) != 0)
    timeout = relative_to_now(timeout, static_cast<clockid_t>(c.reg(0)));
  c.add(timeout);
}

void poll_entry(CallContext& c) {
  c.add(timeout_of(c));
  std::int64_t watched = static_cast<std::int64_t>(c.reg(1));
  if (is_select(c.call.number)) {
    watched = 0;
    for_each_selected(SelectSets(c), [&](int, short) { ++watched; });
  }
  c.add(watched);
}

void add_selected(CallContext& c, const DescriptorSets& sets) {
  for_each_selected(sets, [&](int fd, short events) { c.add(fd), c.add(events); });
}

void poll_exit(CallContext& c) {
  if (c.result <= 0) return;
  if (is_select(c.call.number)) return add_selected(c, SelectSets(c));
  for (const pollfd& entry : c.memory.read_array<pollfd>(c.reg(0), c.reg(1))) {
    if (entry.revents == 0) continue;
    c.add(entry.fd);
    c.add(entry.revents);
  }
}

void epoll_exit(CallContext& c) {
  if (c.result <= 0) return;
  for (const epoll_event& event : c.memory.read_array<epoll_event>(c.reg(1), static_cast<std::size_t>(c.result)))
    c.add(static_cast<std::int64_t>(event.data.u64));
}

void epoll_ctl_entry(CallContext& c) {
  const auto event = c.fd(1) == EPOLL_CTL_DEL ? std::nullopt : c.memory.read<epoll_event>(c.reg(3));
  c.add(event ? std::int64_t{event->events} : 0);
  c.add(event ? static_cast<std::int64_t>(event->data.u64) : 0);
}

void timer_entry(CallContext& c) {
  if (c.call.number == SYS_alarm) {
    c.add(static_cast<Ns>(static_cast<std::uint32_t>(c.reg(0))) * 1'000'000'000);
    return c.add(std::int64_t{0});
  }
  if (c.call.number == SYS_setitimer) {
    const auto value = c.memory.read<itimerval>(c.reg(1));
    c.add(value ? to_ns(value->it_value) : 0);
    return c.add(value ? to_ns(value->it_interval) : 0);
  }
  const auto value = c.memory.read<itimerspec>(c.reg(2));
  if (!value) c.unknown();
  Ns first = value ? to_ns(value->it_value) : 0;
  if ((c.reg(1) & TIMER_ABSTIME) != 0 && first != 0) first = std::max<Ns>(1, relative_to_now(first));
  c.add(first);
  c.add(value ? to_ns(value->it_interval) : 0);
}

}  // namespace simrec::record::decode_waiting
