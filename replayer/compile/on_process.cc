// Creating, replacing, ending and awaiting processes and threads; shared mappings.
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <utility>

#include "replayer/compile/handlers.h"

namespace simrec::replay::causal {
namespace {

void clone_exit(Context& c, Call& call) {
  const std::int64_t child_plus_one = call.extra_argument(1);
  if (call.result() < 0 || child_plus_one <= 0 || child_plus_one > static_cast<std::int64_t>(c.threads.size())) return;
  const auto child = static_cast<std::uint32_t>(child_plus_one - 1);
  ThreadState& state = c.threads[child];
  if (state.spawned || child == call.thread) return;
  state.spawned = true;
  // Its copy of the descriptors is that of this moment, even if it is not seen doing anything for long.
  if (!state.begun) thread_begins(c, child);
  const Thread& thread = c.trace.tables.threads()[child];
  const bool vfork = (thread.clone_flags & CLONE_VFORK) != 0;
  const Ns blocked = call.blocked;
  call.blocked = 0;
  emit_cause(c, call, {OpKind::spawn, Cause::none, 0, child, 0});
  call.blocked = blocked;
  if (vfork) wait_token(c, call, c.processes[thread.process.value].started_token, Cause::child);
}

void set_tid_address_entry(Context& c, Call& call) {
  c.state(call).clear_tid = static_cast<std::uint64_t>(call.event.argument(0));
}

void image_replaced(Context& c, Call& call) {
  ProcessState& p = c.processes[call.process];
  p.address_space = c.next_address_space++;
  p.interpreter.replaced();
  p.yielding.clear();
  c.sharing.execed(call.process);
  c.descriptors.exec(call.process, c.dead);
  c.state(call).clear_tid = 0;
  const Ns half = call.cpu / 2;  // the old image is dropped midway, the new one is loaded then
  c.emit(call).compute(half);
  call.cpu -= half;
  close_descriptions(c, call, call.event.entry_ns);
  if (!p.vforked) return;
  p.vforked = false;
  c.tokens.set_cause(p.started_token, {call.thread, call.event.entry_ns});
  c.emit(call).cause({OpKind::signal, Cause::none, 0, p.started_token.value, 0});
}

/// The call's exit and the pseudo-event tell of the same exec; whichever comes first counts.
void exec_seen(Context& c, Call& call, std::uint16_t kind) {
  std::uint16_t& pending = c.state(call).exec_seen_by;
  if (pending && pending != kind) {
    pending = 0;
    return;
  }
  pending = kind;
  image_replaced(c, call);
}

void exec_exit(Context& c, Call& call) {
  if (call.result() == 0) exec_seen(c, call, SYS_execve);
}

void exec_done(Context& c, Call& call) { exec_seen(c, call, event_kind(PseudoEvent::execDone)); }

// --- Ends.

void wake_joiner(Context& c, Call& call) {
  ThreadState& t = c.state(call);
  if (!t.clear_tid || t.end_token) return;
  const TokenId token = c.tokens.add({call.thread, call.event.entry_ns});
  t.end_token = token;
  c.futexes.thread_exit({c.processes[call.process].address_space << 1, t.clear_tid}, call.event.entry_ns, token);
  c.emit(call).cause({OpKind::signal, Cause::none, 0, token.value, 0});
}

void exit_entry(Context& c, Call& call) { wake_joiner(c, call); }

/// The process ends when its other threads have done what they did until then, also if whoever ends it had found that
/// out without a call (a look at memory between two sleeps, pthread_join of one that had ended). Not those that keep
/// time: they would have run otherwise elsewhere.
void exit_group_entry(Context& c, Call& call) {
  ProcessState& p = c.processes[call.process];
  if (p.exiter_plus_one) return;
  p.exiter_plus_one = call.thread + 1;
  p.exit_started = call.event.entry_ns;
  for (const std::uint32_t t : p.threads) {
    ThreadState& other = c.threads[t];
    if (t != call.thread && !other.ended && !other.keeps_time) other.done_token = c.tokens.add();
  }
}

void await_done(Context& c, Call& call, std::uint32_t thread) {
  if (thread == call.thread || !c.threads[thread].done_token || std::exchange(c.threads[thread].awaited, true)) return;
  c.emit(call).cause({OpKind::wait, Cause::sync, kAfterAll, c.threads[thread].done_token->value, 0});
}

/// The thread has done all that it does; somebody may find that out without a call.
void done(Context& c, Call& call) {
  ThreadState& t = c.state(call);
  ProcessState& p = c.processes[call.process];
  if (!t.done_token) {
    if (t.keeps_time || p.exiter_plus_one || p.ended) return;
    t.done_token = c.tokens.add();
    if (const std::uint32_t creator = c.trace.tables.threads()[call.thread].creator_plus_one)
      c.threads[creator - 1].ended_created.push_back(call.thread);
  }
  c.emit(call).cause({OpKind::signal, Cause::none, kAfterAll, t.done_token->value, 0});
}

/// The process was killed: its end waits for whoever did it.
void wait_for_killer(Context& c, Call& call, int signo) {
  ProcessState& p = c.processes[call.process];
  ThreadState& t = c.state(call);
  t.emit.mark_polled();  // an idle server that sleeps poll after poll ends as soon as it is killed
  if (const auto token = c.signals.take(call.process, signo, call.event.entry_ns))
    return wait_token(c, call, *token, Cause::sync);
  if (p.death_token) return wait_token(c, call, *p.death_token, Cause::sync);
  if (t.unfinished_since < 0) return;
  c.counts.add(Count::signals_from_outside);
  call.blocked = call.event.entry_ns - t.unfinished_since;
  if (call.blocked > kReallyBlockedNs) external_wait(c, call, Cause::sync);
}

void process_ends(Context& c, Call& call) {
  ProcessState& p = c.processes[call.process];
  p.ended = true;
  if (p.exit_started < 0) p.exit_started = c.state(call).last_exit;
  if (p.exiter_plus_one)
    for (const std::uint32_t t : p.threads) await_done(c, call, t);
  c.descriptors.release(call.process, c.dead);
  close_descriptions(c, call, p.exit_started);
  const auto say = [&](TokenId token, std::uint16_t flags) {
    c.tokens.set_cause(token, {call.thread, p.exit_started});
    c.emit(call).cause({OpKind::signal, Cause::none, flags, token.value, 0});
  };
  if (p.vforked) say(p.started_token, 0);
  say(p.exit_token, kAfterAll);  // an event loop may have served another connection last
  if (p.parent_plus_one) c.signals.sent(p.parent_plus_one - 1, SIGCHLD, p.exit_started, p.exit_token);
}

void thread_exit(Context& c, Call& call) {
  ThreadState& t = c.state(call);
  if (t.ended) return;
  ProcessState& p = c.processes[call.process];
  const auto status = static_cast<int>(call.event.argument(0));
  const bool last = call.event.argument(1) != 0;
  const bool ends_process = !p.ended && (p.exiter_plus_one ? p.exiter_plus_one == call.thread + 1 : last);
  if (ends_process && !p.exiter_plus_one && WIFSIGNALED(status)) wait_for_killer(c, call, WTERMSIG(status));
  if (!ends_process && !p.ended && WIFSIGNALED(status) && t.fatal_signal == WTERMSIG(status) && !p.death_token) {
    p.death_token = c.tokens.add({call.thread, call.event.entry_ns});
    c.emit(call).cause({OpKind::signal, Cause::none, 0, p.death_token->value, 0});
  }
  if (!ends_process) done(c, call);
  wake_joiner(c, call);
  if (ends_process) process_ends(c, call);
  t.ended = true;
  t.emit.finish(call.cpu, !ends_process && t.keeps_time && (p.exiter_plus_one || WIFSIGNALED(status)));
  call.cpu = 0;
}

// --- Waiting for children.

std::uint32_t find_child(Context& c, std::uint32_t caller, std::int64_t pid) {
  for (std::uint32_t p : c.numbers.processes(caller, pid))
    if (c.processes[p].begun && !c.processes[p].reaped) return p + 1;
  return 0;
}

/// How a call waits for a child.
struct ChildWait {
  bool reaps = true, only_looks = false;  ///< not WNOWAIT; WNOHANG
};

void child_awaited(Context& c, Call& call, std::int64_t pid, std::int64_t status, ChildWait how) {
  if ((status & 0xff) == 0x7f || status == 0xffff) return c.counts.add(Count::job_control_stops);
  const std::uint32_t child = find_child(c, call.process, pid);
  if (!child) {
    c.counts.add(Count::unmatched_children);
    return external_wait(c, call, Cause::child);
  }
  if (how.reaps) c.processes[child - 1].reaped = true;
  if (how.only_looks && c.processes[child - 1].serves_connection) return;
  wait_token(c, call, c.processes[child - 1].exit_token, Cause::child);
}

void wait4_exit(Context& c, Call& call) {
  if (call.result() == -EINTR) return interrupted(c, call);
  const bool only_looks = (call.event.argument(1) & WNOHANG) != 0;
  if (call.result() > 0) child_awaited(c, call, call.result(), call.extra_argument(0), {true, only_looks});
}

void waitid_exit(Context& c, Call& call) {
  if (call.result() == -EINTR) return interrupted(c, call);
  const std::int64_t pid = call.extra_argument(0);
  if (call.result() == 0 && pid > 0)
    child_awaited(c, call, pid, call.extra_argument(1),
                  {!(call.event.argument(2) & WNOWAIT), (call.event.argument(2) & WNOHANG) != 0});
}

// --- Memory and tables that several processes see.

void mmap_exit(Context& c, Call& call) {
  if (call.result() < 0 && call.result() > -4096) return;
  if (call.event.argument(3) & MAP_ANONYMOUS) {
    c.sharing.maps_anonymous(call.process);
    return;
  }
  const Object& o = c.object(call.object);
  if (o.kind != ObjectKind::file && o.kind != ObjectKind::memfd && o.kind != ObjectKind::sharedMemory &&
      o.kind != ObjectKind::device)
    return;
  const std::uint64_t thing =
      o.inode ? (o.inode * 0x9E3779B97F4A7C15ULL ^ o.device) >> 4 : 3ULL << 58 | call.object.value;
  c.counts.add(Count::shared_memory);
  c.sharing.uses(call.process, thing, "they share memory (mmap of one file with MAP_SHARED)");
}

void shmat_exit(Context& c, Call& call) {
  if (call.result() < 0 && call.result() > -4096) return;
  c.counts.add(Count::shared_memory);
  c.sharing.uses(call.process, 3ULL << 60 | static_cast<std::uint64_t>(call.event.argument(0)),
                 "they share memory (shmat of one segment)");
}

void unshare_exit(Context& c, Call& call) {
  if (call.result() == 0 && (call.event.argument(0) & CLONE_FILES)) c.descriptors.unshare(call.process);
}

void io_uring_exit(Context& c, Call& call) {
  c.counts.add(Count::io_uring);
  external_wait(c, call, Cause::disk);
}

constexpr HandlerRow kRows[] = {
    {SYS_clone, nullptr, clone_exit},
    {SYS_clone3, nullptr, clone_exit},
    {SYS_fork, nullptr, clone_exit},
    {SYS_vfork, nullptr, clone_exit},
    {SYS_execve, nullptr, exec_exit},
    {SYS_execveat, nullptr, exec_exit},
    {SYS_exit, exit_entry, nullptr},
    {SYS_exit_group, exit_group_entry, nullptr},
    {SYS_set_tid_address, set_tid_address_entry, nullptr},
    {SYS_wait4, nullptr, wait4_exit},
    {SYS_waitid, nullptr, waitid_exit},
    {SYS_mmap, nullptr, mmap_exit},
    {SYS_shmat, nullptr, shmat_exit},
    {SYS_unshare, nullptr, unshare_exit},
    {SYS_io_uring_enter, nullptr, io_uring_exit},
    {event_kind(PseudoEvent::threadExit), thread_exit, nullptr},
    {event_kind(PseudoEvent::execDone), exec_done, nullptr},
};

void inherit_descriptors(Context& c, const Process& process) {
  for (const Descriptor& d : process.descriptors) {
    if (c.object(d.object).kind == ObjectKind::pipe) ++c.channels.ends(d.object).unknown_ends;
    c.descriptors.install(process.index.value, d.fd, c.descriptors.create(d.object, kModeUnknown), d.close_on_exec,
                          c.dead);
  }
  c.dead.clear();
}

}  // namespace

std::span<const HandlerRow> process_handlers() { return kRows; }

void joined(Context& c, Call& call, TokenId token) {
  ThreadState& ended = c.threads[c.tokens.cause(token).thread];
  if (ended.end_token != token) return;
  ended.awaited = true;  // this wait is for it
  for (const std::uint32_t t : std::exchange(c.state(call).ended_created, {})) await_done(c, call, t);
}

void thread_begins(Context& c, std::uint32_t thread) {
  c.threads[thread].begun = true;
  const Thread& t = c.trace.tables.threads()[thread];
  ProcessState& p = c.processes[t.process.value];
  p.threads.push_back(thread);
  if (p.begun) return;
  p.begun = true;
  const bool has_creator = t.creator_plus_one && t.creator_plus_one <= c.threads.size();
  if (!has_creator) {
    p.address_space = c.next_address_space++;
    return inherit_descriptors(c, c.trace.tables.processes()[t.process.value]);
  }
  const std::uint32_t parent = c.trace.tables.threads()[t.creator_plus_one - 1].process.value;
  if (parent == t.process.value) {
    p.address_space = c.next_address_space++;
    return;
  }
  const bool shares_memory = (t.clone_flags & CLONE_VM) != 0;
  p.address_space = shares_memory ? c.processes[parent].address_space : c.next_address_space++;
  p.vforked = (t.clone_flags & CLONE_VFORK) != 0;
  p.interpreter = c.processes[parent].interpreter.of_child();
  if (shares_memory && !p.vforked)
    c.sharing.together(parent, t.process.value, "they share their memory (clone with CLONE_VM)");
  c.sharing.forked(parent, t.process.value);
  c.descriptors.fork(parent, t.process.value, (t.clone_flags & CLONE_FILES) != 0);
}

}  // namespace simrec::replay::causal
