#include "recorder/fast/call_site.h"

#include <Zydis/Zydis.h>

#include <cstring>

#include "recorder/ptrace.h"

namespace simrec::record {
namespace {

constexpr std::uint64_t kJumpBytes = 5;
constexpr std::uint64_t kShortJumpReach = 127;  // from behind a 2-byte jump

bool ends_flow(ZydisMnemonic mnemonic) {
  return mnemonic == ZYDIS_MNEMONIC_RET || mnemonic == ZYDIS_MNEMONIC_JMP || mnemonic == ZYDIS_MNEMONIC_UD2 ||
         mnemonic == ZYDIS_MNEMONIC_HLT;
}

bool is_padding(ZydisMnemonic mnemonic) { return mnemonic == ZYDIS_MNEMONIC_NOP || mnemonic == ZYDIS_MNEMONIC_INT3; }

struct Padding {
  std::uint64_t begin, bytes;
};

/// Walks forward from a place that is known to begin an instruction: decoding backwards would be guessing.
std::optional<Padding> find_padding(const CodeWindow& code, std::uint64_t site) {
  ZydisDecoder decoder;
  ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
  const std::uint64_t end = code.begin + code.bytes.size();
  const std::uint64_t last = site + kSyscallBytes + kShortJumpReach;
  bool unreachable = false;
  Padding padding{};
  for (std::uint64_t at = site + kSyscallBytes; at < end;) {
    ZydisDecodedInstruction instruction;
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, nullptr, code.bytes.data() + (at - code.begin), end - at,
                                                    &instruction)))
      break;
    if (unreachable && is_padding(instruction.mnemonic)) {
      if (padding.bytes == 0) padding.begin = at;
      padding.bytes = at + instruction.length - padding.begin;
    } else {
      if (padding.bytes >= kJumpBytes) return padding;
      padding = {};
      if (at > last) return std::nullopt;
      unreachable = ends_flow(instruction.mnemonic);
    }
    if (padding.bytes != 0 && padding.begin > last) return std::nullopt;
    at += instruction.length;
  }
  return padding.bytes >= kJumpBytes ? std::optional(padding) : std::nullopt;
}

bool loads_number_right_before(const CodeWindow& code, std::uint64_t site, std::uint32_t number) {
  if (site < code.begin + kJumpBytes + 1) return false;
  const std::uint8_t* load = code.bytes.data() + (site - kJumpBytes - code.begin);
  std::uint32_t immediate;
  std::memcpy(&immediate, load + 1, sizeof immediate);
  const bool has_rex_prefix = (load[-1] & 0xf0) == 0x40;  // mov to r8d, not eax
  return load[0] == 0xb8 && immediate == number && !has_rex_prefix;
}

}  // namespace

std::optional<PatchPlan> plan_patch(const CodeWindow& code, std::uint64_t site, std::uint32_t number) {
  const std::uint64_t offset = site - code.begin;
  if (site < code.begin || offset + kSyscallBytes > code.bytes.size()) return std::nullopt;
  if (code.bytes[offset] != 0x0f || code.bytes[offset + 1] != 0x05) return std::nullopt;
  if (const auto padding = find_padding(code, site))
    return PatchPlan{PatchKind::short_jump, padding->begin, padding->bytes};
  if (loads_number_right_before(code, site, number))
    return PatchPlan{PatchKind::load_jump, site - kJumpBytes, kJumpBytes};
  return std::nullopt;
}

}  // namespace simrec::record
