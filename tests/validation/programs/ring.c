/* ring - token ring over plain TCP sockets, one process per host.
 *   ring RANK N ROUNDS BYTES WORK_ITERS ADDRESS0:PORT0 ... (N of them)
 * Rank r listens on its port and connects to rank r+1.  Every round: receive BYTES from the left,
 * do WORK_ITERS loop iterations, send BYTES to the right.  Rank 0 prints "seconds S rounds R". */
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}
static void all(int fd, char* b, size_t n, int wr) {
  while (n) {
    ssize_t k = wr ? write(fd, b, n) : read(fd, b, n);
    if (k <= 0) {
      perror(wr ? "ring: write" : "ring: read");
      exit(1);
    }
    b += k;
    n -= k;
  }
}
static void work(long n) {
  volatile uint64_t x = 88172645463325252ULL;
  for (long i = 0; i < n; i++) {
    uint64_t y = x;
    y ^= y << 13;
    y ^= y >> 7;
    y ^= y << 17;
    x = y;
  }
}
int main(int c, char** v) {
  int rank = c > 2 ? atoi(v[1]) : 0, n = c > 2 ? atoi(v[2]) : 0, one = 1;
  if (c < 6 + n || n < 2) {
    fprintf(stderr, "usage: ring RANK N ROUNDS BYTES WORK ADDRESS:PORT...\n");
    return 2;
  }
  int rounds = atoi(v[3]);
  size_t bytes = atol(v[4]);
  long w = atol(v[5]);
  char *buf = calloc(1, bytes), *host = v[6 + (rank + 1) % n], *port = strchr(host, ':'),
       *own = strchr(v[6 + rank], ':');
  if (!port || !own) return 2;
  *port++ = 0;
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(own + 1))};
  int ls = socket(AF_INET, SOCK_STREAM, 0), out, in;
  setsockopt(ls, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(ls, (void*)&a, sizeof a) || listen(ls, 4)) {
    perror("ring: bind");
    return 1;
  }
  struct addrinfo h = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *ai;
  if (getaddrinfo(host, port, &h, &ai)) {
    fprintf(stderr, "ring: no host %s\n", host);
    return 1;
  }
  for (int i = 0;; i++) {
    out = socket(AF_INET, SOCK_STREAM, 0);
    if (!connect(out, ai->ai_addr, ai->ai_addrlen)) break;
    close(out);
    if (i > 300) {
      perror("ring: connect");
      return 1;
    }
    usleep(20000);
  }
  in = accept(ls, NULL, NULL);
  setsockopt(out, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (!rank)
    all(out, buf, 1, 1), all(in, buf, 1, 0);
  else
    all(in, buf, 1, 0), all(out, buf, 1, 1); /* everyone is up */
  double t = now();
  for (int r = 0; r < rounds; r++) {
    if (rank) all(in, buf, bytes, 0);
    work(w);
    all(out, buf, bytes, 1);
    if (!rank) all(in, buf, bytes, 0);
  }
  if (!rank) printf("seconds %.6f rounds %d\n", now() - t, rounds);
  return 0;
}
