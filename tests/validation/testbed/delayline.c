/* delayline - a userspace Ethernet switch with a TAP port per host: rate of each
 * direction, one-way latency and drop-tail queue of each host's access link.
 *
 *   delayline --port UP_BITS_S,DOWN_BITS_S,LATENCY_NS [--port ...]
 *             [--queue BYTES] [--comp-ns NS] [--ready FILE] [--stats FILE] [--no-idle]
 *
 * Creates TAP devices tbtap1..tbtapN in the current network namespace and
 * writes FILE once they exist (the caller then moves them into the hosts'
 * namespaces; the file descriptors stay attached).  A frame that host i sends
 * to host j is
 *   - serialised on i's uplink   (starts when the uplink is free),
 *   - delayed by i's latency,
 *   - queued (drop-tail, --queue bytes) and serialised on j's downlink,
 *   - delayed by j's latency, then written to j's TAP.
 * TSO super-frames cross without being cut (virtio-net header passed on) but are
 * accounted as the MTU-sized frames they stand for, each with its own headers,
 * and forwarded cut-through at segment granularity.  SIGUSR1 re-reads comp-ns
 * (what a wake-up by an incoming frame costs) from FILE.comp (FILE = --ready) and
 * writes --stats.  SIGTERM ends it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MAXP 64
#define VH ((int)sizeof(struct virtio_net_hdr))

typedef struct frame {
  struct frame* next;
  int64_t first, last; /* arrival of first / last segment at the switch */
  int64_t due;         /* delivery */
  int64_t wire;        /* bytes on the wire */
  int seg;             /* wire bytes of one full segment */
  int dst;             /* -1 broadcast */
  int len;
  unsigned char data[];
} frame;
typedef struct {
  frame *head, *tail;
} fifo;

static struct port {
  int fd;
  int64_t up_busy, down_busy;
  int64_t lat;
  double up_ns, down_ns; /* per byte */
  fifo a, b;
  unsigned long rx, tx, drop, txerr;
} P[MAXP];
static int n;
static int64_t lat_min = INT64_MAX, queue_limit, comp;
/* sleeping: by how much to wake up early, learnt per log2(sleep length); then spin */
static int64_t lead[64];
static const int64_t lead_max = 80000;
static volatile sig_atomic_t stop, reload;
static int64_t late_max, late_sum, late_cnt;

static void on_sig(int s) {
  if (s == SIGUSR1)
    reload = 1;
  else
    stop = 1;
}
static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}
static void push(fifo* q, frame* f) {
  f->next = NULL;
  if (q->tail)
    q->tail->next = f;
  else
    q->head = f;
  q->tail = f;
}
static frame* pop(fifo* q) {
  frame* f = q->head;
  q->head = f->next;
  if (!q->head) q->tail = NULL;
  return f;
}
static int64_t ser(int64_t bytes, double ns_per_byte) { return (int64_t)((double)bytes * ns_per_byte); }

/* wire bytes and size of the first segment of a (possibly TSO) frame */
static void measure(frame* f) {
  const struct virtio_net_hdr* h = (const void*)f->data;
  const unsigned char* e = f->data + VH;
  int len = f->len - VH;
  f->wire = len < 60 ? 60 : len;
  f->seg = (int)f->wire;
  int t = h->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;
  if ((t == VIRTIO_NET_HDR_GSO_TCPV4) && h->gso_size && len > 54) {
    int ihl = (e[14] & 15) * 4, thl = (e[14 + ihl + 12] >> 4) * 4;
    int hl = 14 + ihl + thl, pay = len - hl;
    int segs = (pay + h->gso_size - 1) / h->gso_size;
    if (segs > 1) {
      f->wire = pay + (int64_t)segs * hl;
      f->seg = hl + h->gso_size;
    }
  }
}

