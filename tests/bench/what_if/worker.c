// A program whose parts can be made slower or faster for real: worker MODE ALPHA BETA GAMMA [ADDRESS PORT]. Each number is
// the work of one call in thousands of iterations.
//   one      one thread: 400 rounds of alpha, beta, and gamma, which calls alpha's loop itself and some of beta
//   threads  two threads that meet after each of 400 rounds: one computes alpha, the other beta
//   pipe     a producer computes alpha per item and hands it to a consumer, which computes beta; 400 items
//   asks     a client computes alpha, asks over TCP, waits for the server to compute beta and for its answer of 1 + 1000 x
//            gamma bytes; 400 times. It makes its own server, on loopback, unless ADDRESS says where one runs
//   serve    that server; with PORT it waits there for its client
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kRounds = 400, kMost = 1 << 20 };

static volatile uint64_t sink;
static long alpha_work, beta_work, gamma_work;
static pthread_barrier_t barrier;

static uint64_t mix(uint64_t value, long thousands) {
  for (long i = 0; i < thousands * 1000; ++i) value = value * 6364136223846793005ULL + 1442695040888963407ULL;
  return value;
}
#define PART(name, work) \
  __attribute__((noinline)) static void name(void) { sink += mix(sink, work); }
PART(alpha, alpha_work)
PART(beta, beta_work)
__attribute__((noinline)) static void gamma_part(void) {
  sink += mix(sink, gamma_work / 2);
  beta();
}

static void one(void) {
  for (int i = 0; i < kRounds; ++i) {
    alpha();
    beta();
    gamma_part();
    if (write(2, "", 0) < 0) exit(1);
  }
}

static void* second_thread(void* unused) {
  for (int i = 0; i < kRounds; ++i) {
    beta();
    pthread_barrier_wait(&barrier);
  }
  return unused;
}

static void threads(void) {
  pthread_t thread;
  pthread_barrier_init(&barrier, NULL, 2);
  pthread_create(&thread, NULL, second_thread, NULL);
  for (int i = 0; i < kRounds; ++i) {
    alpha();
    pthread_barrier_wait(&barrier);
  }
  pthread_join(thread, NULL);
}

static void through_pipe(const char* self, char** arguments) {
  int ends[2];
  if (pipe(ends) != 0) exit(1);
  if (fork() == 0) {
    dup2(ends[0], 0);
    close(ends[1]);
    execl("./consumer", "consumer", "consume", arguments[2], arguments[3], arguments[4], NULL);
    perror(self);
    exit(1);
  }
  close(ends[0]);
  char item = 1;
  for (int i = 0; i < kRounds; ++i) {
    alpha();
    if (write(ends[1], &item, 1) != 1) exit(1);
  }
  close(ends[1]);
  wait(NULL);
}

static void consume(void) {
  char item;
  while (read(0, &item, 1) == 1) beta();
}

static struct sockaddr_in place(const char* address, const char* port) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  if (inet_pton(AF_INET, address, &at.sin_addr) != 1) exit(2);
  return at;
}

static size_t answer_size(void) { return 1 + 1000 * gamma_work < kMost ? 1 + 1000 * gamma_work : kMost; }

static void ask(int connection) {
  static char answer[kMost];
  for (int i = 0; i < kRounds; ++i) {
    alpha();
    if (write(connection, "", 1) != 1) exit(1);
    for (size_t got = 0; got < answer_size();) {
      const ssize_t more = read(connection, answer, answer_size() - got);
      if (more <= 0) exit(1);
      got += more;
    }
  }
  close(connection);
}

static void ask_there(char** arguments) {
  struct sockaddr_in address = place(arguments[5], arguments[6]);
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(connection, (struct sockaddr*)&address, sizeof address) != 0) exit(1);
  ask(connection);
}

static void asks(char** arguments) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr*)&address, size) != 0 || listen(listener, 1) != 0) exit(1);
  getsockname(listener, (struct sockaddr*)&address, &size);
  if (fork() == 0) {
    dup2(listener, 0);
    execl("./server", "server", "serve", arguments[2], arguments[3], arguments[4], NULL);
    exit(1);
  }
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(connection, (struct sockaddr*)&address, size) != 0) exit(1);
  ask(connection);
  wait(NULL);
}

static int listener_at(char** arguments) {
  struct sockaddr_in address = place(arguments[5], arguments[6]);
  const int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr*)&address, sizeof address) != 0 || listen(listener, 1) != 0) exit(1);
  return listener;
}

static void serve(int listener) {
  static char answer[kMost];
  const int connection = accept(listener, NULL, NULL);
  char item;
  while (read(connection, &item, 1) == 1) {
    beta();
    if (write(connection, answer, answer_size()) != (ssize_t)answer_size()) exit(1);
  }
}

int main(int argc, char** argv) {
  if (argc != 5 && argc != 7) return 2;
  alpha_work = atol(argv[2]), beta_work = atol(argv[3]), gamma_work = atol(argv[4]);
  if (strcmp(argv[1], "one") == 0) one();
  if (strcmp(argv[1], "threads") == 0) threads();
  if (strcmp(argv[1], "pipe") == 0) through_pipe(argv[0], argv);
  if (strcmp(argv[1], "consume") == 0) consume();
  if (strcmp(argv[1], "asks") == 0) argc == 7 ? ask_there(argv) : asks(argv);
  if (strcmp(argv[1], "serve") == 0) serve(argc == 7 ? listener_at(argv) : 0);
  return 0;
}
