// Echo with Boost.Asio: "server PORT" has two threads on one io_context; "client HOST PORT N" eight connections, N
// lines each.
#include <utility>  // Boost's own headers forget it

#include <boost/asio.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <thread>

namespace asio = boost::asio;
using asio::ip::tcp;

struct Session : std::enable_shared_from_this<Session> {
  explicit Session(tcp::socket s) : socket(std::move(s)) { socket.set_option(tcp::no_delay(true)); }
  void read() {
    socket.async_read_some(asio::buffer(data), [self = shared_from_this()](auto error, std::size_t n) {
      if (!error) self->write(n);
    });
  }
  void write(std::size_t n) {
    std::sort(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(n));
    asio::async_write(socket, asio::buffer(data, n), [self = shared_from_this()](auto error, std::size_t) {
      if (!error) self->read();
    });
  }
  tcp::socket socket;
  std::array<char, 4096> data{};
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&](auto error, tcp::socket s) {
    if (!error) std::make_shared<Session>(std::move(s))->read();
    accept(acceptor);
  });
}

void run(asio::io_context& io) {
  std::thread second([&] { io.run(); });
  io.run();
  second.join();
}

struct Asker : std::enable_shared_from_this<Asker> {
  Asker(tcp::socket s, int n) : socket(std::move(s)), left(n), line(1000, 'x') {
    socket.set_option(tcp::no_delay(true));
  }
  void ask() {
    if (left-- == 0) return;
    asio::async_write(socket, asio::buffer(line), [self = shared_from_this()](auto error, std::size_t) {
      if (!error) self->listen();
    });
  }
  void listen() {
    asio::async_read(socket, asio::buffer(line), [self = shared_from_this()](auto error, std::size_t) {
      if (!error) self->ask();
    });
  }
  tcp::socket socket;
  int left;
  std::string line;
};

int main(int, char** argv) {
  asio::io_context io;
  const bool server = std::string(argv[1]) == "server";
  tcp::acceptor acceptor(io);
  if (server) {
    acceptor = tcp::acceptor(io, {tcp::v4(), static_cast<unsigned short>(std::stoi(argv[2]))});
    accept(acceptor);
  } else {
    const auto found = tcp::resolver(io).resolve(argv[2], argv[3]);
    for (int i = 0; i < 8; ++i) {
      tcp::socket s(io);
      asio::connect(s, found);
      std::make_shared<Asker>(std::move(s), std::stoi(argv[4]))->ask();
    }
  }
  run(io);
}
