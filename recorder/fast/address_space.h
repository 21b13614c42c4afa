// What tier 2 has put into one address space: hook code, slots for threads, stubs of patched call sites.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "recorder/fast/call_site.h"
#include "recorder/fast/hook_abi.h"
#include "recorder/fast/remote_calls.h"
#include "recorder/file_descriptor.h"

namespace simrec::record {

/// Slots shared with a traced process, mapped here.
class SlotSegment {
 public:
  /// Maps the memory file of `slots` slots that the process mapped at `address`. Throws std::system_error.
  SlotSegment(const FileDescriptor& memory, std::uint64_t address, std::size_t slots);
  ~SlotSegment();
  SlotSegment(const SlotSegment&) = delete;
  SlotSegment& operator=(const SlotSegment&) = delete;

  /// A free slot's index; nullopt when all are in use.
  std::optional<std::size_t> take();
  void give_back(std::size_t index);
  /// Tells the hook to leave all calls to tier 1.
  void close();
  HookSlot& slot(std::size_t index) { return slots_[index]; }
  /// Where the process sees it.
  std::uint64_t address_of(std::size_t index) const { return address_ + index * HOOK_SLOT_BYTES; }

 private:
  HookSlot* slots_ = nullptr;
  std::uint64_t address_;
  std::vector<bool> used_;
};

/// A thread's slot. Gives it back when it goes.
class SlotLease {
 public:
  SlotLease(std::shared_ptr<SlotSegment> segment, std::size_t index) : segment_(std::move(segment)), index_(index) {}
  ~SlotLease() { segment_->give_back(index_); }
  SlotLease(const SlotLease&) = delete;
  SlotLease& operator=(const SlotLease&) = delete;

  HookSlot& slot() { return segment_->slot(index_); }
  std::uint64_t address() const { return segment_->address_of(index_); }

 private:
  std::shared_ptr<SlotSegment> segment_;
  std::size_t index_;
};

/// A call site and what became of it.
struct CallSite {
  enum class State : std::uint8_t { counting, patched, impossible };
  State state = State::counting;
  std::uint32_t hits = 0;                  ///< calls that tier 1 saw from here
  PatchKind kind = PatchKind::short_jump;  ///< how it was patched
};

class AddressSpace {
 public:
  explicit AddressSpace(pid_t owner) : owner_(owner) {}
  /// That of a forked child: code and patched sites are there, slots are not.
  AddressSpace(const AddressSpace& parent, pid_t owner);

  pid_t owner() const { return owner_; }
  bool refused() const { return refused_; }
  /// From now on everything stays on tier 1, for threads that have a slot, too.
  void refuse();
  bool has_slots() const { return !segments_.empty(); }
  bool has_code() const { return has_code_; }
  CallSite& site(std::uint64_t address) { return sites_[address]; }
  std::uint32_t count_call() { return ++calls_; }
  std::uint32_t calls() const { return calls_; }

  /// Puts code and a first segment of slots there, whichever is missing. False: refused for good.
  bool install(BorrowedThread& thread);
  /// The kernel kills threads whose rseq descriptor does not have the signature they registered with (0 = none did).
  bool use_rseq_signature(std::uint32_t signature);
  /// Replaces the call instruction at `address` by a jump to the hook. `alone`: no other thread can run meanwhile.
  bool patch(BorrowedThread& thread, std::uint64_t address, std::uint32_t number, bool alone);
  /// A slot, zeroed; null when none is left and no more may be made.
  std::unique_ptr<SlotLease> lease_slot(BorrowedThread& thread);

  /// A place in the stub of a patched site.
  struct StubPlace {
    std::uint64_t stub = 0;    ///< where it begins
    std::uint64_t resume = 0;  ///< where the program goes on after the call
    std::uint64_t slow_call = 0;
    PatchKind kind = PatchKind::short_jump;
  };
  std::optional<StubPlace> stub_at(std::uint64_t instruction) const;
  /// The 5-byte or 2-byte jump that was put at `address` begins there.
  bool patched_at(std::uint64_t address) const { return entries_.contains(address); }
  /// Puts the jump there if the breakpoint still is: in a process that was forked while it was being put into its
  /// parent.
  void finish_patch(std::uint64_t address);
  static bool in_hook(std::uint64_t instruction);

 private:
  struct StubArea {
    std::uint64_t begin;
    std::size_t used = 0;
  };
  struct StubInfo {
    std::uint64_t resume;
    PatchKind kind;
  };
  bool write_code(std::uint64_t address, const void* data, std::size_t bytes);
  bool install_code(BorrowedThread& thread);
  bool write_hook();
  void renew_code();
  bool replace_breakpoint(std::uint64_t address, const std::vector<std::uint8_t>& code);
  bool add_segment(BorrowedThread& thread);
  std::optional<std::uint64_t> new_stub(BorrowedThread& thread, std::uint64_t near);

  pid_t owner_;
  bool refused_ = false;
  bool has_code_ = false;
  bool inherited_ = false;  ///< from the parent, and not looked at yet
  std::uint32_t rseq_signature_ = 0;
  std::uint32_t calls_ = 0;  ///< calls that tier 2 could have taken
  FileDescriptor memory_;    ///< /proc/PID/mem
  std::unordered_map<std::uint64_t, CallSite> sites_;
  std::vector<StubArea> areas_;
  std::map<std::uint64_t, StubInfo> stubs_;
  std::unordered_map<std::uint64_t, std::vector<std::uint8_t>> entries_;  ///< jumps by where they were put
  std::vector<std::shared_ptr<SlotSegment>> segments_;
  std::uint64_t next_segment_ = HOOK_SLOTS_ADDRESS;
};

}  // namespace simrec::record
