/* How much longer the same work takes after the thread has waited: others used its caches meanwhile.
 *
 *   cc -O2 -o /tmp/cold tests/bench/cold/cold.c && /tmp/cold
 *
 * Work: so many TCP messages over loopback (send and receive), then a walk over so many KiB. For each kind of work the
 * CPU time of doing it without waiting ("hot"), and what waits of 0.05 to 80 ms add to it, in microseconds: means
 * between the 10th and the 90th percentile. simrec measures one of them after 5 and
 * 40 ms (recorder/calibrate_cold.cc), and replayer/simulate/host_costs.h takes it to grow evenly until the one and then
 * until the other. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { kMost = 2000, kLine = 64 };
static const long kWaits_us[] = {50, 200, 500, 1000, 2000, 3000, 4000, 5000, 8000, 20000, 40000, 80000};
enum { kWaits = sizeof kWaits_us / sizeof *kWaits_us };

struct work {
  int from, to, messages;
  char* data;
  long bytes;
};

static double cpu_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static void connect_pair(struct work* w) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof a;
  int l = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  w->from = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(l, (struct sockaddr*)&a, size) || listen(l, 1) || getsockname(l, (struct sockaddr*)&a, &size) ||
      connect(w->from, (struct sockaddr*)&a, size) || (w->to = accept(l, NULL, NULL)) < 0)
    fail("a TCP connection over 127.0.0.1");
  setsockopt(w->from, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  close(l);
}

static double run(struct work* w) {
  char message[100] = {0};
  double start = cpu_us();
  for (int i = 0; i < w->messages; ++i)
    if (write(w->from, message, sizeof message) < 0 || read(w->to, message, sizeof message) < 0) fail("a message");
  for (long i = 0; i < w->bytes; i += kLine) w->data[i] += 1;
  return cpu_us() - start;
}

static int by_value(const void* x, const void* y) {
  double d = *(const double*)x - *(const double*)y;
  return d > 0 ? 1 : d < 0 ? -1 : 0;
}

/* Trimmed mean of n runs, each after a wait. */
static double measure(struct work* w, long wait_us, int n) {
  static double us[kMost];
  struct timespec wait = {wait_us / 1000000, wait_us % 1000000 * 1000};
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    if (wait_us) nanosleep(&wait, NULL);
    us[i] = run(w);
  }
  qsort(us, n, sizeof *us, by_value);
  for (int i = n / 10; i < n - n / 10; ++i) sum += us[i];
  return sum / (n - 2 * (n / 10));
}

int main(void) {
  static const int kMessages[] = {0, 1, 4};
  static const long kKilobytes[] = {0, 16, 64, 256, 512, 1024};
  struct work w = {.data = calloc(1, 1 << 20)};
  memset(w.data, 1, 1 << 20);
  connect_pair(&w);
  printf("messages   KiB     hot  | after ms:");
  for (int i = 0; i < kWaits; ++i) printf(" %5.2f", kWaits_us[i] / 1e3);
  puts("");
  for (int m = 0; m < 3; ++m)
    for (int k = 0; k < 6; ++k) {
      w.messages = kMessages[m];
      w.bytes = kKilobytes[k] << 10;
      if (w.messages + w.bytes == 0) continue;
      double extra[kWaits], hot = measure(&w, 0, 1000);
      for (int i = 0; i < kWaits; ++i) {
        double before = measure(&w, 0, 500), cold = measure(&w, kWaits_us[i], kWaits_us[i] < 3000 ? 150 : 50);
        extra[i] = cold - (before + measure(&w, 0, 500)) / 2;
      }
      printf("%8d %5ld %7.1f  |          ", w.messages, kKilobytes[k], hot);
      for (int i = 0; i < kWaits; ++i) printf(" %5.1f", extra[i]);
      puts("");
      fflush(stdout);
    }
  return 0;
}
