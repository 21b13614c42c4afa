#include "recorder/fast/fast_path.h"

#include <linux/rseq.h>
#include <sys/ptrace.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "recorder/clocks.h"
#include "recorder/fast/hook_image.h"

namespace simrec::record {
namespace {

/// Patching a site costs about as much as this many stops.
constexpr std::uint32_t kHitsBeforePatching = 3;

/// libc registers rseq some time after the dynamic loader began. Without it every call takes longer.
constexpr std::uint32_t kCallsWithoutRseq = 100;

constexpr std::size_t kGsBase = offsetof(user_regs_struct, gs_base);
constexpr std::size_t kInstruction = offsetof(user_regs_struct, rip);

bool set_register(pid_t tid, std::size_t offset, std::uint64_t value) {
  return ptrace(PTRACE_POKEUSER, tid, offset, value) == 0;
}

}  // namespace

bool FastPath::on_call_entry(TracedThread& thread, const SyscallInfo& info) {
  if (!enabled() || !thread.process->space) return false;
  AddressSpace& space = *thread.process->space;
  std::uint64_t address = info.instruction_pointer - kSyscallBytes;
  const auto stub = space.stub_at(address);
  if (stub) {
    // The hook left this call to us. The program is to look as if it had made it itself.
    if (address != stub->slow_call) return false;
    address = stub->resume - kSyscallBytes;
    set_register(thread.tid, kInstruction, stub->resume);
  }
  if (hook_spec(info.seccomp.nr).kind == HOOK_NOT_HERE || space.refused()) return false;
  CallSite& site = space.site(address);
  // A call from where a jump should be: that code was unmapped, and other code is there now.
  if (!stub && site.state == CallSite::State::patched && site.kind == PatchKind::short_jump) site = {};
  return worth_it(space, site, thread) && take_over(thread, info, address);
}

bool FastPath::worth_it(AddressSpace& space, CallSite& site, const TracedThread& thread) {
  const std::uint32_t calls = space.count_call();
  ++site.hits;
  if (space.owner() != thread.process->pid) return false;  // a vfork child in its parent's memory
  if (site.state == CallSite::State::impossible) return false;
  if (!space.has_slots() && calls < options_.after_calls) return false;
  if (site.state == CallSite::State::counting) return site.hits >= std::min(kHitsBeforePatching, options_.after_calls);
  return !thread.fast.lease;  // through the hook, which sent it here for want of a slot
}

bool FastPath::take_over(TracedThread& thread, const SyscallInfo& info, std::uint64_t address) {
  AddressSpace& space = *thread.process->space;
  const RseqRegistration rseq = rseq_registration(thread.tid);
  if (rseq.area == 0 && space.calls() < std::min(kCallsWithoutRseq, options_.after_calls * 10)) return false;
  const Ns cpu_before = thread.clock.read().run_ns;
  BorrowedThread borrowed(thread.tid);
  const bool uses_gs = borrowed.registers().gs_base != 0 && !thread.fast.lease;
  if (uses_gs) space.refuse();
  const bool ready = !uses_gs && space.install(borrowed) && space.use_rseq_signature(rseq.signature);
  const CallSite& site = space.site(address);
  if (ready && site.state == CallSite::State::counting) {
    const bool alone = thread.process->live_threads == 1;
    space.patch(borrowed, address, static_cast<std::uint32_t>(info.seccomp.nr), alone);
  }
  if (ready && site.state == CallSite::State::patched && !thread.fast.lease) lease(thread, space, borrowed, rseq);
  borrowed.restore(address);
  // What was done in the thread's name is not the program's doing.
  thread.at_last_event.run_ns += thread.clock.read().run_ns - cpu_before;
  thread.fast.prepared = true;
  return true;
}

void FastPath::lease(TracedThread& thread, AddressSpace& space, BorrowedThread& borrowed,
                     const RseqRegistration& rseq) {
  thread.fast.lease = space.lease_slot(borrowed);
  if (!thread.fast.lease) return;
  if (rseq.area != 0) thread.fast.lease->slot().rseq_cs = rseq.area + offsetof(struct rseq, rseq_cs);
  thread.fast.lease->slot().long_ticks = events_.long_ticks();
  borrowed.registers().gs_base = thread.fast.lease->address();
  leased_.push_back(&thread);
}

std::optional<UserRegisters> FastPath::asks_for_stack(const TracedThread& thread, const SyscallInfo& info) const {
  if (!thread.fast.lease || info.instruction_pointer != hook_table().ask_stop + kSyscallBytes) return std::nullopt;
  const HookFrame& frame = thread.fast.lease->slot().frame;
  const auto stub = thread.process->space->stub_at(frame.stub);
  if (!stub) return UserRegisters{};
  return UserRegisters{stub->resume, frame.rsp, frame.rbp, frame.rbx, frame.r12, frame.r13, frame.r14, frame.r15};
}

void FastPath::answer(TracedThread& thread, StackId stack) {
  events_.know_stack(stack);
  auto registers = get_registers(thread.tid);
  if (!registers) return;
  registers->orig_rax = ~0ULL;  // no call to make
  registers->rax = stack.value;
  set_registers(thread.tid, *registers);
}

bool FastPath::inside(const TracedThread& thread) const {
  if (!thread.fast.lease) return false;
  const auto registers = get_registers(thread.tid);
  return registers && (AddressSpace::in_hook(registers->rip) || thread.process->space->stub_at(registers->rip));
}

void FastPath::on_birth(TracedThread& thread, const TracedThread& creator) {
  thread.fast.clear_gs_at_start = creator.fast.lease != nullptr;
}

void FastPath::on_start(TracedThread& thread) {
  if (thread.fast.clear_gs_at_start) set_register(thread.tid, kGsBase, 0);
  thread.fast.clear_gs_at_start = false;
}

void FastPath::on_exec(TracedThread& thread) {
  on_end(thread);
  thread.process->space = enabled() ? std::make_shared<AddressSpace>(thread.process->pid) : nullptr;
}

void FastPath::on_end(TracedThread& thread) {
  if (!thread.fast.lease) return;
  drain(thread);
  std::erase(leased_, &thread);
  thread.fast.lease.reset();
}

void FastPath::refuse(TracedThread& thread) {
  if (thread.process->space) thread.process->space->refuse();
}

double FastPath::drain_all() {
  events_.synchronise();
  for (TracedThread* thread : leased_) fullest_ = std::max(fullest_, events_.drain(*thread));
  return static_cast<double>(std::exchange(fullest_, 0)) / HOOK_RING_WORDS;
}

void FastPath::mute() {
  muted_ = true;
  for (TracedThread* thread : leased_) thread->fast.lease->slot().muted = 1;
}

void FastPath::clear_slot(pid_t tid) {
  const auto registers = get_registers(tid);
  if (registers && registers->gs_base - HOOK_SLOTS_ADDRESS < HOOK_SLOTS_BYTES) set_register(tid, kGsBase, 0);
}

void FastPath::drain(TracedThread& thread) {
  if (!thread.fast.lease || muted_) return;
  events_.synchronise();
  fullest_ = std::max(fullest_, events_.drain(thread));
}

}  // namespace simrec::record
