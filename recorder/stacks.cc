#include "recorder/stacks.h"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "recorder/symbols.h"
#include "recorder/unwind.h"

namespace simrec::record {
namespace {

constexpr std::size_t kMaxAddressSpaces = 64;
constexpr std::size_t kMaxCachedFrames = 65536;  ///< per address space

struct AddressSpace {
  explicit AddressSpace(pid_t pid) : unwinder(pid) {}
  Unwinder unwinder;
  std::unordered_map<std::uint64_t, Frame> frames;  ///< symbolised, by address (return addresses less one)
  std::uint64_t last_use = 0;
};

}  // namespace

struct StackSampler::Impl {
  AddressSpace& address_space(pid_t pid);
  Frame symbolise(AddressSpace& space, const RawFrame& raw, TraceWriter& writer);
  const SymbolTable& symbols_of(const Mapping& map);

  std::unordered_map<pid_t, AddressSpace> spaces;
  std::map<std::pair<std::uint64_t, std::uint64_t>, SymbolTable> symbols;  ///< by device and inode
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
    found = spaces.try_emplace(pid, pid).first;
  }
  found->second.last_use = ++uses;
  return found->second;
}

const SymbolTable& StackSampler::Impl::symbols_of(const Mapping& map) {
  const std::pair key{map.device, map.inode};
  auto found = symbols.find(key);
  if (found == symbols.end()) found = symbols.try_emplace(key, map.path).first;
  return found->second;
}

Frame StackSampler::Impl::symbolise(AddressSpace& space, const RawFrame& raw, TraceWriter& writer) {
  const std::uint64_t address = raw.exact ? raw.address : raw.address - 1;  // the call, not what follows it
  if (const auto found = space.frames.find(address); found != space.frames.end()) return found->second;
  Frame frame;
  if (const Mapping* map = find_mapping(space.unwinder.maps(), address)) {
    frame.offset = address - map->start + map->offset;
    frame.module = writer.intern(map->path);
    if (map->is_file()) frame.function = writer.intern(symbols_of(*map).function_at(frame.offset));
  }
  if (space.frames.size() >= kMaxCachedFrames) space.frames.clear();
  space.frames.emplace(address, frame);
  return frame;
}

StackSampler::StackSampler() : impl_(std::make_unique<Impl>()) {}
StackSampler::~StackSampler() = default;

StackId StackSampler::capture(pid_t pid, pid_t tid, TraceWriter& writer) {
  AddressSpace& space = impl_->address_space(pid);
  std::vector<Frame> frames;
  for (const RawFrame& raw : space.unwinder.unwind(tid)) frames.push_back(impl_->symbolise(space, raw, writer));
  return frames.empty() ? StackId{} : writer.intern(frames);
}

void StackSampler::forget(pid_t pid) { impl_->spaces.erase(pid); }

}  // namespace simrec::record
