#include "recorder/unwind.h"

#include <sys/ptrace.h>
#include <sys/user.h>

namespace simrec::record {
namespace {

constexpr std::size_t kMaxKnown = 65536;

}  // namespace

std::optional<UserRegisters> user_registers(pid_t tid) {
  user_regs_struct all{};
  if (ptrace(PTRACE_GETREGS, tid, nullptr, &all) != 0) return std::nullopt;
  return UserRegisters{all.rip, all.rsp, all.rbp, all.rbx, all.r12, all.r13, all.r14, all.r15};
}

Unwinder::Unwinder(pid_t pid, CodeModules& modules) : code_(pid, modules), stack_(pid), tables_(code_) {}

Unwinder::Known& Unwinder::known(const RawFrame& frame) {
  const std::uint64_t key = frame.address | (frame.exact ? 0 : 1ULL << 63);
  if (const auto found = known_.find(key); found != known_.end() && found->second.is_code) return found->second;
  Known entry;
  const Mapping* map = code_.code_at(frame.exact ? frame.address : frame.address - 1);
  if (code_.generation() != generation_ || known_.size() >= kMaxKnown) known_.clear();
  generation_ = code_.generation();
  entry.is_code = map != nullptr;
  if (map != nullptr) entry.rule = find_rule(*map, frame);
  return known_.insert_or_assign(key, entry).first->second;
}

FrameRule Unwinder::find_rule(const Mapping& map, const RawFrame& frame) {
  FrameRule rule;
  rule.kind = FrameRule::Kind::guess;
  CodeModule* module = code_.module_of(map);
  if (module == nullptr) return rule;
  const std::uint64_t offset = frame.address - map.start + map.offset;
  if (const FrameRule* shared = module->rule(offset, frame.exact)) return *shared;
  if (code_.is_signal_return(frame.address))
    rule.kind = FrameRule::Kind::signal;
  else
    rule = tables_.rule_at(frame.exact ? frame.address : frame.address - 1);
  module->keep_rule(offset, frame.exact, rule);
  return rule;
}

bool Unwinder::is_caller(const RawFrame& frame) {
  Known& entry = known(frame);
  if (entry.is_code && !entry.follows_call) entry.follows_call = code_.follows_call(frame.address);
  return entry.is_code && entry.follows_call;
}

const std::vector<RawFrame>& Unwinder::unwind(const UserRegisters& registers) {
  frames_.clear();
  code_.new_stack();
  stack_.restart(registers.rsp);
  FrameState state{registers.rip, registers.rsp, registers.rbp, true};
  while (frames_.size() < kMaxFrames) {
    const RawFrame frame{state.ip, state.exact};
    const Known& entry = known(frame);
    if (!entry.is_code) break;
    if (entry.rule.kind == FrameRule::Kind::complex) {
      frames_ = tables_.walk(registers, stack_, kMaxFrames);
      break;
    }
    frames_.push_back(frame);
    const bool guessed = entry.rule.kind == FrameRule::Kind::guess;
    const auto caller = entry.rule.apply(state, stack_);
    if (!caller || (guessed && !is_caller({caller->ip, false}))) break;
    state = *caller;
  }
  return frames_;
}

}  // namespace simrec::record
