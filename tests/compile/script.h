// Recordings written by hand, and ops as one line of text, so that a test reads as "this happened → this is replayed".
#pragma once

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "replayer/compile/compile.h"
#include "replayer/program/check.h"
#include "trace-format/trace.h"

namespace simrec::replay::test {

/// When a call happened and what it cost; times in ns from trace start.
struct When {
  Ns entry = 0;
  Ns exit = -1;  ///< -1 = at entry
  Ns burst = 0;
  Ns cpu = 0;
  std::uint32_t flags = 0;
};

class Script {
 public:
  /// The root command's process with its main thread.
  ThreadId root(std::int64_t pid = 100) {
    const ProcessId p = builder.process(pid, 0, "root");
    processes_.push_back(p);
    return remember(builder.thread(p, pid), p);
  }

  void call(ThreadId thread, int number, std::int64_t result, std::vector<std::int64_t> arguments, When when) {
    Event e;
    e.thread = thread;
    e.kind = static_cast<std::uint16_t>(number);
    e.entry_ns = when.entry;
    e.exit_ns = when.exit < 0 ? when.entry : when.exit;
    e.burst_ns = when.burst;
    e.call_cpu_ns = when.cpu;
    e.result = result;
    e.flags = when.flags;
    e.arguments = arguments;
    builder.event(e);
  }
  void entry_only(ThreadId thread, int number, std::vector<std::int64_t> arguments, Ns at, Ns burst = 0) {
    call(thread, number, 0, std::move(arguments), {at, -1, burst, 0, kEntryOnly});
  }
  void pseudo(ThreadId thread, PseudoEvent event, std::vector<std::int64_t> arguments, Ns at) {
    call(thread, event_kind(event), 0, std::move(arguments), {at});
  }

  /// A new process; the clone call takes [entry, exit], the child starts in between.
  ThreadId fork(ThreadId parent, std::int64_t pid, When when, std::uint64_t flags = SIGCHLD) {
    const ProcessId p = builder.process(pid, process_of(parent).value + 1, "child");
    processes_.push_back(p);
    const ThreadId child = remember(builder.thread(p, pid, parent.value + 1, when.entry + 1, flags), p);
    call(parent, SYS_clone, pid, {static_cast<std::int64_t>(flags), 0, child.value + 1}, when);
    return child;
  }
  /// A new thread of the same process, joinable through clear_tid.
  ThreadId thread(ThreadId creator, std::int64_t tid, std::int64_t clear_tid, When when) {
    constexpr std::uint64_t kFlags = CLONE_VM | CLONE_FILES | CLONE_THREAD | CLONE_CHILD_CLEARTID;
    const ProcessId p = process_of(creator);
    const ThreadId child = remember(builder.thread(p, tid, creator.value + 1, when.entry + 1, kFlags), p);
    call(creator, SYS_clone, tid, {static_cast<std::int64_t>(kFlags), clear_tid, child.value + 1}, when);
    entry_only(child, SYS_set_tid_address, {clear_tid}, when.entry + 1);
    return child;
  }
  void exit_group(ThreadId thread, Ns at, int status = 0) {
    entry_only(thread, SYS_exit_group, {status}, at);
    pseudo(thread, PseudoEvent::threadExit, {status << 8, 1}, at + 10);
  }
  void exit_thread(ThreadId thread, Ns at, bool last = false) {
    entry_only(thread, SYS_exit, {0}, at);
    pseudo(thread, PseudoEvent::threadExit, {0, last}, at + 10);
  }

  ObjectId object(ObjectKind kind, std::string local = "", std::string peer = "") {
    Object o;
    o.kind = kind;
    o.inode = ++inode_;
    o.local_address = builder.string(std::move(local));
    o.peer_address = builder.string(std::move(peer));
    return builder.object(o);
  }
  /// pipe(2) by the thread: read end `r`, write end `w`.
  ObjectId pipe(ThreadId thread, int r, int w, Ns at, std::int64_t flags = 0) {
    const ObjectId o = object(ObjectKind::pipe);
    call(thread, SYS_pipe2, 0, {flags, r, w, o.value}, {at});
    return o;
  }
  void close(ThreadId thread, int fd, Ns at) { entry_only(thread, SYS_close, {fd}, at); }
  void read(ThreadId thread, int fd, std::int64_t result, When when) {
    call(thread, SYS_read, result, {fd, 65536}, when);
  }
  void write(ThreadId thread, int fd, std::int64_t result, When when) {
    call(thread, SYS_write, result, {fd, result > 0 ? result : 1}, when);
  }

  Program compile(Ns end = 1'000'000'000, Order order = Order::arrival) {
    CompileOptions options;
    options.order = order;
    return replay::compile(builder.build(end), options);
  }

  TraceBuilder builder;

 private:
  ThreadId remember(ThreadId thread, ProcessId process) {
    if (thread_process_.size() <= thread.value) thread_process_.resize(thread.value + 1);
    thread_process_[thread.value] = process;
    return thread;
  }
  ProcessId process_of(ThreadId thread) const { return thread_process_[thread.value]; }

  std::vector<ProcessId> processes_;
  std::vector<ProcessId> thread_process_;
  std::uint64_t inode_ = 1000;
};

/// "compute 10, recv s0 64, exit": targets carry the letter of what they are.
inline std::string ops(const Program& p, ThreadId thread) {
  std::string text;
  for (const Op& op : p.threads.at(thread.value).ops) {
    if (!text.empty()) text += ", ";
    const std::string target = std::to_string(op.target), value = std::to_string(op.value);
    switch (op.kind) {
      case OpKind::compute:
        text += "compute " + value;
        break;
      case OpKind::sleep:
        text += "sleep " + value + (op.flags & kInterruptible ? " until +" + target : "");
        break;
      case OpKind::send:
        text += "send s" + target + " " + value;
        break;
      case OpKind::recv:
        text += "recv s" + target + " " + value;
        break;
      case OpKind::finish:
        text += "finish s" + target + (op.flags & kLingers ? " lingers" : "");
        break;
      case OpKind::recv_end:
        text += "recv_end s" + target;
        break;
      case OpKind::connect:
        text += std::string("connect") + (op.flags & kNonblocking ? "? c" : " c") + target;
        break;
      case OpKind::accept:
        text += "accept c" + target;
        break;
      case OpKind::signal:
        text += "signal k" + target;
        break;
      case OpKind::wait:
        text += "wait k" + target;
        break;
      case OpKind::arm:
        text += "arm t" + target;
        break;
      case OpKind::expire:
        text += "expire t" + target + " " + value;
        break;
      case OpKind::io:
        text += "io " + target + " " + value;
        break;
      case OpKind::spawn:
        text += "spawn " + target;
        break;
      case OpKind::exit:
        text += std::string("exit") + (op.flags & kNonblocking ? " killed" : "");
        break;
    }
  }
  return text;
}

inline std::uint64_t count(const Program& p, const std::string& name) {
  for (const NamedValue& c : p.counts)
    if (c.name == name) return c.value;
  return 0;
}

inline constexpr Ns kMs = 1'000'000;

}  // namespace simrec::replay::test
