// workers prefork|queue|pool PORT WORKERS: serves connections one at a time per worker. prefork: processes that accept
// from one listener; queue: threads that do; pool: one thread accepts, and threads take connections from a queue.
// workers client HOST PORT CONNECTIONS: four threads, three requests of 2 kB per connection.
#include <sys/prctl.h>

#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "tcp.h"

static constexpr std::uint32_t kAnswer = 2000;

static void work() {
  volatile double x = 1;
  for (int i = 0; i < 20000; ++i) x = x * 1.0000001 + 1e-9;
}

static void serve(int fd) {
  std::vector<char> answer(kAnswer);
  for (std::uint32_t request = 0; read_all(fd, &request, sizeof request);) {
    work();
    write_all(fd, answer.data(), answer.size());
  }
  close(fd);
}

static void accept_for_ever(int listener) {
  for (;;) serve(accept(listener, nullptr, nullptr));
}

static void prefork(int listener, int workers) {
  for (int i = 1; i < workers; ++i) {
    if (fork() != 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // the whole server ends with the first of them
    accept_for_ever(listener);
  }
  accept_for_ever(listener);
}

static void queue(int listener, int workers) {
  std::vector<std::thread> threads;
  for (int i = 0; i < workers; ++i) threads.emplace_back(accept_for_ever, listener);
  for (std::thread& t : threads) t.join();
}

static void pool(int listener, int workers) {
  std::mutex mutex;
  std::condition_variable filled;
  std::deque<int> waiting;
  const auto take = [&] {
    for (;;) {
      std::unique_lock lock(mutex);
      filled.wait(lock, [&] { return !waiting.empty(); });
      const int fd = waiting.front();
      waiting.pop_front();
      lock.unlock();
      serve(fd);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < workers; ++i) threads.emplace_back(take);
  for (;;) {
    const int fd = accept(listener, nullptr, nullptr);
    std::unique_lock lock(mutex);
    waiting.push_back(fd);
    lock.unlock();
    filled.notify_one();
  }
}

static void client(const char* host, const char* port, int connections) {
  const auto ask = [&] {
    std::vector<char> answer(kAnswer);
    for (int i = 0; i < connections / 4; ++i) {
      const int fd = connect_to(host, port);
      for (std::uint32_t request = 0; request < 3; ++request) {
        write_all(fd, &request, sizeof request);
        check(read_all(fd, answer.data(), answer.size()), "read");
      }
      close(fd);
    }
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) threads.emplace_back(ask);
  for (std::thread& t : threads) t.join();
}

int main(int argc, char** argv) {
  if (argc == 5 && std::strcmp(argv[1], "client") == 0) return client(argv[2], argv[3], std::atoi(argv[4])), 0;
  if (argc != 4) return 2;
  const int listener = listen_on(argv[2]), workers = std::atoi(argv[3]);
  if (std::strcmp(argv[1], "prefork") == 0) prefork(listener, workers);
  if (std::strcmp(argv[1], "queue") == 0) queue(listener, workers);
  if (std::strcmp(argv[1], "pool") == 0) pool(listener, workers);
  return 2;
}
