#include "tests/analysis/sample_trace.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <poll.h>
#include <csignal>
#include <vector>

#include "trace-format/trace_writer.h"

namespace simrec::test {
namespace {

using Arguments = std::vector<std::int64_t>;

constexpr Ns kUs = 1000;
constexpr Ns kMs = 1'000'000;

/// Writes events of one thread one after the other.
class ThreadScript {
 public:
  ThreadScript(TraceWriter& writer, ThreadId thread, Ns start_ns) : writer_(writer), thread_(thread), at_(start_ns) {}

  /// Computes for burst_ns, then calls; inside, cpu_ns of CPU and blocked_ns without.
  void call(long number, Ns burst_ns, Ns cpu_ns, Ns blocked_ns, std::int64_t result, const Arguments& arguments,
            std::uint32_t flags = 0) {
    Event event;
    event.kind = static_cast<std::uint16_t>(number);
    event.flags = flags;
    event.burst_ns = burst_ns;
    event.call_cpu_ns = cpu_ns;
    event.entry_ns = at_ + burst_ns;
    event.exit_ns = event.entry_ns + cpu_ns + blocked_ns;
    event.result = result;
    append(event, arguments);
  }

  void pseudo(PseudoEvent kind, const Arguments& arguments = {}) {
    Event event;
    event.kind = event_kind(kind);
    event.entry_ns = event.exit_ns = at_;
    append(event, arguments);
  }

  void sample(Ns burst_ns, Ns weight_ns, StackId stack) {
    Event event;
    event.kind = event_kind(PseudoEvent::sample);
    event.burst_ns = burst_ns;
    event.entry_ns = event.exit_ns = at_ + burst_ns;
    event.stack = stack;
    append(event, {weight_ns});
  }

  void entry_only(long number, const Arguments& arguments) { call(number, 0, 0, 0, 0, arguments, kEntryOnly); }

  Ns at() const { return at_; }
  void advance_to(Ns at) { at_ = at; }

 private:
  void append(Event event, const Arguments& arguments) {
    event.thread = thread_;
    event.arguments = arguments;
    writer_.append(event);
    at_ = event.exit_ns;
  }

