#include "recorder/fast/stub_code.h"

#include <cstring>
#include <limits>

#include "recorder/fast/hook_abi.h"
#include "recorder/fast/hook_image.h"

namespace simrec::record {
namespace {

constexpr std::uint64_t kLoadBytes = 5;    // mov $number, %eax
constexpr std::uint64_t kEnterBytes = 13;  // lea data(%rip), %rcx; jmp *hook(%rip)
constexpr std::uint64_t kDataOffset = kStubBytes - sizeof(HookStub);

/// Appends instructions to a stub.
class Code {
 public:
  explicit Code(std::uint64_t address) : address_(address) {}
  Code& byte(std::initializer_list<int> values) {
    for (const int value : values) bytes_[at_++] = static_cast<std::uint8_t>(value);
    return *this;
  }
  Code& value(std::uint32_t value) {
    std::memcpy(bytes_.data() + at_, &value, sizeof value);
    at_ += sizeof value;
    return *this;
  }
  /// A 4-byte distance from behind itself.
  Code& distance_to(std::uint64_t target) { return value(static_cast<std::uint32_t>(target - (address_ + at_ + 4))); }
  void data(const HookStub& stub) { std::memcpy(bytes_.data() + kDataOffset, &stub, sizeof stub); }
  const std::array<std::uint8_t, kStubBytes>& bytes() const { return bytes_; }

 private:
  std::uint64_t address_;
  std::size_t at_ = 0;
  std::array<std::uint8_t, kStubBytes> bytes_{};
};

}  // namespace

std::uint64_t slow_call_offset(PatchKind kind) { return (kind == PatchKind::load_jump ? kLoadBytes : 0) + kEnterBytes; }

std::array<std::uint8_t, kStubBytes> stub_code(std::uint64_t address, std::uint64_t site, PatchKind kind,
                                               std::uint32_t number) {
  const std::uint64_t resume = site + 2;
  Code code(address);
  if (kind == PatchKind::load_jump) code.byte({0xb8}).value(number);
  code.byte({0x48, 0x8d, 0x0d}).distance_to(address + kDataOffset);
  code.byte({0xff, 0x25}).distance_to(address + kDataOffset + offsetof(HookStub, hook));
  code.byte({0x0f, 0x05});
  code.byte({0xe9}).distance_to(resume);
  code.data({resume, address + slow_call_offset(kind), hook_table().entry});
  return code.bytes();
}

std::optional<std::vector<std::uint8_t>> jump_code(std::uint64_t from, std::uint64_t to, std::size_t bytes) {
  constexpr std::uint8_t kNop = 0x90;
  const auto distance = static_cast<std::int64_t>(to - (from + 5));
  if (distance != static_cast<std::int32_t>(distance)) return std::nullopt;
  std::vector<std::uint8_t> code(bytes, kNop);
  const auto short_distance = static_cast<std::int32_t>(distance);
  code[0] = 0xe9;
  std::memcpy(code.data() + 1, &short_distance, sizeof short_distance);
  return code;
}

std::array<std::uint8_t, 2> short_jump_code(std::uint64_t from, std::uint64_t to) {
  return {0xeb, static_cast<std::uint8_t>(to - (from + 2))};
}

}  // namespace simrec::record
