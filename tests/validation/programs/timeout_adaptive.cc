// timeout_adaptive server PORT | client HOST PORT ITEMS: the client asks for items in batches; if the answer takes
// longer than 8 ms it doubles the batch (to 64), else it halves it. On a slow network it behaves differently.
#include <poll.h>

#include <cstring>
#include <vector>

#include "tcp.h"

static int serve(const char* port) {
  const int from = listen_on(port);
  const int fd = accept(from, nullptr, nullptr), one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  std::uint32_t items = 0;
  std::vector<char> answer(64 * 200);
  while (read_all(fd, &items, sizeof items)) {
    volatile std::uint64_t x = 88172645463325252ULL;
    for (std::uint32_t i = 0; i < items * 20000; ++i) x = x * 6364136223846793005ULL + 1;
    write_all(fd, answer.data(), items * 200);
  }
  return 0;
}

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "server") == 0) return serve(argv[2]);
  if (argc != 5) return 2;
  const int fd = connect_to(argv[2], argv[3]);
  std::vector<char> answer(64 * 200);
  std::uint32_t left = static_cast<std::uint32_t>(std::atoi(argv[4])), batch = 1, late = 0;
  while (left > 0) {
    const std::uint32_t items = batch < left ? batch : left;
    write_all(fd, &items, sizeof items);
    pollfd ready{fd, POLLIN, 0};
    const bool timed_out = poll(&ready, 1, 8) == 0;
    late += timed_out;
    check(read_all(fd, answer.data(), items * 200), "read");
    left -= items;
    batch = timed_out ? (batch < 64 ? 2 * batch : 64) : (batch > 1 ? batch / 2 : 1);
  }
  std::printf("late %u\n", late);
}
