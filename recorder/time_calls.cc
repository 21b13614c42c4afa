#include "recorder/time_calls.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <algorithm>
#include <cstdint>

#include "recorder/tracee_memory.h"

namespace simrec::record {
namespace {

constexpr std::uint16_t kTimeCalls[] = {SYS_clock_gettime, SYS_gettimeofday, SYS_time};

using Word = std::uint64_t;
constexpr std::size_t kChunkWords = 512;

/// Words of a stack from `address` up, read by the page: arguments and environment may be megabytes of pointers.
class StackWords {
 public:
  StackWords(pid_t pid, std::uint64_t address) : memory_(pid), address_(address) {}
  std::uint64_t address() const { return address_; }  ///< of the next word

  bool next(Word& word) {
    if (at_ == words_.size()) {
      const std::size_t to_page_end = (4096 - (address_ & 4095)) / sizeof(Word);
      words_ = memory_.read_array<Word>(address_, std::min(kChunkWords, to_page_end));
      at_ = 0;
      if (words_.empty()) return false;
    }
    word = words_[at_++];
    address_ += sizeof word;
    return true;
  }
  bool skip_to_null() {
    for (Word word = 1; word != 0;)
      if (!next(word)) return false;
    return true;
  }

 private:
  TraceeMemory memory_;
  std::uint64_t address_;
  std::vector<Word> words_;
  std::size_t at_ = 0;
};

bool write_word(pid_t pid, std::uint64_t address, Word word) {
  iovec local{&word, sizeof word};
  iovec remote{reinterpret_cast<void*>(address), sizeof word};
  return process_vm_writev(pid, &local, 1, &remote, 1, 0) == sizeof word;
}

constexpr unsigned long kUserCode64 = 0x33;

}  // namespace

std::vector<SyscallRow> recorded_calls(bool time_calls) {
  const auto table = syscall_table();
  std::vector<SyscallRow> rows(table.begin(), table.end());
  for (SyscallRow& row : rows)
    if (time_calls && std::ranges::count(kTimeCalls, row.number)) row.logging = Logging::both;
  return rows;
}

bool hide_vdso(pid_t pid) {
  user_regs_struct registers{};
  if (ptrace(PTRACE_GETREGS, pid, nullptr, &registers) != 0 || registers.cs != kUserCode64) return false;
  // System V ABI, "Process Initialization": argc, arguments, 0, environment, 0, then pairs of type and value.
  StackWords stack(pid, registers.rsp);
  Word argument_count = 0;
  if (!stack.next(argument_count) || !stack.skip_to_null() || !stack.skip_to_null()) return false;
  for (;;) {
    const std::uint64_t entry = stack.address();
    Word type = 0, value = 0;
    if (!stack.next(type) || !stack.next(value) || type == AT_NULL) return false;
    if (type == AT_SYSINFO_EHDR) return write_word(pid, entry, AT_IGNORE);
  }
}

}  // namespace simrec::record
