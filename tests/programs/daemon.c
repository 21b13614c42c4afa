// A daemon (double fork, setsid) that outlives its starter by 300 ms.
#include <sys/wait.h>

#include "check.h"

int main(void) {
  int status = 0;
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    CHECK(setsid() > 0);
    const pid_t daemon = fork();
    CHECK(daemon >= 0);
    if (daemon != 0) _exit(0);
    usleep(300000);
    CHECK(write(2, "", 0) == 0);
    _exit(0);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
