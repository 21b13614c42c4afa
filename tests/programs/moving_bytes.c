// sendfile, splice, tee, copy_file_range, readv, writev, pread, pwrite, preadv and pwritev.
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "check.h"

int main(void) {
  char from[64], to[64], bytes[4096];
  int a[2], b[2];
  memset(bytes, 'x', sizeof bytes);
  snprintf(from, sizeof from, "/tmp/simrec-test-%d.from", getpid());
  snprintf(to, sizeof to, "/tmp/simrec-test-%d.to", getpid());
  const int in = open(from, O_RDWR | O_CREAT | O_TRUNC, 0600), out = open(to, O_RDWR | O_CREAT | O_TRUNC, 0600);
  CHECK(in >= 0 && out >= 0 && pipe(a) == 0 && pipe(b) == 0);
  CHECK(pwrite(in, bytes, 4096, 0) == 4096 && pread(in, bytes, 1024, 0) == 1024);
  off_t offset = 0;
  CHECK(sendfile(out, in, &offset, 2000) == 2000);
  off_t from_offset = 0, to_offset = 2000;
  CHECK(copy_file_range(in, &from_offset, out, &to_offset, 1500, 0) == 1500);
  CHECK(write(a[1], bytes, 700) == 700 && tee(a[0], b[1], 700, 0) == 700);
  loff_t at = 0;
  CHECK(splice(a[0], NULL, out, &at, 700, 0) == 700);
  struct iovec parts[2] = {{bytes, 100}, {bytes + 100, 200}};
  CHECK(writev(a[1], parts, 2) == 300 && readv(a[0], parts, 2) == 300);
  CHECK(pwritev(out, parts, 2, 0) == 300 && preadv(out, parts, 2, 0) == 300);
  CHECK(fsync(out) == 0 && fdatasync(in) == 0 && unlink(from) == 0 && unlink(to) == 0);
  return 0;
}
