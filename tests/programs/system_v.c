// A System V semaphore between two processes, and a message queue.
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/wait.h>

#include "check.h"

int main(void) {
  int status = 0;
  const int set = semget(IPC_PRIVATE, 2, 0600), queue = msgget(IPC_PRIVATE, 0600);
  struct {
    long type;
    char text[50];
  } message = {1, "x"};
  CHECK(set >= 0 && queue >= 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    struct sembuf down = {1, -1, 0};
    CHECK(semop(set, &down, 1) == 0 && msgsnd(queue, &message, 50, 0) == 0);
    _exit(0);
  }
  struct sembuf up = {1, 1, 0};
  usleep(10000);
  CHECK(semop(set, &up, 1) == 0 && msgrcv(queue, &message, 50, 0, 0) == 50);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(semctl(set, 0, IPC_RMID) == 0 && msgctl(queue, IPC_RMID, NULL) == 0);
  return 0;
}
