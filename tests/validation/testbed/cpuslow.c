/* cpuslow - run a command (and all its descendants) on cores that are 1/F times slower.
 *
 *   cpuslow --factor F [--method hog|stall] [--run-us US] [--eps-ns NS] [--period-us US] -- CMD ARG...
 *   cpuslow --calibrate            print the eps-ns that makes `stall` exact
 *
 * hog    SCHED_FIFO threads, one per core, that spin (1-F)*period (5000 us) of every period, all
 *        at the same time: the whole machine stands still, but for timers and interrupts. Nearest to
 *        1/F for programs that compute; requests shorter than the period are distorted.
 * stall  a task-clock perf event, inherited by every descendant, fires after each US (50)
 *        microseconds of CPU time that a thread consumes; a tiny BPF program attached to it then
 *        spins for US*(1/F-1) on that core, inside the timer interrupt.  Work takes 1/F times as
 *        long, sleeping and waiting take what they took; granularity US, so requests of a few us
 *        are slowed too (on average).  The stalled time is charged to the thread as CPU time. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}
/* ---- stall ---- */
#define I(c, d, s, o, i) ((struct bpf_insn){.code = c, .dst_reg = d, .src_reg = s, .off = o, .imm = i})
static int load_spin(int64_t ns) {
  int calls = ns < 100000 ? 3 : 32; /* the verifier allows 8192 rounds: long stalls need slower ones */
  struct bpf_insn p[64];
  int n = 0;
  p[n++] = I(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ktime_get_ns);
  p[n++] = I(BPF_ALU64 | BPF_MOV | BPF_X, 6, 0, 0, 0);
  p[n++] = I(BPF_ALU64 | BPF_ADD | BPF_K, 6, 0, 0, (int)ns);
  p[n++] = I(BPF_ALU64 | BPF_MOV | BPF_K, 7, 0, 0, 8000);
  for (int i = 0; i < calls; i++) p[n++] = I(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ktime_get_ns);
  p[n++] = I(BPF_JMP | BPF_JGE | BPF_X, 0, 6, 2, 0);
  p[n++] = I(BPF_ALU64 | BPF_SUB | BPF_K, 7, 0, 0, 1);
  p[n] = I(BPF_JMP | BPF_JNE | BPF_K, 7, 0, (short)(-calls - 3), 0), n++;
  p[n++] = I(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
  p[n++] = I(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
  static char log[65536];
  union bpf_attr a;
  memset(&a, 0, sizeof a);
  a.prog_type = BPF_PROG_TYPE_PERF_EVENT;
  a.insns = (uintptr_t)p;
  a.insn_cnt = n;
  a.license = (uintptr_t) "GPL";
  int fd = syscall(SYS_bpf, BPF_PROG_LOAD, &a, sizeof a);
  if (fd < 0) {
    int e = errno;
    a.log_buf = (uintptr_t)log, a.log_size = sizeof log, a.log_level = 1;
    syscall(SYS_bpf, BPF_PROG_LOAD, &a, sizeof a);
    size_t l = strlen(log);
    fprintf(stderr, "cpuslow: BPF_PROG_LOAD: %s\n%s", strerror(e), l > 500 ? log + l - 500 : log);
  }
  return fd;
}
/* attach to pid; one cycle = run R, stall the rest; cycle length R/F */
static int stall_attach(pid_t pid, double F, int64_t run, int64_t eps) {
  while (run / F - run - eps < 2000 && run < 1000000) run *= 2; /* F near 1 */
  int64_t cycle = (int64_t)(run / F), spin = cycle - run - eps;
  if (spin < 0) spin = 0;
  int prog = load_spin(spin);
  if (prog < 0) return -1;
  struct perf_event_attr a;
  memset(&a, 0, sizeof a);
  a.size = sizeof a;
  a.type = PERF_TYPE_SOFTWARE;
  a.config = PERF_COUNT_SW_TASK_CLOCK;
  a.sample_period = cycle;
  a.inherit = 1;
  a.disabled = 0;
  int fd = syscall(SYS_perf_event_open, &a, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
  if (fd < 0) {
    perror("cpuslow: perf_event_open");
    return -1;
  }
  if (ioctl(fd, PERF_EVENT_IOC_SET_BPF, prog)) {
    perror("cpuslow: PERF_EVENT_IOC_SET_BPF");
    return -1;
  }
  close(prog);
  return fd;
}

static int64_t cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}
static int64_t work(int64_t iters) { /* CPU ns of a fixed amount of work (stalls count) */
  volatile uint64_t x = 88172645463325252ULL;
  int64_t t = cpu();
  for (int64_t i = 0; i < iters; i++) {
    uint64_t y = x;
    y ^= y << 13;
    y ^= y >> 7;
    y ^= y << 17;
    x = y;
  }
  return cpu() - t;
}
static int cmp(const void* a, const void* b) {
  double x = *(double*)a, y = *(double*)b;
  return (x > y) - (x < y);
}
/* slowdown, from short slices with and without stalls in turn, so that a change of
 * the machine's own speed hits both alike */
static double slowdown(double F, int64_t run, int64_t eps) {
  enum { N = 25 };
  double r[N];
  int fd = stall_attach(0, F, run, eps);
  if (fd < 0) exit(1);
  for (int i = 0; i < N; i++) {
    ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
    double b = work(1000000);
    ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
    double s = work(1000000);
    ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
    r[i] = s / ((b + work(1000000)) / 2);
  }
  close(fd);
  qsort(r, N, sizeof *r, cmp);
  return r[N / 2];
}
static int calibrate(int64_t run) {
  int64_t lo = 0, hi = run * 9 / 10, eps = 0;
  work(20000000);
  for (int r = 0; r < 9; r++) {
    eps = (lo + hi) / 2;
    if (slowdown(0.5, run, eps) > 2.0)
      lo = eps;
    else
      hi = eps;
  }
  fprintf(stderr, "cpuslow: eps %ld ns: F 0.8 x%.3f, F 0.5 x%.3f, F 0.25 x%.3f, F 0.1 x%.3f\n", (long)eps,
          slowdown(0.8, run, eps), slowdown(0.5, run, eps), slowdown(0.25, run, eps), slowdown(0.1, run, eps));
  printf("%ld\n", (long)eps);
  return 0;
}

/* ---- hog ---- */
static double g_F;
static int64_t g_period;
static volatile int g_stop;
static void rt(int prio) {
  /* where real-time threads must be in the root group (cgroup v1 with RT_GROUP_SCHED) */
  FILE* tasks = fopen("/sys/fs/cgroup/cpu/tasks", "w");
  if (tasks) {
    fprintf(tasks, "%d", gettid());
    fclose(tasks);
  }
  struct sched_param sp = {.sched_priority = prio};
  if (sched_setscheduler(0, SCHED_FIFO, &sp)) perror("cpuslow: SCHED_FIFO");
}
static void until(int64_t t) {
  struct timespec ts = {t / 1000000000LL, t % 1000000000LL};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}
static void* hog(void* a) {
  cpu_set_t s;
  CPU_ZERO(&s);
  CPU_SET((long)a, &s);
  sched_setaffinity(0, sizeof s, &s);
  rt(10);
  for (int64_t t = now() / g_period * g_period + g_period; !g_stop; t += g_period) {
    until(t);
    while (now() < t + (int64_t)(g_period * (1 - g_F)))
      ;
  }
  return NULL;
}
static volatile pid_t g_child;
static void fwd(int s) {
  if (g_child > 0) kill(g_child, s);
}

int main(int argc, char** argv) {
  const char* method = "hog";
  double F = 1;
  int64_t run = 50000, eps = 0;
  int i, cal = 0;
  int64_t period = 5000000;
  for (i = 1; i < argc && strcmp(argv[i], "--"); i++) {
    const char *o = argv[i], *v = i + 1 < argc ? argv[i + 1] : "";
    if (!strcmp(o, "--calibrate")) {
      cal = 1;
      continue;
    }
    if (!strcmp(o, "--factor"))
      F = atof(v);
    else if (!strcmp(o, "--method"))
      method = v;
    else if (!strcmp(o, "--run-us"))
      run = atof(v) * 1000;
    else if (!strcmp(o, "--eps-ns"))
      eps = atoll(v);
    else if (!strcmp(o, "--period-us"))
      period = atof(v) * 1000;
    else {
      fprintf(stderr, "cpuslow: unknown option %s\n", o);
      return 2;
    }
    i++;
  }
  if (cal) return calibrate(run);
  if (++i >= argc || F <= 0 || F > 1) {
    fprintf(stderr, "usage: cpuslow --factor F [options] -- CMD...  (0 < F <= 1)\n");
    return 2;
  }
  argv += i;
  /* already inside a slowed command (e.g. a remote shell under mpirun): only what is missing */
  const char* outer = getenv("CPUSLOW_FACTOR");
  if (outer && !strcmp(method, "stall")) F = F / atof(outer) > 0.999 ? 1 : F / atof(outer);
  if (F < 1 && !strcmp(method, "stall")) {
    char b[32];
    snprintf(b, sizeof b, "%g", F * (outer ? atof(outer) : 1));
    setenv("CPUSLOW_FACTOR", b, 1);
  }
  if (F == 1) {
    execvp(*argv, argv);
    perror(*argv);
    return 127;
  }

  int go[2], status = 0;
  if (pipe2(go, O_CLOEXEC)) return 1;
  g_child = fork();
  if (g_child == 0) {
    char c;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(go[1]);
    if (read(go[0], &c, 1) != 1) _exit(125);
    execvp(*argv, argv);
    perror(*argv);
    _exit(127);
  }
  signal(SIGTERM, fwd);
  signal(SIGINT, fwd);
  pthread_t th[64];
  int nth = 0;
  g_F = F, g_period = period;
  if (!strcmp(method, "stall")) {
    if (stall_attach(g_child, F, run, eps) < 0) {
      kill(g_child, SIGKILL);
      return 125;
    }
  } else if (!strcmp(method, "hog")) {
    for (long c = 0; c < sysconf(_SC_NPROCESSORS_ONLN) && c < 64; c++) pthread_create(&th[nth++], NULL, hog, (void*)c);
  } else {
    fprintf(stderr, "cpuslow: unknown method %s\n", method);
    kill(g_child, SIGKILL);
    return 2;
  }
  if (write(go[1], "g", 1) != 1) return 1;
  while (waitpid(g_child, &status, 0) < 0 && errno == EINTR)
    ;
  g_stop = 1;
  for (int k = 0; k < nth; k++) pthread_join(th[k], NULL);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
