#include "recorder/stacks.h"

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "recorder/unwind.h"

namespace simrec::record {
namespace {

constexpr std::size_t kMaxAddressSpaces = 64;
constexpr std::size_t kMaxCachedFrames = 65536, kMaxCachedStacks = 16384;  // per address space
constexpr const char* kRunTimeCode = "[jit]";
constexpr const char* kSignalFrame = "[signal]";

struct AddressHash {
  std::size_t operator()(const std::vector<RawFrame>& frames) const {
    std::uint64_t hash = frames.size();
    for (const RawFrame& frame : frames) hash = (hash ^ frame.address) * 0x9E3779B97F4A7C15ULL;
    return hash ^ hash >> 32;
  }
};

struct AddressSpace {
  AddressSpace(pid_t pid, CodeModules& modules) : unwinder(pid, modules) {}
  Unwinder unwinder;
  std::uint64_t generation = 0;                                            ///< of the code that the caches are about
  std::unordered_map<std::uint64_t, Frame> frames;                         ///< by address (return addresses less one)
  std::unordered_map<std::vector<RawFrame>, StackId, AddressHash> stacks;  ///< by the frames' addresses
  std::uint64_t last_use = 0;
};

}  // namespace

struct StackSampler::Impl {
  AddressSpace& address_space(pid_t pid);
  Frame symbolise(AddressSpace& space, const RawFrame& raw, TraceWriter& writer);
  StackId stack_of(AddressSpace& space, const std::vector<RawFrame>& raw, TraceWriter& writer);

  CodeModules modules;
  StringId run_time_code{};  ///< once there was some
  std::unordered_map<pid_t, AddressSpace> spaces;
  std::uint64_t uses = 0;
};

AddressSpace& StackSampler::Impl::address_space(pid_t pid) {
  auto found = spaces.find(pid);
  if (found == spaces.end()) {
    if (spaces.size() >= kMaxAddressSpaces) {
      auto oldest = spaces.begin();
      for (auto at = spaces.begin(); at != spaces.end(); ++at)
        if (at->second.last_use < oldest->second.last_use) oldest = at;
      spaces.erase(oldest);
    }
    found = spaces.try_emplace(pid, pid, modules).first;
  }
  found->second.last_use = ++uses;
  return found->second;
}

Frame StackSampler::Impl::symbolise(AddressSpace& space, const RawFrame& raw, TraceWriter& writer) {
  const std::uint64_t address = raw.exact ? raw.address : raw.address - 1;  // the call, not what follows it
  if (const auto found = space.frames.find(address); found != space.frames.end()) return found->second;
  Frame frame;
  ProcessCode& code = space.unwinder.code();
  if (const Mapping* map = code.code_at(address)) {
    CodeModule* module = code.module_of(*map);
    if (module == nullptr) {
      frame.module = run_time_code = writer.intern(kRunTimeCode);  // where in it changes from run to run
    } else {
      frame.offset = address - map->start + map->offset;
      frame.module = writer.intern(map->path);
      frame.function = writer.intern(module->symbols().function_at(frame.offset));
    }
  }
  if (space.frames.size() >= kMaxCachedFrames) space.frames.clear();
  space.frames.emplace(address, frame);
  return frame;
}

StackId StackSampler::Impl::stack_of(AddressSpace& space, const std::vector<RawFrame>& raw, TraceWriter& writer) {
  if (raw.empty()) return {};
  if (const std::uint64_t now = space.unwinder.code().generation(); now != space.generation) {
    space.frames.clear();
    space.stacks.clear();
    space.generation = now;
  }
  if (const auto found = space.stacks.find(raw); found != space.stacks.end()) return found->second;
  std::vector<Frame> frames;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    Frame frame = symbolise(space, raw[i], writer);
    const bool interrupted_next = i + 1 < raw.size() && raw[i + 1].exact;
    if (interrupted_next) frame.function = writer.intern(kSignalFrame);  // whatever its way back is called
    const bool one_more_of_run_time = frame.module.value != 0 && frame.module == run_time_code;
    if (!one_more_of_run_time || frames.empty() || frames.back() != frame) frames.push_back(frame);
  }
  if (space.stacks.size() >= kMaxCachedStacks) space.stacks.clear();
  return space.stacks.emplace(raw, writer.intern(frames)).first->second;
}

StackSampler::StackSampler() : impl_(std::make_unique<Impl>()) {}
StackSampler::~StackSampler() = default;

StackId StackSampler::capture(pid_t pid, pid_t tid, TraceWriter& writer) {
  const auto registers = user_registers(tid);
  return registers ? capture(pid, *registers, writer) : StackId{};
}

StackId StackSampler::capture(pid_t pid, const UserRegisters& registers, TraceWriter& writer) {
  AddressSpace& space = impl_->address_space(pid);
  return impl_->stack_of(space, space.unwinder.unwind(registers), writer);
}

void StackSampler::forget(pid_t pid) { impl_->spaces.erase(pid); }

}  // namespace simrec::record