static int from_tap(int i, int64_t t) {
  static unsigned char buf[VH + 70000];
  int len = read(P[i].fd, buf, sizeof buf);
  if (len < VH + 14) return 0;
  P[i].rx++;
  const unsigned char* d = buf + VH;
  int dst = -1;
  if (!(d[0] & 1)) { /* 02:54:42:00:00:<host> */
    dst = d[5] - 1;
    if (dst < 0 || dst >= n || dst == i) return 1;
  }
  for (int j = 0; j < n; j++) {
    if (dst >= 0 ? j != dst : j == i) continue;
    frame* f = malloc(sizeof *f + len);
    if (!f) {
      P[j].drop++;
      continue;
    }
    memcpy(f->data, buf, len);
    f->len = len;
    f->dst = j;
    measure(f);
    int64_t s = t > P[i].up_busy ? t : P[i].up_busy;
    f->first = s + ser(f->seg, P[i].up_ns) + P[i].lat;
    f->last = s + ser(f->wire, P[i].up_ns) + P[i].lat;
    if (dst >= 0 || j == n - 1 || (j == n - 2 && i == n - 1)) P[i].up_busy = s + ser(f->wire, P[i].up_ns);
    push(&P[i].a, f);
  }
  return 1;
}

/* move frames that have reached the switch by `horizon` to their downlinks, in
 * order of arrival */
static void at_switch(int64_t horizon) {
  for (;;) {
    int best = -1;
    for (int i = 0; i < n; i++)
      if (P[i].a.head && (best < 0 || P[i].a.head->first < P[best].a.head->first)) best = i;
    if (best < 0 || P[best].a.head->first > horizon) return;
    frame* f = pop(&P[best].a);
    struct port* d = &P[f->dst];
    int64_t s = f->first > d->down_busy ? f->first : d->down_busy;
    if (queue_limit && (s - f->first) > ser(queue_limit, d->down_ns)) {
      d->drop++;
      free(f);
      continue;
    }
    int64_t e = s + ser(f->wire, d->down_ns), e2 = f->last + ser(f->seg, d->down_ns);
    if (e2 > e) e = e2;
    d->down_busy = e;
    f->due = e + d->lat;
    push(&d->b, f);
  }
}

static void stats(const char* file) {
  FILE* o = file ? fopen(file, "w") : NULL;
  if (!o) return;
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  for (int i = 0; i < n; i++)
    fprintf(o, "h%d from_host %lu to_host %lu dropped %lu write_errors %lu\n", i + 1, P[i].rx, P[i].tx, P[i].drop,
            P[i].txerr);
  fprintf(o, "delivery_lateness_us mean %.1f max %.1f frames %ld\n", late_cnt ? late_sum / 1e3 / late_cnt : 0.,
          late_max / 1e3, (long)late_cnt);
  fprintf(o, "cpu_s user %.3f sys %.3f\n", r.ru_utime.tv_sec + r.ru_utime.tv_usec / 1e6,
          r.ru_stime.tv_sec + r.ru_stime.tv_usec / 1e6);
  fclose(o);
  late_max = late_sum = late_cnt = 0;
}

