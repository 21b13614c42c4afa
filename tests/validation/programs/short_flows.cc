// short_flows server PORT | client HOST PORT FLOWS: four threads open a connection for every request; a fifth of
// the answers have 40 kB, the others 2 kB.
#include <cstring>
#include <thread>
#include <vector>

#include "tcp.h"

static int serve(const char* port) {
  const int from = listen_on(port);
  std::vector<char> answer(40000);
  for (;;) {
    const int fd = accept(from, nullptr, nullptr);
    std::uint32_t bytes = 0;
    if (read_all(fd, &bytes, sizeof bytes)) write_all(fd, answer.data(), bytes);
    close(fd);
  }
}

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "server") == 0) return serve(argv[2]);
  if (argc != 5) return 2;
  const int flows = std::atoi(argv[4]) / 4;
  auto ask = [&] {
    std::vector<char> answer(40000);
    for (int i = 0; i < flows; ++i) {
      const std::uint32_t bytes = i % 5 == 0 ? 40000 : 2000;
      const int fd = connect_to(argv[2], argv[3]);
      write_all(fd, &bytes, sizeof bytes);
      check(read_all(fd, answer.data(), bytes), "read");
      close(fd);
    }
  };
  std::vector<std::thread> clients;
  for (int t = 0; t < 4; ++t) clients.emplace_back(ask);
  for (std::thread& t : clients) t.join();
}
