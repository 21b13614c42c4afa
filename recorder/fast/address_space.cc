#include "recorder/fast/address_space.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "recorder/fast/free_address.h"
#include "recorder/fast/hook_image.h"
#include "recorder/fast/stub_code.h"
#include "recorder/process_files.h"
#include "recorder/tracee_memory.h"

namespace simrec::record {
namespace {

constexpr std::uint64_t kPageBytes = 4096;
constexpr std::size_t kStubsPerArea = kPageBytes / kStubBytes;
/// First segment of a process; the following ones are larger.
constexpr std::size_t kFirstSlots = 4, kMoreSlots = 64;
constexpr std::uint8_t kBreakpoint = 0xcc;

bool is_error(std::int64_t result) { return result < 0 && result >= -4095; }

struct CloseRemote {
  BorrowedThread& thread;
  int fd;
  ~CloseRemote() { thread.call(SYS_close, {static_cast<std::uint64_t>(fd)}); }
};

/// Beyond the limit on file sizes lies a signal, not only an error.
bool may_make_file(std::uint64_t bytes) {
  rlimit limit{};
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= bytes;
}

}  // namespace

SlotSegment::SlotSegment(const FileDescriptor& memory, std::uint64_t address, std::size_t slots)
    : address_(address), used_(slots) {
  void* mapped = mmap(nullptr, slots * HOOK_SLOT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (mapped == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "cannot map slots");
  slots_ = static_cast<HookSlot*>(mapped);
}

SlotSegment::~SlotSegment() { munmap(slots_, used_.size() * HOOK_SLOT_BYTES); }

std::optional<std::size_t> SlotSegment::take() {
  const auto free = std::ranges::find(used_, false);
  if (free == used_.end()) return std::nullopt;
  *free = true;
  return static_cast<std::size_t>(free - used_.begin());
}

void SlotSegment::give_back(std::size_t index) { used_[index] = false; }

void SlotSegment::close() {
  for (std::size_t i = 0; i < used_.size(); ++i) slots_[i].closed = 1;
}

AddressSpace::AddressSpace(const AddressSpace& parent, pid_t owner)
    : owner_(owner),
      refused_(parent.refused_),
      has_code_(parent.has_code_),
      inherited_(parent.has_code_),
      sites_(parent.sites_),
      areas_(parent.areas_),
      stubs_(parent.stubs_),
      entries_(parent.entries_) {}

void AddressSpace::refuse() {
  refused_ = true;
  for (const auto& segment : segments_) segment->close();
}

bool AddressSpace::in_hook(std::uint64_t instruction) {
  return instruction >= HOOK_CODE_ADDRESS && instruction < hook_table().end;
}

bool AddressSpace::write_code(std::uint64_t address, const void* data, std::size_t bytes) {
  if (!memory_)
    memory_ = FileDescriptor(open(("/proc/" + std::to_string(owner_) + "/mem").c_str(), O_RDWR | O_CLOEXEC));
  return pwrite(memory_.get(), data, bytes, static_cast<off_t>(address)) == static_cast<ssize_t>(bytes);
}

bool AddressSpace::install_code(BorrowedThread& thread) {
  const std::int64_t mapped =
      thread.replace_call(SYS_mmap, {HOOK_CODE_ADDRESS, HOOK_CODE_BYTES, PROT_READ | PROT_EXEC,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, ~0ULL, 0});
  if (mapped != HOOK_CODE_ADDRESS) return false;
  return has_code_ = write_hook();
}

bool AddressSpace::write_hook() {
  const auto code = hook_code();
  return write_code(HOOK_CODE_ADDRESS, code.data(), code.size());
}

bool AddressSpace::use_rseq_signature(std::uint32_t signature) {
  if (signature == 0 || signature == rseq_signature_) return true;
  rseq_signature_ = signature;
  return write_code(hook_table().rseq_signature_at, &signature, sizeof signature);
}

/// The parent may have been forked by another thread before its code was all there.
void AddressSpace::renew_code() {
  has_code_ = has_code_ && write_hook();
  rseq_signature_ = 0;  // it is in the code
}

bool AddressSpace::install(BorrowedThread& thread) {
  if (std::exchange(inherited_, false)) renew_code();
  const bool done = (has_code_ || install_code(thread)) && (has_slots() || add_segment(thread));
  if (!done) refuse();
  return done;
}

bool AddressSpace::add_segment(BorrowedThread& thread) {
  const std::size_t slots = segments_.empty() ? kFirstSlots : kMoreSlots;
  const std::uint64_t bytes = slots * HOOK_SLOT_BYTES;
  if (next_segment_ + bytes > HOOK_SLOTS_ADDRESS + HOOK_SLOTS_BYTES) return false;
  // Made by the process itself: that works whatever it sees of /proc, and nobody but us learns of it.
  static constexpr std::array<char, 8> kName = {'s', 'i', 'm', 'r', 'e', 'c'};
  const std::uint64_t name = HOOK_CODE_ADDRESS + HOOK_CODE_BYTES - kName.size();
  if (!write_code(name, kName.data(), kName.size())) return false;
  const std::int64_t fd = thread.call(SYS_memfd_create, {name, MFD_CLOEXEC});
  if (is_error(fd)) return false;
  const CloseRemote closer{thread, static_cast<int>(fd)};
  const FileDescriptor memory = ProcessFiles(owner_).duplicate(static_cast<int>(fd));
  if (!memory || !may_make_file(bytes) || ftruncate(memory.get(), static_cast<off_t>(bytes)) != 0) return false;
  const std::int64_t mapped =
      thread.call(SYS_mmap, {next_segment_, bytes, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_NORESERVE, static_cast<std::uint64_t>(fd), 0});
  if (mapped != static_cast<std::int64_t>(next_segment_)) return false;
  // A forked child must not write into its parent's rings.
  if (is_error(thread.call(SYS_madvise, {next_segment_, bytes, MADV_DONTFORK}))) return false;
  try {
    segments_.push_back(std::make_shared<SlotSegment>(memory, next_segment_, slots));
  } catch (const std::system_error&) {
    return false;
  }
  next_segment_ += bytes;
  return true;
}

std::unique_ptr<SlotLease> AddressSpace::lease_slot(BorrowedThread& thread) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    for (const auto& segment : segments_) {
      const auto index = segment->take();
      if (!index) continue;
      auto lease = std::make_unique<SlotLease>(segment, *index);
      HookSlot& slot = lease->slot();
      slot.tail = slot.known_tail = slot.head = 0;
      slot.phase = HOOK_OUTSIDE;
      slot.no_rseq = 0;
      slot.closed = 0;
      slot.muted = slot.long_ticks = 0;
      slot.rseq_cs = lease->address() + offsetof(HookSlot, no_rseq);
      return lease;
    }
    if (!add_segment(thread)) break;
  }
  return nullptr;
}

