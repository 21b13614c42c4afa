// A process-shared semaphore in a shared mapping: the child waits, the parent posts.
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "check.h"

int main(void) {
  int status = 0, ready[2];
  char byte = 0;
  sem_t* semaphore = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(semaphore != MAP_FAILED && sem_init(semaphore, 1, 0) == 0);
  CHECK(pipe(ready) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    CHECK(write(ready[1], &byte, 1) == 1);
    CHECK(sem_wait(semaphore) == 0);
    return 0;
  }
  CHECK(read(ready[0], &byte, 1) == 1);
  usleep(100000);
  CHECK(sem_post(semaphore) == 0);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
