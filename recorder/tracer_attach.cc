// The tracer's share that begins in the middle of programs that run already, and ends before programs do.
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "recorder/clocks.h"
#include "recorder/epoll_interest.h"
#include "recorder/image.h"
#include "recorder/quiet_stop.h"
#include "recorder/stops.h"
#include "recorder/tracer.h"

namespace simrec::record {

Outcome Tracer::run(const AttachedTree& tree) {
  launching_ = false;
  outcome_.started = true;
  root_pid_ = tree.processes.empty() ? 0 : tree.processes.front().pid;
  started_unix_ns_ = clock_now(CLOCK_REALTIME);
  origin_ns_ = clock_now();
  early_.insert(tree.newborns.begin(), tree.newborns.end());
  std::map<pid_t, std::shared_ptr<TracedProcess>> processes;
  for (const AttachedProcess& attached : tree.processes) {
    const auto parent = processes.find(attached.parent);
    processes[attached.pid] = add_running(attached.pid, parent == processes.end() ? nullptr : parent->second.get());
  }
  for (const AttachedThread& attached : tree.threads) add_running(attached.tid, processes.at(attached.process));
  // All of them are known now and stood still so far. One by one they go on.
  for (const AttachedThread& attached : tree.threads)
    if (TracedThread* thread = attached.first_stop ? find(attached.tid) : nullptr)
      on_stop(*thread, *attached.first_stop);
  trace();
  return outcome_;
}

std::shared_ptr<TracedProcess> Tracer::add_running(pid_t pid, const TracedProcess* parent) {
  auto process = std::make_shared<TracedProcess>(pid, ProcessId{outcome_.processes++});
  if (parent != nullptr) process->parent_plus_one = parent->index.value + 1;
  process->memory.shared_mapping_appeared();  // it may have, before
  Process record{process->index, pid, process->parent_plus_one, 0, {}};
  list_descriptors(*process, record);
  sink_.put(record);
  process->image = read_image(pid, process->index, now_ns_, sink_);
  // Where a server wrote its title over its arguments, empty ones are left.
  while (!process->image.arguments.empty() && process->image.arguments.back().value == 0)
    process->image.arguments.pop_back();
  put_image(*process);
  return process;
}

void Tracer::add_running(pid_t tid, const std::shared_ptr<TracedProcess>& process) {
  auto thread = std::make_unique<TracedThread>();
  thread->tid = tid;
  thread->process = process;
  thread->record = {ThreadId{outcome_.threads++}, process->index, tid, 0, 0, 0, 0, clear_tid_address_of(tid)};
  ++process->live_threads;
  sink_.put(thread->record);
  start(*thread);
  if (process->live_threads == 1) list_epoll_interest(*thread);
  threads_[tid] = std::move(thread);
  latest_ = nullptr;
}

/// What was registered with epoll_ctl before the start, as calls of the process's first thread at the start.
void Tracer::list_epoll_interest(const TracedThread& thread) {
  TracedProcess& process = *thread.process;
  for (const int epoll : process.files.open_descriptors()) {
    if (process.files.link(epoll) != "anon_inode:[eventpoll]") continue;
    for (const EpollInterest& entry : epoll_interest(process.pid, epoll)) {
      const std::int64_t arguments[] = {epoll, EPOLL_CTL_ADD, entry.fd, entry.events,
                                        static_cast<std::int64_t>(entry.data)};
      Event event;
      event.thread = thread.record.index;
      event.kind = SYS_epoll_ctl;
      event.flags = kEntryOnly;
      event.entry_ns = event.exit_ns = now_ns_;
      event.arguments = arguments;
      sink_.append(event);
    }
  }
}

/// A thread we interrupted makes its call again. What the kernel then calls restart_syscall is the call it was in.
void Tracer::restart_quietly(TracedThread& thread) {
  const auto interrupted = restart_interrupted_call(thread.tid);
  if (!interrupted || thread.call.active || interrupted->number >= handlers_.size()) return;
  thread.call.number = static_cast<std::uint16_t>(interrupted->number);
  thread.call.row = handlers_[thread.call.number].row;
  thread.call.registers = interrupted->arguments;
}

/// A call of no interest, which stopped because every call does: its two stops are no part of the burst it is in.
/// (Costs of calls that are recorded stay inside, see ledger.h.)
void Tracer::on_passed_call(TracedThread& thread) {
  ++outcome_.passed_calls;
  const bool cross = thread.cpu.differs_from_ours(thread.tid, TraceeMemory(thread.process->pid));
  for (const StopCost& cost : options_.ledger)
    if (cost.tier == 1 && cost.whole_call && cost.same_cpu != cross)
      thread.at_last_event.run_ns += cost.burst_bias_ns + cost.call_bias_ns;
}

/// The last thing known of everybody when a recording ends before its programs: which call they are in, or the CPU
/// time they used since the last one.
void Tracer::close_open_events() {
  outcome_.end_ns = now_ns_;
  if (find(root_pid_) != nullptr) outcome_.root_end_ns = now_ns_;
  for (const auto& [tid, thread] : threads_) {
    if (!thread->started || thread->exit_recorded) continue;
    fast_.drain(*thread);
    const StopTime at = stop_time(*thread);
    const bool in_hook = fast_.events().unfinished_call(*thread, at);
    if (thread->call.active)
      log_.unfinished_call(*thread, at);
    else if (!in_hook)
      log_.pseudo(*thread, PseudoEvent::sample, at);
    take_modules(*thread->process);
  }
  fast_.mute();
}

int Tracer::release() {
  tick_.disarm();
  if (options_.interception.every_call()) {
    detach_all();
    return outcome_.root_status;
  }
  for (const pid_t tid : std::exchange(early_, {})) let_pass(tid, PTRACE_EVENT_STOP << 16 | SIGTRAP << 8 | 0x7f);
  // Of the others nothing needs to be known any more.
  std::erase_if(threads_, [](const auto& entry) { return !entry.second->fast.lease; });
  latest_ = nullptr;
  for (;;) {
    int status = 0;
    const pid_t tid = waitpid(-1, &status, __WALL);
    if (tid >= 0) let_pass(tid, status);
    if (tid < 0 && errno != EINTR) return outcome_.root_status;
  }
}

void Tracer::forget(pid_t tid) {
  if (TracedThread* thread = find(tid)) fast_.on_end(*thread);
  threads_.erase(tid);
  latest_ = nullptr;
}

/// Without a tracer the filter's calls would fail with ENOSYS: we stay, and look at nothing.
void Tracer::let_pass(pid_t tid, int status) {
  if (!WIFSTOPPED(status)) {
    if (tid == root_pid_) outcome_.root_status = status;
    if (helpers_.live != nullptr) helpers_.live->remove(tid);
    forget(tid);
    return;
  }
  int signal = WSTOPSIG(status);
  switch (status >> 16) {
    case 0: {
      TracedThread* thread = signal == kSyscallStop ? nullptr : find(tid);
      if (thread != nullptr && fast_.before_signal(*thread, signal) == FastPath::SignalFor::nobody) signal = 0;
      resume(tid, Resume::run, signal == kSyscallStop ? 0 : signal);
      return;
    }
    case PTRACE_EVENT_EXEC:
      forget(tid);
      break;
    case PTRACE_EVENT_STOP:
      if (find(tid) == nullptr) FastPath::clear_slot(tid);
      resume(tid, is_stop_signal(signal) ? Resume::listen : Resume::run);
      return;
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
      if (const auto child = event_message(tid); child && helpers_.live != nullptr)
        helpers_.live->add(static_cast<pid_t>(*child));
      break;
    default:
      break;
  }
  resume(tid, Resume::run);
}

/// Every thread is let go of in the stop that interrupting it makes: there, a call it waits in can be made to restart.
/// Stops that come before are passed.
void Tracer::detach_all() {
  std::set<pid_t> held, gone;
  for (const pid_t tid : early_) detach(tid);
  for (const auto& [tid, thread] : threads_)
    if (!thread->at_exit && interrupt(tid)) held.insert(tid);
  tick_.arm(Bounds::kPeriodNs);
  while (!held.empty()) {
    int status = 0;
    const pid_t tid = waitpid(-1, &status, __WALL);
    if (tid < 0 && errno != EINTR) break;
    // A thread that does not stop (waiting for a dead disk) is given up at the second signal; the kernel detaches it.
    if (tid < 0 && helpers_.bounds != nullptr && !helpers_.bounds->signalled().empty()) break;
    if (tid < 0) continue;
    if (!WIFSTOPPED(status)) {
      if (tid == root_pid_) outcome_.root_status = status;
      held.erase(tid);
    } else if (let_go(tid, status)) {
      held.erase(tid);
      gone.insert(tid);
    } else if (const int event = status >> 16;
               event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK) {
      const auto child = event_message(tid);
      if (child && *child != 0 && !gone.contains(static_cast<pid_t>(*child))) held.insert(static_cast<pid_t>(*child));
      interrupt(tid);
      resume(tid, Resume::run);
    }
  }
  tick_.disarm();
}

/// Detaches a stopped thread if this is a moment for it; else, unless it just made a child, lets it go on.
bool Tracer::let_go(pid_t tid, int status) {
  const int signal = WSTOPSIG(status);
  switch (status >> 16) {
    case PTRACE_EVENT_STOP:
      if (!is_stop_signal(signal)) restart_interrupted_call(tid);
      return detach(tid);
    case PTRACE_EVENT_EXIT:
      return detach(tid);
    case PTRACE_EVENT_CLONE:
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
      return false;
    default:
      interrupt(tid);  // every other stop makes the kernel forget that this one is wanted
      resume(tid, Resume::run, status >> 16 == 0 && signal != kSyscallStop ? signal : 0);
      return false;
  }
}

}  // namespace simrec::record