std::optional<std::uint64_t> AddressSpace::new_stub(BorrowedThread& thread, std::uint64_t near) {
  for (StubArea& area : areas_)
    if (area.used < kStubsPerArea && within_jump(area.begin, near)) return area.begin + kStubBytes * area.used++;
  const auto address = find_free_address(owner_, near, kPageBytes);
  if (!address) return std::nullopt;
  const std::int64_t mapped = thread.call(SYS_mmap, {*address, kPageBytes, PROT_READ | PROT_EXEC,
                                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, ~0ULL, 0});
  if (mapped != static_cast<std::int64_t>(*address)) return std::nullopt;
  areas_.push_back({*address, 1});
  return *address;
}

bool AddressSpace::patch(BorrowedThread& thread, std::uint64_t address, std::uint32_t number, bool alone) {
  CallSite& site = sites_[address];
  site.state = CallSite::State::impossible;
  std::array<std::uint8_t, kWindowBefore + kWindowAfter> bytes;
  const CodeWindow window{
      address - kWindowBefore,
      {bytes.data(), TraceeMemory(owner_).read_some(address - kWindowBefore, bytes.data(), bytes.size())}};
  const auto plan = plan_patch(window, address, number);
  if (!plan) return false;
  const auto stub = new_stub(thread, address);
  if (!stub) return false;
  const auto code = stub_code(*stub, address, plan->kind, number);
  const auto jump = jump_code(plan->jump_at, *stub, plan->jump_bytes);
  if (!jump || !write_code(*stub, code.data(), code.size())) return false;
  std::vector<std::uint8_t> entry = *jump;
  std::uint64_t entry_at = plan->jump_at;
  if (plan->kind == PatchKind::short_jump) {
    // Unreachable until the jump to it is there.
    if (!write_code(plan->jump_at, jump->data(), jump->size())) return false;
    const auto short_jump = short_jump_code(address, plan->jump_at);
    entry.assign(short_jump.begin(), short_jump.end());
    entry_at = address;
  }
  stubs_[*stub] = {address + 2, plan->kind};
  entries_[entry_at] = entry;
  // A thread that runs into the instruction meanwhile stops at the breakpoint, and is sent back to it.
  const bool written = alone ? write_code(entry_at, entry.data(), entry.size())
                             : write_code(entry_at, &kBreakpoint, 1) && replace_breakpoint(entry_at, entry);
  if (!written) return false;
  site = {CallSite::State::patched, site.hits, plan->kind};
  return true;
}

void AddressSpace::finish_patch(std::uint64_t address) {
  const std::vector<std::uint8_t>& entry = entries_.at(address);
  std::uint8_t first = 0;
  if (TraceeMemory(owner_).read_some(address, &first, 1) != 1 || first != kBreakpoint) return;
  replace_breakpoint(address, entry);
}

bool AddressSpace::replace_breakpoint(std::uint64_t address, const std::vector<std::uint8_t>& code) {
  return write_code(address + 1, code.data() + 1, code.size() - 1) && write_code(address, code.data(), 1);
}

std::optional<AddressSpace::StubPlace> AddressSpace::stub_at(std::uint64_t instruction) const {
  if (stubs_.empty()) return std::nullopt;
  auto after = stubs_.upper_bound(instruction);
  if (after == stubs_.begin()) return std::nullopt;
  const auto& [begin, info] = *--after;
  if (instruction >= begin + kStubBytes) return std::nullopt;
  return StubPlace{begin, info.resume, begin + slow_call_offset(info.kind), info.kind};
}

}  // namespace simrec::record
