// Bursts of every length up to some milliseconds, each followed by a wait of another kind. None may fail or end early:
// not natively, and not when samples interrupt the bursts just where they end.
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ipc.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { kTurns = 210, kKinds = 7 };
static int event, there[2];
static sem_t posted;
static volatile unsigned long sum;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void compute(unsigned microseconds) {
  const double until = now() + 1e-6 * microseconds;
  while (now() < until) sum = sum + 1;
}

/// Wakes the main thread, always a little after it has asked for it.
static void* waker(void* nothing) {
  char kind;
  while (read(there[0], &kind, 1) == 1) {
    usleep(700);
    if (kind == 's') CHECK(sem_post(&posted) == 0);
    if (kind == 'e') CHECK(eventfd_write(event, 1) == 0);
  }
  return nothing;
}

static void ask(char kind) { CHECK(write(there[1], &kind, 1) == 1); }

static void take_event(void) {
  eventfd_t value;
  CHECK(eventfd_read(event, &value) == 0 && value == 1);
}

static void wait_by(int kind, int epoll, int semaphores) {
  struct epoll_event ready;
  const double begin = now();
  if (kind < 3) ask('e');
  if (kind == 3) ask('s');
  compute((unsigned)(sum % 1300));
  switch (kind) {
    case 0:
      CHECK(epoll_wait(epoll, &ready, 1, -1) == 1);
      return take_event();
    case 1:
      CHECK(poll(&(struct pollfd){.fd = event, .events = POLLIN}, 1, -1) == 1);
      return take_event();
    case 2:
      return take_event();
    case 3:
      CHECK(sem_wait(&posted) == 0);
      return;
    case 4:
      CHECK(epoll_wait(epoll, &ready, 1, 2) == 0);
      break;
    case 5:
      CHECK(select(0, NULL, NULL, NULL, &(struct timeval){.tv_usec = 2000}) == 0);
      break;
    default:
      CHECK(semtimedop(semaphores, &(struct sembuf){.sem_op = -1}, 1, &(struct timespec){.tv_nsec = 2000000}) == -1);
      CHECK(errno == EAGAIN);
  }
  CHECK(now() - begin > 0.0015);
}

int main(void) {
  pthread_t thread;
  CHECK(pipe(there) == 0 && (event = eventfd(0, 0)) >= 0 && sem_init(&posted, 0, 0) == 0);
  const int epoll = epoll_create1(0), semaphores = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
  CHECK(epoll >= 0 && semaphores >= 0);
  struct epoll_event interest = {.events = EPOLLIN};
  CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, event, &interest) == 0);
  CHECK(pthread_create(&thread, NULL, waker, NULL) == 0);
  for (int turn = 0; turn < kTurns; ++turn) {
    compute((unsigned)turn * 17 % 3000);
    wait_by(turn % kKinds, epoll, semaphores);
  }
  CHECK(semctl(semaphores, 0, IPC_RMID) == 0);
  CHECK(close(there[1]) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
