#include "recorder/calibrate_program.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <x86intrin.h>

#include <array>
#include <utility>

#include "recorder/calibrate_sample.h"

namespace simrec::record {
namespace {

constexpr int kWholeCalls[] = {SYS_sendto, SYS_epoll_wait, SYS_read, SYS_write, SYS_recvfrom};
constexpr int kEntryCalls[] = {SYS_epoll_ctl, SYS_close};
constexpr std::size_t kPage = 4096, kCacheLine = 64, kPages = 64;
constexpr unsigned kFunctions = 256;

/// What a burst touches: a few lines in each of many pages, as on a server's heap, and some hundred small functions.
/// After a stop both caches and the branch predictor are colder than without: that is most of what a stop costs a
/// real program beyond the stop itself.
struct WorkingSet {
  std::array<unsigned char, kPages * kPage> memory{};
  unsigned sum = 1;
};

/// One of many functions, each in cache lines of its own.
template <unsigned N>
[[gnu::noinline, gnu::aligned(64)]] void step(WorkingSet& set) {
  // Other lines in each page: the same ones would all compete for the same sets of the cache.
  constexpr std::size_t kAt = N % kPages * kPage + (N * 13) % (kPage / kCacheLine) * kCacheLine;
  set.sum = set.sum * (N | 1) + set.memory[kAt];
  set.memory[kAt] = static_cast<unsigned char>(set.sum >> 24);
  if ((set.sum & 7U) == N % 8) ++set.sum;
}

template <unsigned... N>
constexpr auto make_steps(std::integer_sequence<unsigned, N...>) {
  return std::array<void (*)(WorkingSet&), sizeof...(N)>{&step<N>...};
}

/// A burst of about a microsecond.
void burst(WorkingSet& set) {
  static constexpr auto kSteps = make_steps(std::make_integer_sequence<unsigned, kFunctions>{});
  for (unsigned i = 0; i < kFunctions; ++i) kSteps[i * 37 % kFunctions](set);
}

struct Endpoints {
  int client = -1, server = -1, epoll = -1;
  epoll_event interest{};
};

Endpoints connect_endpoints() {
  Endpoints e;
  int pair[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0) e.client = pair[0], e.server = pair[1];
  e.epoll = epoll_create1(EPOLL_CLOEXEC);
  e.interest.events = EPOLLIN;
  epoll_ctl(e.epoll, EPOLL_CTL_ADD, e.server, &e.interest);
  return e;
}

long make_call(int number, Endpoints& e, char* buffer) {
  constexpr std::size_t kRequest = 40, kReply = 5;
  switch (number) {
    case SYS_sendto:
      return syscall(SYS_sendto, e.client, buffer, kRequest, 0, nullptr, 0);
    case SYS_epoll_wait:
      return syscall(SYS_epoll_wait, e.epoll, &e.interest, 1, 0);
    case SYS_read:
      return syscall(SYS_read, e.server, buffer, 4096);
    case SYS_write:
      return syscall(SYS_write, e.server, buffer, kReply);
    case SYS_recvfrom:
      return syscall(SYS_recvfrom, e.client, buffer, 4096, 0, nullptr, nullptr);
    case SYS_epoll_ctl:
      return syscall(SYS_epoll_ctl, e.epoll, EPOLL_CTL_MOD, e.server, &e.interest);
    case SYS_close:
      return syscall(SYS_close, -1);
    default:
      return -1;
  }
}

void run_phase(std::span<const int> calls, KnownCall* notes, Endpoints& endpoints) {
  static WorkingSet set;
  char buffer[4096] = {};
  std::uint64_t last = __rdtsc();
  for (std::size_t turn = 0; turn < kTurns; ++turn) {
    for (const int number : calls) {
      burst(set);
      const std::uint64_t before = __rdtsc();
      make_call(number, endpoints, buffer);
      const std::uint64_t after = __rdtsc();
      *notes++ = {before - last, after - before};
      last = after;
    }
  }
}

}  // namespace

std::span<const int> whole_calls() { return kWholeCalls; }
std::span<const int> entry_calls() { return kEntryCalls; }

void run_known_program(KnownRun& run) {
  Endpoints endpoints = connect_endpoints();
  const Ns wall = now_ns();
  const std::uint64_t start = __rdtsc();
  run_phase(whole_calls(), run.whole, endpoints);
  run_phase(entry_calls(), run.entry, endpoints);
  run.ticks = __rdtsc() - start;
  run.wall_ns = now_ns() - wall;
}

}  // namespace simrec::record
