// A tree of processes and threads that wait in every way that a careless tracer would break: epoll_wait, semop and
// sigtimedwait end with EINTR when a thread is stopped. None of them may notice. Waits until something is written to
// the FIFO "go", then ends in order, status 0; anything unexpected ends it with 1 and a line on stderr.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/programs/check.h"

static int semaphores;
static volatile int ending;

static void* wait_for_semaphore(void* unused) {
  struct sembuf take = {0, -1, 0};
  CHECK(semop(semaphores, &take, 1) == 0);
  return unused;
}

static void* wait_for_signal(void* unused) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  CHECK(sigwaitinfo(&set, NULL) == SIGUSR1);
  return unused;
}

static void* nap(void* unused) {
  const struct timespec time = {0, 2000000};
  while (!ending) CHECK(nanosleep(&time, NULL) == 0);
  return unused;
}

static void* spin(void* counter) {
  while (!ending) ++*(volatile unsigned long*)counter;
  return NULL;
}

int main(void) {
  int to_child[2];
  CHECK(pipe(to_child) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    char byte;
    close(to_child[1]);
    struct pollfd waiting = {to_child[0], POLLIN, 0};
    CHECK(poll(&waiting, 1, -1) == 1);
    CHECK(read(to_child[0], &byte, 1) == 1 && byte == 'c');
    _exit(5);
  }
  close(to_child[0]);

  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
  CHECK((semaphores = semget(IPC_PRIVATE, 1, 0600)) >= 0);
  unsigned long count = 0;
  pthread_t threads[4];
  CHECK(pthread_create(&threads[0], NULL, wait_for_semaphore, NULL) == 0);
  CHECK(pthread_create(&threads[1], NULL, wait_for_signal, NULL) == 0);
  CHECK(pthread_create(&threads[2], NULL, nap, NULL) == 0);
  CHECK(pthread_create(&threads[3], NULL, spin, &count) == 0);

  const int go = open("go", O_RDWR);
  const int epoll = epoll_create1(0);
  CHECK(go >= 0 && epoll >= 0);
  struct epoll_event event = {EPOLLIN, {.u64 = 77}};
  CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, go, &event) == 0);
  const int ready = open("ready", O_WRONLY | O_CREAT, 0600);
  CHECK(ready >= 0 && write(ready, "x", 1) == 1);

  const int events = epoll_wait(epoll, &event, 1, 60000);
  const int error = errno;
  const struct sembuf give = {0, 1, 0};
  struct sembuf giving = give;
  ending = 1;
  const int given = semop(semaphores, &giving, 1);
  pthread_kill(threads[1], SIGUSR1);
  for (int i = 0; i < 4; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  semctl(semaphores, 0, IPC_RMID);
  errno = error;
  CHECK(events == 1 && event.data.u64 == 77);
  CHECK(given == 0);
  CHECK(write(to_child[1], "c", 1) == 1);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5);
  return 0;
}
