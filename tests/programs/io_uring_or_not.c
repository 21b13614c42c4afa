// Asks for an io_uring and does without when there is none, as libraries do.
#include <linux/io_uring.h>
#include <sys/syscall.h>

#include "check.h"

int main(void) {
  struct io_uring_params params = {0};
  const int ring = (int)syscall(SYS_io_uring_setup, 4, &params);
  if (ring >= 0) {
    CHECK(syscall(SYS_io_uring_enter, ring, 0, 0, 0, NULL, 0) == 0);
    CHECK(close(ring) == 0);
  } else {
    CHECK(errno == ENOSYS || errno == EPERM);
    for (int i = 0; i < 3; ++i) CHECK(write(1, "", 0) == 0);
  }
  return 0;
}
