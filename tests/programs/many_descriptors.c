// A table of 50,000 descriptors (or as many as are allowed): pipes, eventfds and copies, used in the middle, inherited, closed as a range.
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { kDescriptors = 50000, kEventfds = 2000, kPipes = 1000 };

int main(void) {
  struct rlimit limit = {kDescriptors + 100, kDescriptors + 100};
  int status = 0, fd = 0, ends[2];
  eventfd_t value = 0;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = limit.rlim_max;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  }
  const int last = limit.rlim_cur > kDescriptors ? kDescriptors : (int)limit.rlim_cur - 10;
  if (last < 2 * (kEventfds + kPipes)) SKIP("only %d descriptors are allowed\n", last);
  for (int i = 0; i < kEventfds; ++i) CHECK((fd = eventfd(0, 0)) >= 0);
  for (int i = 0; i < kPipes; ++i) CHECK(pipe(ends) == 0);
  while (fd < last) CHECK((fd = dup(ends[1])) >= 0);
  CHECK(write(fd, "x", 1) == 1);
  const int middle = 3 + kEventfds / 2;
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    char byte;
    CHECK(read(ends[0], &byte, 1) == 1);
    CHECK(eventfd_write(middle, 1) == 0);
    _exit(0);
  }
  CHECK(eventfd_read(middle, &value) == 0 && value == 1);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(syscall(SYS_close_range, 3, ~0U, 0) == 0);
  CHECK(dup(0) == 3);
  return 0;
}