  TraceWriter& writer_;
  ThreadId thread_;
  Ns at_;
};

void put_process(TraceWriter& writer, std::uint32_t index, std::int64_t pid, std::uint32_t parent_plus_one, Ns start_ns,
                 std::vector<Descriptor> descriptors = {}) {
  Process process;
  process.index = ProcessId{index};
  process.pid = pid;
  process.parent_plus_one = parent_plus_one;
  process.start_ns = start_ns;
  process.descriptors = std::move(descriptors);
  writer.put(process);
}

void put_thread(TraceWriter& writer, std::uint32_t index, std::uint32_t process, std::int64_t tid,
                std::uint32_t creator_plus_one, Ns start_ns, std::uint64_t clone_flags) {
  Thread thread;
  thread.index = ThreadId{index};
  thread.process = ProcessId{process};
  thread.tid = tid;
  thread.creator_plus_one = creator_plus_one;
  thread.start_ns = start_ns;
  thread.clone_flags = clone_flags;
  writer.put(thread);
}

void put_image(TraceWriter& writer, std::uint32_t process, Ns start_ns, const std::vector<std::string>& arguments) {
  Image image;
  image.process = ProcessId{process};
  image.start_ns = start_ns;
  image.name = writer.intern(arguments.front());
  image.executable = writer.intern("/bin/" + arguments.front());
  for (const std::string& argument : arguments) image.arguments.push_back(writer.intern(argument));
  writer.put(image);
}

ObjectId put_object(TraceWriter& writer, ObjectKind kind, std::uint64_t inode, const std::string& path = "") {
  Object object;
  object.kind = kind;
  object.inode = inode;
  object.path = writer.intern(path);
  return writer.put(object);
}

Footer footer(const TraceWriter& writer, Ns end_ns, std::uint32_t processes, std::uint32_t threads) {
  Footer footer;
  footer.end_ns = footer.root_end_ns = end_ns;
  footer.events = writer.events_written();
  footer.processes = processes;
  footer.threads = threads;
  return footer;
}

std::int64_t number(StringId id) { return id.value; }
std::int64_t number(ObjectId id) { return id.value; }

}  // namespace

Header sample_header() {
  Header header;
  header.tool_version = "simrec test";
  header.started_unix_ns = 1'700'000'000'000'000'000;
  header.host.name = "box";
  header.host.machine = "x86_64";
  header.host.kernel = "6.1";
  header.host.cpu_model = "Test CPU";
  header.host.cores = 2;
  header.host.memory_bytes = 4'000'000'000;
  header.calibration.core_speed_flops = 1e9;
  header.calibration.loopback_latency_ns = 10'000;
  header.calibration.loopback_bandwidth_bytes_per_s = 2e9;
  header.calibration.wake_up_ns = 5'000;
  header.command = {"sh", "-c", "ls | wc"};
  header.working_directory = "/home/user";
  return header;
}

void write_pipeline_trace(const std::string& path) {
  TraceWriter writer(path, sample_header());
  const ObjectId terminal = put_object(writer, ObjectKind::terminal, 1, "/dev/pts/0");
  const ObjectId pipe = put_object(writer, ObjectKind::pipe, 4711);
  put_process(writer, 0, 100, 0, 0,
              {{0, terminal, false, false}, {1, terminal, false, false}, {2, terminal, false, false}});
  put_thread(writer, 0, 0, 100, 0, 0, SIGCHLD);
  put_image(writer, 0, 0, {"sh", "-c", "ls | wc"});
  put_process(writer, 1, 101, 1, 1 * kMs);
  put_thread(writer, 1, 1, 101, 1, 1 * kMs, SIGCHLD);
  put_image(writer, 1, 1 * kMs, {"ls"});
  put_process(writer, 2, 102, 1, 2 * kMs);
  put_thread(writer, 2, 2, 102, 1, 2 * kMs, SIGCHLD);
  put_image(writer, 2, 2 * kMs, {"wc"});

  ThreadScript shell(writer, ThreadId{0}, 0);
  shell.pseudo(PseudoEvent::threadStart);
  shell.call(SYS_pipe2, 500 * kUs, 10 * kUs, 0, 0, {0, 3, 4, number(pipe)});
  shell.call(SYS_clone, 300 * kUs, 190 * kUs, 0, 101, {SIGCHLD, 0, 2});  // until 1 ms
  shell.call(SYS_clone, 800 * kUs, 200 * kUs, 0, 102, {SIGCHLD, 0, 3});  // until 2 ms
  shell.entry_only(SYS_close, {3});
  shell.entry_only(SYS_close, {4});
  shell.call(SYS_wait4, 0, 10 * kUs, 3990 * kUs, 101, {-1, 0, 0});  // until 6 ms
  shell.call(SYS_wait4, 0, 10 * kUs, 3490 * kUs, 102, {-1, 0, 0});  // until 9.5 ms
  shell.call(SYS_exit_group, 500 * kUs, 0, 0, 0, {0}, kEntryOnly);
  shell.pseudo(PseudoEvent::threadExit, {0, 1});

  ThreadScript ls(writer, ThreadId{1}, 1 * kMs);
  ls.pseudo(PseudoEvent::threadStart);
  ls.call(SYS_dup2, 100 * kUs, 5 * kUs, 0, 1, {4, 1});
  ls.entry_only(SYS_close, {3});
  ls.entry_only(SYS_close, {4});
  ls.call(SYS_write, 2 * kMs, 20 * kUs, 0, 12, {1, 12});
  ls.call(SYS_exit_group, 1 * kMs, 0, 0, 0, {0}, kEntryOnly);
  ls.pseudo(PseudoEvent::threadExit, {0, 1});

  ThreadScript wc(writer, ThreadId{2}, 2 * kMs);
  wc.pseudo(PseudoEvent::threadStart);
  wc.call(SYS_dup2, 100 * kUs, 5 * kUs, 0, 0, {3, 0});
  wc.entry_only(SYS_close, {3});
  wc.entry_only(SYS_close, {4});
  wc.call(SYS_read, 50 * kUs, 10 * kUs, 970 * kUs, 12, {0, 65536});
  wc.call(SYS_read, 5 * kUs, 5 * kUs, 990 * kUs, 0, {0, 65536});
  wc.call(SYS_write, 1 * kMs, 10 * kUs, 0, 24, {1, 24});
  wc.call(SYS_exit_group, 100 * kUs, 0, 0, 0, {0}, kEntryOnly);
  wc.pseudo(PseudoEvent::threadExit, {0, 1});

  Footer end = footer(writer, 10 * kMs, 3, 3);
  end.losses = {{"unreadable paths", 2}};
  writer.finish(end);
}

void write_sampled_trace(const std::string& path) {
  TraceWriter writer(path, sample_header());
  put_process(writer, 0, 400, 0, 0);
  put_thread(writer, 0, 0, 400, 0, 0, SIGCHLD);
  put_image(writer, 0, 0, {"prog"});
  const StringId prog = writer.intern("/bin/prog");
  const Frame main{writer.intern("main"), prog, 0x1000}, hot{writer.intern("hot"), prog, 0x2000};
  const Frame nameless{StringId{}, prog, 0x3abc};
  ThreadScript thread(writer, ThreadId{0}, 0);
  thread.pseudo(PseudoEvent::threadStart);
  for (int i = 0; i < 2; ++i) thread.sample(5 * kMs, 5 * kMs, writer.intern(std::vector{hot, hot, main}));
  thread.sample(4 * kMs, 4 * kMs, writer.intern(std::vector{nameless, main}));
  thread.sample(1 * kMs, 1 * kMs, StackId{});
  thread.pseudo(PseudoEvent::threadExit, {0, 1});
  writer.finish({.end_ns = thread.at(), .events = 6, .processes = 1, .threads = 1});
}

void write_calls_trace(const std::string& path) {
  TraceWriter writer(path, sample_header());
  const ObjectId file = put_object(writer, ObjectKind::file, 5, "/etc/passwd");
  const ObjectId epoll = put_object(writer, ObjectKind::epoll, 6);
  Object connection;
  connection.kind = ObjectKind::tcp;
  connection.inode = 7;
  connection.local_address = writer.intern("127.0.0.1:4242");
  connection.peer_address = writer.intern("127.0.0.1:6379");
  const ObjectId tcp = writer.put(connection);
  put_process(writer, 0, 200, 0, 0);
  put_thread(writer, 0, 0, 200, 0, 0, SIGCHLD);
  put_image(writer, 0, 250, {"prog", "two words"});  // events' times are rounded, this is not
  const StringId passwd = writer.intern("/etc/passwd"), missing = writer.intern("/no\nsuch");
  const StringId address = writer.intern("127.0.0.1:6379");

  ThreadScript thread(writer, ThreadId{0}, 0);
  thread.pseudo(PseudoEvent::threadStart);
  thread.pseudo(PseudoEvent::execDone);
  thread.call(SYS_openat, 10 * kUs, 5 * kUs, 0, 3, {O_RDONLY | O_CLOEXEC, number(passwd), number(file)});
  thread.call(SYS_openat, 10 * kUs, 5 * kUs, 0, -ENOENT, {O_RDWR | O_CREAT, number(missing), 0});
  thread.call(SYS_read, 1 * kUs, 2 * kUs, 0, 100, {3, 4096});
  thread.call(SYS_socket, 1 * kUs, 2 * kUs, 0, 4, {AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0, number(tcp)});
  thread.call(SYS_connect, 1 * kUs, 2 * kUs, 50 * kUs, 0, {4, number(tcp), number(address)});
  thread.call(SYS_sendto, 1 * kUs, 2 * kUs, 0, 42, {4, 42, MSG_NOSIGNAL, 0});
  thread.call(SYS_recvfrom, 1 * kUs, 2 * kUs, 0, -EAGAIN, {4, 4096, MSG_DONTWAIT, 0});
  thread.call(SYS_poll, 1 * kUs, 2 * kUs, 100 * kUs, 1, {1'500'000, 2, 4, POLLIN | POLLHUP});
  thread.call(SYS_epoll_create1, 1 * kUs, 2 * kUs, 0, 5, {EPOLL_CLOEXEC, number(epoll)});
  thread.entry_only(SYS_epoll_ctl, {5, EPOLL_CTL_ADD, 4, EPOLLIN, 0xbeef});
  thread.call(SYS_epoll_wait, 1 * kUs, 2 * kUs, 20 * kUs, 1, {5, -1, 0xbeef});
  thread.call(SYS_futex, 1 * kUs, 2 * kUs, 30 * kUs, -ETIMEDOUT,
              {0x1000, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 7, 2'000'000, 0, 0, 0, 0});
  thread.call(SYS_nanosleep, 1 * kUs, 2 * kUs, 1 * kMs, 0, {1'000'000});
  thread.call(SYS_dup2, 1 * kUs, 2 * kUs, 0, 9, {3, 9});
  thread.entry_only(SYS_close, {3});
  thread.call(SYS_read, 1 * kUs, 2 * kUs, 0, 0, {9, 4096});
  thread.call(SYS_kill, 1 * kUs, 2 * kUs, 0, 0, {200, SIGUSR1});
  thread.pseudo(PseudoEvent::signal, {SIGUSR1, 0, 200});
  thread.call(SYS_wait4, 1 * kUs, 2 * kUs, 0, -512, {-1, 1, 0});
  thread.call(SYS_pause, 1 * kUs, 0, 5 * kUs, 0, {}, kUnfinished);
  thread.pseudo(PseudoEvent::threadExit, {9, 1});
  Footer end = footer(writer, thread.at(), 1, 1);
  end.root_exit_status = 9;
  writer.finish(end);
}

void write_interleaved_trace(const std::string& path, int events) {
  WriterOptions options;
  options.times = {.wall_unit_ns = 1, .cpu_unit_ns = 1};
  options.events_per_block = 64;
  TraceWriter writer(path, sample_header(), options);
  put_process(writer, 0, 300, 0, 0);
  put_image(writer, 0, 0, {"turns"});
  put_thread(writer, 0, 0, 300, 0, 0, SIGCHLD);
  put_thread(writer, 1, 0, 301, 1, 0, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM);
  ThreadScript threads[] = {{writer, ThreadId{0}, 0}, {writer, ThreadId{1}, 0}};
  for (int i = 0; i < events; ++i) {
    for (int t = 0; t < 2; ++t) {
      threads[t].advance_to((2 * i + t) * kUs);
      threads[t].call(SYS_sched_yield, 0, 0, 0, 0, {}, kEntryOnly);
    }
  }
  writer.finish(footer(writer, threads[1].at(), 1, 2));
}

}  // namespace simrec::test
