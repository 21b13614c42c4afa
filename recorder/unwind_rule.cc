#include "recorder/unwind_rule.h"

#include <sys/uio.h>

#include <algorithm>

namespace simrec::record {
namespace {

// The kernel's struct ucontext begins where sp points when the handler has returned (arch/x86/include/uapi/asm/
// ucontext.h, sigcontext.h).
constexpr std::uint64_t kSavedFp = 120, kSavedSp = 160, kSavedIp = 168;

/// A frame of a function that is guessed from its frame pointer is not larger than this.
constexpr std::uint64_t kLargestGuess = 1 << 20;

std::uint64_t plus(std::uint64_t base, std::int32_t offset) {
  return base + static_cast<std::uint64_t>(static_cast<std::int64_t>(offset));
}

}  // namespace

void StackMemory::restart(std::uint64_t sp) {
  // A thread whose last stack needed more gets it in one read next time.
  if (used_ > 1 && first_words_ < kWindowWords) first_words_ *= 2;
  used_ = 0;
  read_window(sp & ~std::uint64_t{7}, first_words_);
}

bool StackMemory::read_window(std::uint64_t start, std::size_t words) {
  if (used_ == kMaxWindows) return false;
  Window& window = windows_[used_];
  const iovec local{window.content.data(), words * 8}, remote{reinterpret_cast<void*>(start), words * 8};
  const ssize_t n = process_vm_readv(pid_, &local, 1, &remote, 1, 0);  // stops short where the mapping ends
  if (n < 8) return false;
  window.start = start;
  window.words = static_cast<std::size_t>(n) / 8;
  ++used_;
  return true;
}

std::optional<std::uint64_t> StackMemory::word(std::uint64_t address) {
  if (address % 8 != 0) return std::nullopt;
  const auto in = [&](const Window& window) {
    return address - window.start < window.words * 8 ? std::optional(window.content[(address - window.start) / 8])
                                                     : std::nullopt;
  };
  for (std::size_t i = 0; i < used_; ++i)
    if (const auto found = in(windows_[i])) return found;
  return read_window(address, kWindowWords) ? in(windows_[used_ - 1]) : std::nullopt;
}

std::optional<FrameState> FrameRule::apply(const FrameState& from, StackMemory& memory) const {
  FrameState to;
  to.exact = kind == Kind::signal;
  const auto load = [&](std::uint64_t address, std::uint64_t& value) {
    const auto word = memory.word(address);
    value = word.value_or(0);
    return word.has_value();
  };
  switch (kind) {
    case Kind::signal:
      if (load(from.sp + kSavedIp, to.ip) && load(from.sp + kSavedSp, to.sp) && load(from.sp + kSavedFp, to.fp))
        return to;
      return std::nullopt;
    case Kind::guess:
      if (from.fp < from.sp || from.fp - from.sp > kLargestGuess) return std::nullopt;
      to.sp = from.fp + 16;
      return load(from.fp + 8, to.ip) && load(from.fp, to.fp) ? std::optional(to) : std::nullopt;
    case Kind::offsets: {
      const std::uint64_t base = cfa_base == Base::sp ? from.sp : from.fp;
      to.sp = plus(base, cfa_offset);
      if (cfa_is_read) {
        if (!load(to.sp, to.sp)) return std::nullopt;
        to.sp = plus(to.sp, read_offset);
      }
      if (to.sp <= from.sp || !load(plus(to.sp, return_offset), to.ip)) return std::nullopt;
      to.fp = from.fp;
      const std::uint64_t saved_base = fp_base == Base::cfa ? to.sp : fp_base == Base::fp ? from.fp : from.sp;
      if (fp_is_saved && !load(plus(saved_base, fp_offset), to.fp)) return std::nullopt;
      return to;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace simrec::record
