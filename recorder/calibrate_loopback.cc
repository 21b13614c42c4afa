#include <sys/socket.h>

#include <thread>
#include <utility>
#include <vector>

#include "recorder/calibrate_host.h"
#include "recorder/calibrate_sample.h"
#include "recorder/calibrate_socket.h"

namespace simrec::record {
namespace {

/// Polls until a byte is there; false when the connection ended or nothing came for a second.
/// The last (successful) receive's duration goes to `call_ns`.
/// `yielding`: the other end runs on the same core.
bool poll_byte(int fd, bool yielding, double& call_ns) {
  const Ns deadline = now_ns() + 1'000'000'000;
  char byte = 0;
  for (;;) {
    const Ns start = now_ns();
    const ssize_t n = ::recv(fd, &byte, 1, MSG_DONTWAIT);
    if (n == 1) {
      call_ns = static_cast<double>(now_ns() - start);
      return true;
    }
    if (n == 0 || start > deadline) return false;
    if (yielding) sched_yield();
  }
}

Ns latency(const FileDescriptor& here, const FileDescriptor& there, int my_core, int other_core) {
  constexpr int kTrips = 300;
  std::thread echo([&] {
    PinnedToCore pinned(other_core);
    double unused = 0;
    for (int i = 0; i < kTrips; ++i)
      if (!poll_byte(there.get(), my_core == other_core, unused) || ::send(there.get(), "x", 1, MSG_NOSIGNAL) != 1)
        break;
  });
  PinnedToCore pinned(my_core);
  std::vector<double> one_way;
  for (int i = 0; i < kTrips; ++i) {
    double receive_ns = 0;
    const Ns start = now_ns();
    if (::send(here.get(), "x", 1, MSG_NOSIGNAL) != 1) break;
    const auto send_ns = static_cast<double>(now_ns() - start);
    if (!poll_byte(here.get(), my_core == other_core, receive_ns)) break;
    one_way.push_back(static_cast<double>(now_ns() - start) / 2 - send_ns - receive_ns);
  }
  echo.join();
  return std::max<Ns>(0, to_ns(median(one_way)));
}

double bandwidth(const FileDescriptor& here, const FileDescriptor& there, int my_core, int other_core) {
  constexpr std::size_t kChunk = 128 * 1024, kTotal = 32 * 1024 * 1024;
  std::thread reader([&] {
    PinnedToCore pinned(other_core);
    std::vector<char> buffer(kChunk);
    std::size_t got = 0;
    while (got < kTotal) {
      const ssize_t n = ::recv(there.get(), buffer.data(), buffer.size(), 0);
      if (n <= 0) return;
      got += static_cast<std::size_t>(n);
    }
    (void)!::send(there.get(), "x", 1, MSG_NOSIGNAL);
  });
  PinnedToCore pinned(my_core);
  const std::vector<char> buffer(kChunk);
  const Ns start = now_ns();
  std::size_t sent = 0;
  while (sent < kTotal) {
    const ssize_t n = ::send(here.get(), buffer.data(), buffer.size(), MSG_NOSIGNAL);
    if (n <= 0) break;
    sent += static_cast<std::size_t>(n);
  }
  char byte = 0;
  const bool whole = sent == kTotal && ::recv(here.get(), &byte, 1, 0) == 1;
  const Ns elapsed = now_ns() - start;
  if (!whole) ::shutdown(here.get(), SHUT_RDWR);
  reader.join();
  return whole && elapsed > 0 ? static_cast<double>(kTotal) * 1e9 / static_cast<double>(elapsed) : 0;
}

}  // namespace

Loopback measure_loopback() {
  const auto [here, there] = connected_pair();
  const std::vector<int> cores = allowed_cores();
  if (!here || !there || cores.empty()) return {};
  Loopback result;
  result.latency_ns = latency(here, there, cores.front(), cores.back());
  result.bandwidth_bytes_per_s = bandwidth(here, there, cores.front(), cores.back());
  return result;
}

}  // namespace simrec::record
