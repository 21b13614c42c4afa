// Bringing a thread out of the hook: no signal handler ever runs on top of it. So the program's handlers see only
// the program's own code and registers, may jump anywhere, and may unwind the stack.
#include <sys/ptrace.h>

#include "recorder/clocks.h"
#include "recorder/fast/fast_path.h"
#include "recorder/fast/hook_image.h"

namespace simrec::record {
namespace {

constexpr std::uint64_t kLoadBytes = 5;  // of `mov $number, %eax`
constexpr std::uint64_t kTrapFlag = 0x100;
constexpr int kMostSteps = 20'000;  // far above what the longest way through the hook takes

bool may_fault(std::uint64_t instruction) {
  return instruction == hook_table().peek || instruction == hook_table().peek_byte;
}

/// Where the program would be without the stub it is in: nothing has happened yet before the call there, and nothing
/// but the way back is left behind it.
std::uint64_t program_place(const AddressSpace::StubPlace& stub, std::uint64_t instruction) {
  if (instruction > stub.slow_call) return stub.resume;
  const bool before_load = stub.kind == PatchKind::load_jump && instruction == stub.stub;
  return stub.resume - kSyscallBytes - (before_load ? kLoadBytes : 0);
}

/// Registers of the program as they were when it called.
void restore_frame(const HookFrame& frame, Registers& registers) {
  registers.rsp = frame.rsp;
  registers.eflags = frame.rflags;
  registers.rdi = frame.rdi;
  registers.rsi = frame.rsi;
  registers.rdx = frame.rdx;
  registers.r10 = frame.r10;
  registers.r8 = frame.r8;
  registers.r9 = frame.r9;
  registers.rbx = frame.rbx;
  registers.rbp = frame.rbp;
  registers.r12 = frame.r12;
  registers.r13 = frame.r13;
  registers.r14 = frame.r14;
  registers.r15 = frame.r15;
}

}  // namespace

FastPath::SignalFor FastPath::before_signal(TracedThread& thread, int signal) {
  if (!enabled() || !thread.process->space || !thread.process->space->has_code()) return SignalFor::program;
  auto registers = get_registers(thread.tid);
  if (!registers) return SignalFor::program;
  AddressSpace& space = *thread.process->space;
  if (signal == SIGTRAP && space.patched_at(registers->rip - 1)) {
    // It ran into the breakpoint of a site that was being patched; by now the jump is there, unless the process was
    // forked by another thread meanwhile.
    space.finish_patch(registers->rip - 1);
    registers->rip -= 1;
    set_registers(thread.tid, *registers);
    return SignalFor::nobody;
  }
  if (!AddressSpace::in_hook(registers->rip) && !space.stub_at(registers->rip)) return SignalFor::program;
  if ((signal == SIGSEGV || signal == SIGBUS) && may_fault(registers->rip)) {
    registers->rip = hook_table().peek_failed;
    set_registers(thread.tid, *registers);
    return SignalFor::nobody;
  }
  const auto info = signal_info(thread.tid);
  if (leave(thread, *registers) || step_out(thread, *registers)) {
    set_registers(thread.tid, *registers);
    if (info) ptrace(PTRACE_SETSIGINFO, thread.tid, nullptr, &*info);
  }
  return SignalFor::program;
}

bool FastPath::leave(TracedThread& thread, Registers& registers) {
  const HookTable& hook = hook_table();
  const AddressSpace& space = *thread.process->space;
  if (const auto stub = space.stub_at(registers.rip)) {
    registers.rip = program_place(*stub, registers.rip);
    return true;
  }
  if (registers.rip == hook.entry || registers.rip == hook.entry_push) {
    // Stepping over the push would put the flag of stepping into what is popped later.
    const auto stub = space.stub_at(registers.rcx);
    if (!stub) return false;
    if (registers.rip == hook.entry_push) registers.rsp += HOOK_RED_ZONE;
    registers.rip = stub->resume - kSyscallBytes;
    return true;
  }
  if (!AddressSpace::in_hook(registers.rip)) return true;
  if (!thread.fast.lease) return false;
  HookSlot& slot = thread.fast.lease->slot();
  const auto stub = space.stub_at(slot.frame.stub);
  if (!stub) return false;
  if (registers.rip == hook.gate) {
    // Before the call: the program makes it again, from its own code.
    restore_frame(slot.frame, registers);
    registers.rax = slot.frame.rax;
    registers.rip = stub->resume - kSyscallBytes;
    slot.phase = HOOK_OUTSIDE;
    return true;
  }
  if (registers.rip == hook.gate + kSyscallBytes) {
    // In or right behind the call. With rax and orig_rax as they are, the kernel restarts it or not, as always; to
    // restart means to go back by the two bytes of the call, which at the site lead into the hook again.
    if (!muted_)
      events_.interrupted_call(thread, {clock_now() - events_.origin(), thread.clock.read()},
                               static_cast<std::int64_t>(registers.rax));
    restore_frame(slot.frame, registers);
    registers.rip = stub->resume;
    return true;
  }
  return false;
}

/// Goes on instruction by instruction. Everything but the trap of stepping is blocked meanwhile: stays pending.
bool FastPath::step_out(TracedThread& thread, Registers& registers) {
  const auto mask = get_signal_mask(thread.tid);
  constexpr std::uint64_t kTrapBit = std::uint64_t{1} << (SIGTRAP - 1);
  if (!mask || !set_signal_mask(thread.tid, ~kTrapBit)) return false;
  bool out = false;
  for (int step = 0; step < kMostSteps && !out; ++step) {
    int status = 0;
    if (ptrace(PTRACE_SINGLESTEP, thread.tid, nullptr, nullptr) != 0 || !wait_for_stop(thread.tid, status))
      return false;
    const auto now = get_registers(thread.tid);
    if (!now) return false;
    registers = *now;
    out = leave(thread, registers);
  }
  // The kernel takes the flag of stepping for the program's own once an instruction that loads flags was stepped over.
  registers.eflags &= ~kTrapFlag;
  if (!out) sink_.lose("signals delivered inside the hook");
  // It may have left a whole record.
  drain(thread);
  set_signal_mask(thread.tid, *mask);
  return out;
}

}  // namespace simrec::record
