// dup, dup2, dup3, F_DUPFD and close-on-exec across exec: the new image finds what it should.
#include <fcntl.h>

#include "check.h"

int main(int argc, char** argv) {
  if (argc > 1) {
    char byte = 'x';
    CHECK(fcntl(20, F_GETFD) == 0 && fcntl(21, F_GETFD) == -1 && errno == EBADF);
    CHECK(write(20, &byte, 1) == 1 && read(22, &byte, 1) == 1);
    return 0;
  }
  int ends[2];
  CHECK(pipe(ends) == 0);
  CHECK(dup2(ends[1], 20) == 20 && dup3(ends[1], 21, O_CLOEXEC) == 21 && fcntl(ends[0], F_DUPFD, 22) == 22);
  const int extra = dup(ends[0]);
  CHECK(extra >= 0 && close(extra) == 0 && close(ends[0]) == 0 && close(ends[1]) == 0);
  execl("/proc/self/exe", argv[0], "second", NULL);
  return 1;
}
