// A program whose parts can be made slower or faster for real: worker MODE ALPHA BETA GAMMA. Each number is the work of
// one call in thousands of iterations.
//   one      one thread: 400 rounds of alpha, beta, and gamma, which calls alpha's loop itself and some of beta
//   threads  two threads that meet after each of 400 rounds: one computes alpha, the other beta
//   pipe     a producer computes alpha per item and hands it to a consumer, which computes beta; 400 items
//   asks     a client computes alpha, asks over TCP on loopback, waits for the server to compute beta; 400 times
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kRounds = 400 };

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
  const int ask = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(ask, (struct sockaddr*)&address, size) != 0) exit(1);
  char item = 1;
  for (int i = 0; i < kRounds; ++i) {
    alpha();
    if (write(ask, &item, 1) != 1 || read(ask, &item, 1) != 1) exit(1);
  }
  close(ask);
  wait(NULL);
}

static void serve(void) {
  const int answer = accept(0, NULL, NULL);
  char item;
  while (read(answer, &item, 1) == 1) {
    beta();
    if (write(answer, &item, 1) != 1) exit(1);
  }
}

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  alpha_work = atol(argv[2]), beta_work = atol(argv[3]), gamma_work = atol(argv[4]);
  if (strcmp(argv[1], "one") == 0) one();
  if (strcmp(argv[1], "threads") == 0) threads();
  if (strcmp(argv[1], "pipe") == 0) through_pipe(argv[0], argv);
  if (strcmp(argv[1], "consume") == 0) consume();
  if (strcmp(argv[1], "asks") == 0) asks(argv);
  if (strcmp(argv[1], "serve") == 0) serve();
  return 0;
}