int main(int argc, char** argv) {
  const char *ready = NULL, *statf = NULL;
  static struct option lo[] = {{"port", 1, 0, 'p'},  {"queue", 1, 0, 'q'}, {"comp-ns", 1, 0, 'c'},
                               {"ready", 1, 0, 'r'}, {"stats", 1, 0, 't'}, {"no-idle", 0, 0, 'i'},
                               {0, 0, 0, 0}};
  for (int c; (c = getopt_long(argc, argv, "", lo, NULL)) != -1;) switch (c) {
      case 'p': {
        double up, down, lat;
        if (n == MAXP || sscanf(optarg, "%lf,%lf,%lf", &up, &down, &lat) != 3 || up <= 0 || down <= 0) {
          fprintf(stderr, "delayline: bad or too many --port %s\n", optarg);
          return 2;
        }
        P[n].up_ns = 8e9 / up;
        P[n].down_ns = 8e9 / down;
        P[n].lat = (int64_t)lat;
        if (P[n].lat < lat_min) lat_min = P[n].lat;
        n++;
        break;
      }
      case 'q':
        queue_limit = atoll(optarg);
        break;
      case 'c':
        comp = atoll(optarg);
        break;
      case 'r':
        ready = optarg;
        break;
      case 't':
        statf = optarg;
        break;
      case 'i': { /* machine-wide while this process lives: idle cores poll, wake-ups are fast */
        int32_t zero = 0, fd = open("/dev/cpu_dma_latency", O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, &zero, sizeof zero) != sizeof zero) perror("delayline: cpu_dma_latency");
        break;
      }
      default:
        return 2;
    }
  if (n < 1) {
    fprintf(stderr, "delayline: 1 to %d --port\n", MAXP);
    return 2;
  }
  int ep = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < n; i++) {
    struct ifreq q;
    memset(&q, 0, sizeof q);
    q.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    snprintf(q.ifr_name, sizeof q.ifr_name, "tbtap%d", i + 1);
    P[i].fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (P[i].fd < 0 || ioctl(P[i].fd, TUNSETIFF, &q) || ioctl(P[i].fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4)) {
      perror("delayline: tap");
      return 1;
    }
    int sb = 1 << 30;
    ioctl(P[i].fd, TUNSETSNDBUF, &sb);
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(ep, EPOLL_CTL_ADD, P[i].fd, &ev);
  }
  struct sigaction sa = {.sa_handler = on_sig};
  sigaction(SIGTERM, &sa, NULL);
  sigaction(SIGINT, &sa, NULL);
  sigaction(SIGUSR1, &sa, NULL);
  signal(SIGHUP, SIG_IGN);
  mlockall(MCL_CURRENT | MCL_FUTURE);
  struct sched_param sp = {.sched_priority = 50};
  if (sched_setscheduler(0, SCHED_FIFO, &sp)) perror("delayline: SCHED_FIFO (continuing without)");
  if (ready) {
    FILE* f = fopen(ready, "w");
    if (f) {
      fprintf(f, "%d\n", getpid());
      fclose(f);
    }
  }

  int64_t t = now();
  while (!stop) {
    if (reload) {
      reload = 0;
      char p[4096];
      snprintf(p, sizeof p, "%s.comp", ready ? ready : "");
      FILE* f = fopen(p, "r");
      long long v;
      if (f) {
        if (fscanf(f, "%lld", &v) == 1) comp = v;
        fclose(f);
      }
      stats(statf);
    }
    /* nothing that is read later can reach the switch before that */
    at_switch(t + lat_min);
    int64_t next = INT64_MAX;
    for (int i = 0; i < n; i++) {
      struct port* p = &P[i];
      while (p->b.head && p->b.head->due <= t) {
        frame* f = pop(&p->b);
        if (write(p->fd, f->data, f->len) == f->len)
          p->tx++;
        else
          p->txerr++;
        int64_t d = t - f->due;
        if (d > late_max) late_max = d;
        late_sum += d;
        late_cnt++;
        free(f);
        t = now();
      }
      if (p->b.head && p->b.head->due < next) next = p->b.head->due;
      if (p->a.head && p->a.head->first + lat_min < next) next = p->a.head->first + lat_min;
    }
    struct epoll_event ev[MAXP];
    int k, slept = 0;
    int64_t t0 = now(), wait = next == INT64_MAX ? INT64_MAX : next - t0;
    int b = wait > 0 ? 63 - __builtin_clzll((unsigned long long)wait) : 0;
    if (wait - lead[b] <= 1000)
      k = epoll_wait(ep, ev, MAXP, 0);
    else {
      int64_t s = wait - lead[b];
      struct timespec ts = {s / 1000000000LL, s % 1000000000LL};
      k = epoll_pwait2(ep, ev, MAXP, wait == INT64_MAX ? NULL : &ts, NULL);
      slept = 1;
    }
    t = now();
    if (slept && k == 0) { /* a timer wake-up: follow the 80th percentile of its latency */
      lead[b] += t > next ? 2000 : -500;
      if (lead[b] < 0) lead[b] = 0;
      if (lead[b] > lead_max) lead[b] = lead_max;
    }
    /* a frame that ended a longer sleep came in about comp ago */
    int64_t came = slept && t - t0 > 2 * comp ? t - comp : t;
    for (int i = 0; i < k; i++) {
      int p = ev[i].data.u32;
      for (int m = 0; m < 16 && from_tap(p, came); m++) came = t;
    }
    if (k > 0) t = now();
  }
  stats(statf);
  return 0;
}
