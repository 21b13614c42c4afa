// process_vm_readv and process_vm_writev between a parent and its child.
#include <signal.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "check.h"

static char memory[5000] = "child";

int main(void) {
  int ready[2], go[2], status = 0;
  char copy[5000], byte = 0;
  struct iovec local = {copy, sizeof copy}, remote = {memory, sizeof memory};
  CHECK(pipe(ready) == 0 && pipe(go) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    memory[4999] = 'x';
    CHECK(write(ready[1], &byte, 1) == 1);
    CHECK(read(go[0], &byte, 1) == 1);
    CHECK(memory[0] == 'C' && memory[4999] == 'x');
    _exit(0);
  }
  CHECK(read(ready[0], &byte, 1) == 1);
  const ssize_t got = process_vm_readv(child, &local, 1, &remote, 1, 0);
  if (got < 0) kill(child, SIGKILL);
  if (got < 0) SKIP("process_vm_readv is not permitted here\n");
  CHECK(got == 5000 && copy[4999] == 'x' && strcmp(copy, "child") == 0);
  copy[0] = 'C';
  CHECK(process_vm_writev(child, &local, 1, &remote, 1, 0) == 5000);
  CHECK(write(go[1], &byte, 1) == 1);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
