// The child waits for a record lock, then for a flock, that the parent holds. Before that, many locks of open file
// descriptions.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "check.h"

int main(void) {
  char path[64];
  int ends[2], status = 0;
  char byte = 'x';
  snprintf(path, sizeof path, "/tmp/simrec-test-%d.lock", getpid());
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 20};
  const int file = open(path, O_RDWR | O_CREAT, 0600);
  CHECK(file >= 0 && pipe(ends) == 0 && fcntl(file, F_SETLK, &lock) == 0 && flock(file, LOCK_EX) == 0);
  for (int i = 0; i < 100; ++i) {
    struct flock own = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 100 + i, .l_len = 1};
    CHECK(fcntl(file, F_OFD_SETLK, &own) == 0);
  }
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    const int again = open(path, O_RDWR);
    CHECK(write(ends[1], &byte, 1) == 1);
    CHECK(fcntl(again, F_SETLKW, &lock) == 0 && flock(again, LOCK_EX) == 0);
    _exit(0);
  }
  CHECK(read(ends[0], &byte, 1) == 1);
  usleep(10000);
  lock.l_type = F_UNLCK;
  CHECK(fcntl(file, F_SETLK, &lock) == 0);
  usleep(10000);
  CHECK(flock(file, LOCK_UN) == 0);
  CHECK(waitpid(child, &status, 0) == child && status == 0 && unlink(path) == 0);
  return 0;
}
