// The tracer's share that deals with threads and processes coming, changing and going.
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "recorder/clocks.h"
#include "recorder/image.h"
#include "recorder/recordable.h"
#include "recorder/thread_status.h"
#include "recorder/time_calls.h"
#include "recorder/tracer.h"

namespace simrec::record {
namespace {

/// Number of a thread in its own pid namespace; 0 when that is simrec's, too.
pid_t namespace_tid_of(pid_t tid) {
  const std::string numbers = status_field(tid, "NSpid");  // outermost first
  const std::size_t last = numbers.find_last_of(" \t");
  const bool nested = last != std::string::npos && numbers.find_first_of("0123456789") < last;
  return nested ? static_cast<pid_t>(std::strtol(numbers.c_str() + last, nullptr, 10)) : 0;
}

bool is_exit_call(long number) { return number == SYS_exit || number == SYS_exit_group; }

bool made_no_child(const CurrentCall& call) {
  return call.row != nullptr && call.row->extra == Extra::clone && call.child_plus_one == 0;
}

/// In clone or the like, and its child has not been told of yet.
bool is_cloning(const TracedThread& thread) { return thread.call.active && made_no_child(thread.call); }

/// Killed while it made a process. Of a thread that it made nobody needs to know: that was killed with it.
bool died_making_process(const TracedThread& dead) {
  const CurrentCall& call = dead.call;
  return (call.flags & kUnfinished) != 0 && made_no_child(call) && (call.clone_flags & CLONE_THREAD) == 0;
}

}  // namespace

TracedThread* Tracer::find(pid_t tid) {
  if (latest_ != nullptr && latest_->tid == tid) return latest_;
  const auto found = threads_.find(tid);
  return found == threads_.end() ? nullptr : latest_ = found->second.get();
}

bool Tracer::on_launch_stop(TracedThread& thread, int status) {
  const int event = status >> 16;
  const int signal = WSTOPSIG(status);
  const bool starts = launch_kind_ == LaunchKind::command ? event == PTRACE_EVENT_EXEC : event == PTRACE_EVENT_SECCOMP;
  if (starts) {
    start_root(thread);
    if (launch_kind_ == LaunchKind::function) return true;
    resume(thread.tid, Resume::run);
    return false;
  }
  resume(thread.tid, Resume::run, event == 0 ? signal : 0);
  return false;
}

void Tracer::start_root(TracedThread& thread) {
  launching_ = false;
  started_unix_ns_ = clock_now(CLOCK_REALTIME);
  origin_ns_ += now_ns_;
  now_ns_ = 0;
  fast_.events().set_origin(origin_ns_);
  thread.process = std::make_shared<TracedProcess>(thread.tid, ProcessId{outcome_.processes++});
  thread.record = {ThreadId{outcome_.threads++}, thread.process->index, thread.tid, 0, 0, 0, 0, 0};
  thread.process->live_threads = 1;
  Process record{thread.process->index, thread.tid, 0, 0, {}};
  if (launch_kind_ == LaunchKind::command) list_descriptors(*thread.process, record);
  sink_.put(record);
  sink_.put(thread.record);
  take_image(*thread.process);
  if (fast_.enabled()) thread.process->space = std::make_shared<AddressSpace>(thread.process->pid);
  hide_clocks(*thread.process);
  start(thread);
  if (launch_kind_ == LaunchKind::command)
    log_.pseudo(thread, PseudoEvent::execDone, {now_ns_, thread.at_last_event}, {now_ns_});
}

void Tracer::list_descriptors(TracedProcess& process, Process& record) {
  for (const int fd : process.files.open_descriptors()) {
    const int flags = process.files.flags(fd);
    record.descriptors.push_back(
        {fd, objects_.existing(process.owner(), fd), (flags & O_CLOEXEC) != 0, (flags & O_NONBLOCK) != 0});
  }
}

void Tracer::drop_closed_objects() {
  OpenInodes open;
  std::unordered_set<const TracedProcess*> seen;
  // Objects that calls still in a ring are about were open until just now: they are found closed once, not twice.
  for (const auto& [tid, thread] : threads_) fast_.drain(*thread);
  for (const auto& [tid, thread] : threads_) {
    if (!thread->process || !seen.insert(thread->process.get()).second) continue;
    ProcessFiles& files = thread->process->files;
    if (!files.can_be_listed() && (kill(tid, 0) == 0 || errno != ESRCH)) return objects_.keep_all();
    for (const int fd : files.open_descriptors())
      if (const auto status = files.status(fd)) open.emplace(status->device, status->inode);
  }
  objects_.drop_closed(open);
}

void Tracer::take_image(TracedProcess& process) {
  process.image = read_image(process.pid, process.index, now_ns_, sink_);
  put_image(process);
}

void Tracer::put_image(TracedProcess& process) {
  if (is_32_bit(process.pid)) sink_.lose("32-bit programs, whose system calls are not recorded");
  if (is_protected(process.pid))
    sink_.lose("details of programs that simrec's user may not look into (their executables are not readable)");
  if (runs_without_its_privileges(process.pid))
    sink_.lose("set-user-ID and similar programs, which ran without the privileges their files grant");
  sink_.put(process.image);
  images_.try_emplace(process.image.executable.value, process.image);
}

void Tracer::hide_clocks(const TracedProcess& process) {
  if (options_.trace_time && launch_kind_ == LaunchKind::command && !hide_vdso(process.pid))
    sink_.lose("programs whose reading of clocks could not be traced");
}

void Tracer::take_modules(TracedProcess& process) {
  if (helpers_.modules == nullptr) return;
  // Once per executable: a library that only some of its runs load late is worth less than /proc/PID/maps
  // at every exit would cost.
  auto [entry, is_new] = files_of_executable_.try_emplace(process.image.executable.value);
  if (!is_new) return;
  entry->second = mapped_files(process.pid);
  helpers_.modules->add(entry->second);
}

void Tracer::record_modules(TraceWriter& writer) {
  if (helpers_.modules == nullptr) return;
  for (auto& [executable, image] : images_) {
    const auto files = files_of_executable_.find(executable);
    if (files == files_of_executable_.end()) continue;
    image.modules = helpers_.modules->modules(files->second, writer);
    writer.put(image);
  }
}

void Tracer::start(TracedThread& thread) {
  thread.started = true;
  fast_.on_start(thread);
  restore_untraced_flag(thread.tid, std::exchange(thread.untraced, {}));
  thread.clock = CpuClock(thread.process->pid, thread.tid);
  if (thread.clock.out_of_descriptors())
    sink_.lose("CPU times of threads, for want of file descriptors (raise 'ulimit -Hn')");
  thread.at_last_event = thread.clock.read();
  if (sampler_) sampler_->begin(thread);
  log_.pseudo(thread, PseudoEvent::threadStart, {now_ns_, thread.at_last_event});
}

void Tracer::on_child(TracedThread& parent) {
  const auto tid = event_message(parent.tid);
  if (tid && *tid != 0) {
    const std::uint64_t flags = parent.call.active ? parent.call.clone_flags : 0;
    adopt(static_cast<pid_t>(*tid), parent, flags, parent.call.clear_tid_address);
  }
  resume(parent.tid, way_on(parent));
}

void Tracer::adopt(pid_t tid, TracedThread& creator, std::uint64_t clone_flags, std::uint64_t clear_tid_address) {
  const bool same_process =
      creator.call.active ? (clone_flags & CLONE_THREAD) != 0 : status_number(tid, "Tgid") == creator.process->pid;
  auto thread = std::make_unique<TracedThread>();
  thread->tid = tid;
  if (same_process) {
    thread->process = creator.process;
  } else {
    const TracedProcess& parent = *creator.process;
    thread->process = std::make_shared<TracedProcess>(tid, ProcessId{outcome_.processes++});
    TracedProcess& child = *thread->process;
    child.parent_plus_one = (clone_flags & CLONE_PARENT) != 0 ? parent.parent_plus_one : parent.index.value + 1;
    child.unnamed_sockets = parent.unnamed_sockets;
    child.memory = parent.memory;
    if (parent.space)
      child.space = (clone_flags & CLONE_VM) != 0 ? parent.space : std::make_shared<AddressSpace>(*parent.space, tid);
    child.image = parent.image;
    child.image.process = child.index;
    child.image.start_ns = now_ns_;
    sink_.put(Process{child.index, tid, child.parent_plus_one, now_ns_, {}});
    sink_.put(child.image);
    if (helpers_.live != nullptr) helpers_.live->add(tid);
  }
  fast_.on_birth(*thread, creator);
  ++thread->process->live_threads;
  const bool may_be_elsewhere =
      creator.record.namespace_tid != 0 || creator.process->children_elsewhere || (clone_flags & CLONE_NEWPID) != 0;
  thread->untraced = creator.call.active ? creator.call.untraced : UntracedFlag{};
  thread->record = {ThreadId{outcome_.threads++},
                    thread->process->index,
                    tid,
                    may_be_elsewhere ? namespace_tid_of(tid) : 0,
                    creator.record.index.value + 1,
                    now_ns_,
                    clone_flags,
                    clear_tid_address};
  sink_.put(thread->record);
  creator.call.child_plus_one = thread->record.index.value + 1;
  TracedThread& added = *(threads_[tid] = std::move(thread));
  latest_ = nullptr;
  if (early_.erase(tid) != 0) {
    start(added);
    resume(tid, onward());
  } else if (kill(tid, 0) != 0 && errno == ESRCH) {
    on_end(tid, 0);  // killed, and its end reported, before its creator told of it: nothing more will come
  }
}

void Tracer::on_exec(TracedThread& leader) {
  const pid_t tid = leader.tid;
  const auto former = event_message(tid);
  if (former && static_cast<pid_t>(*former) != tid) replace_leader(static_cast<pid_t>(*former), leader);
  TracedThread& thread = *find(tid);
  const StopTime at = stop_time(thread);
  thread.process->memory.forget();
  thread.process->first_thread_left = false;
  thread.process->look_through(tid);
  thread.cpu.forget();
  fast_.on_exec(thread);
  if (stacks_) stacks_->forget(thread.process->pid);
  take_image(*thread.process);
  hide_clocks(*thread.process);
  if (thread.call.active) log_.whole_call(thread, thread.call, at, 0);
  log_.pseudo(thread, PseudoEvent::execDone, at, {at.wall_ns});
  resume(tid, onward());
}

/// A thread that is not the leader executed: it goes on under the leader's number, everybody else is gone.
void Tracer::replace_leader(pid_t former, TracedThread& leader) {
  const auto executing = threads_.find(former);
  if (executing == threads_.end()) return;
  const pid_t tid = leader.tid;
  if (!leader.exit_recorded) record_exit(leader, stop_time(leader));
  if (leader.at_exit) --exiting_;
  auto thread = std::move(executing->second);
  threads_.erase(executing);
  thread->tid = tid;
  thread->clock = CpuClock(tid, tid);
  threads_[tid].swap(thread);
  if (thread && died_making_process(*thread)) remember_creator(std::move(thread));
  latest_ = nullptr;
}

void Tracer::on_exit_event(TracedThread& thread) {
  thread.exit_status = static_cast<int>(event_message(thread.tid).value_or(0));
  const StopTime at = stop_time(thread);
  fast_.events().unfinished_call(thread, at);
  const auto registers = call_registers(thread.tid);
  thread.at_exit = true;
  ++exiting_;
  if (thread.call.active) {
    log_.unfinished_call(thread, at);
  } else if (registers && is_exit_call(registers->number)) {
    SyscallInfo info{};
    info.seccomp.nr = static_cast<std::uint64_t>(registers->number);
    info.seccomp.args[0] = registers->first_argument;
    begin_call(thread, info, at);
    log_.entry_only(thread);
  }
  TracedProcess& process = *thread.process;
  const bool only_this_thread = registers && registers->number == SYS_exit;
  if (process.live_threads == 1) take_modules(process);
  // A leader that leaves its threads behind stays a zombie until they end; as a thread it ends now.
  if (thread.tid == process.pid && only_this_thread && process.live_threads > 1) {
    record_exit(thread, at);
    process.first_thread_left = true;
  }
  resume(thread.tid, Resume::run);
}

void Tracer::record_exit(TracedThread& thread, const StopTime& at) {
  fast_.drain(thread);
  fast_.events().unfinished_call(thread, at);
  fast_.on_end(thread);
  if (thread.call.active) log_.unfinished_call(thread, at);
  const bool last = --thread.process->live_threads == 0;
  if (last && stacks_) stacks_->forget(thread.process->pid);  // its number may come again
  log_.pseudo(thread, PseudoEvent::threadExit, at, {thread.exit_status, last ? 1 : 0});
  thread.exit_recorded = true;
}

void Tracer::on_end(pid_t tid, int status) {
  const bool is_process = tid == root_pid_;
  outcome_.end_ns = now_ns_;
  if (is_process) {
    outcome_.root_status = status;
    outcome_.root_end_ns = now_ns_;
  }
  TracedThread* thread = find(tid);
  if (thread == nullptr) {
    early_.erase(tid);
    return;
  }
  if (thread->at_exit) --exiting_;
  if (!launching_) {
    if (!thread->started) start(*thread);  // died before its first stop: its clock is gone, its life was empty
    thread->exit_status = status;
    if (!thread->exit_recorded) record_exit(*thread, {now_ns_, thread->clock.last()});
  }
  if (helpers_.live != nullptr) helpers_.live->remove(tid);
  latest_ = nullptr;
  if (thread->process && thread->process->live_threads == 0) objects_.forget(thread->process->window);
  auto ended = threads_.extract(tid);
  if (died_making_process(*ended.mapped())) remember_creator(std::move(ended.mapped()));
}

void Tracer::remember_creator(std::unique_ptr<TracedThread> dead) {
  constexpr std::size_t kMost = 64;  // their children stop within moments, if they made any
  if (dead_creators_.size() == kMost) dead_creators_.pop_front();
  dead_creators_.push_back(std::move(dead));
}

/// Newborns wait for their creator's report; a creator killed in the middle of clone makes none, and its end may come
/// before or after the newborn's first stop. Once no living thread can be the creator, a dead one was.
void Tracer::adopt_orphans() {
  if (early_.empty() || dead_creators_.empty()) return;
  for (const auto& [tid, thread] : threads_)
    if (is_cloning(*thread)) return;
  TracedThread& dead = *dead_creators_.back();
  for (const pid_t tid : std::vector<pid_t>(early_.begin(), early_.end()))
    if (status_number(tid, "Tgid") == tid) adopt(tid, dead, dead.call.clone_flags, dead.call.clear_tid_address);
}

}  // namespace simrec::record
