#include "recorder/unwind_libunwind.h"

#include <libunwind.h>

#include <algorithm>
#include <optional>

// Exported by libunwind for tools that bring their own accessors (perf does the same), but in no header of it.
extern "C" int _Ux86_64_dwarf_search_unwind_table(unw_addr_space_t space, unw_word_t ip, unw_dyn_info_t* info,
                                                  unw_proc_info_t* procedure, int need_unwind_info, void* argument);

namespace simrec::record {
namespace {

/// A name plus an offset: what a register held before the step, or what memory held there.
struct Symbol {
  std::uint32_t name = 0;  ///< register number, or kFirstRead + index of the read
  std::int32_t offset = 0;
  bool operator==(const Symbol&) const = default;
};

constexpr std::uint32_t kFirstRead = 32, kMaxReads = 64;

/// Symbols as words that libunwind computes with: far above all user addresses, and offsets do not change the name.
class Symbols {
 public:
  static std::uint64_t word(Symbol symbol) {
    return (kMark + symbol.name) << 32 | static_cast<std::uint32_t>(kMiddle + symbol.offset);
  }
  static std::optional<Symbol> of(std::uint64_t word) {
    const std::uint64_t name = (word >> 32) - kMark;
    if (name >= kFirstRead + kMaxReads) return std::nullopt;
    return Symbol{static_cast<std::uint32_t>(name),
                  static_cast<std::int32_t>(static_cast<std::int64_t>(word & 0xffffffff) - kMiddle)};
  }

  void clear() { reads_.clear(); }
  /// What memory at a symbolic address holds.
  std::optional<std::uint64_t> read(Symbol address) {
    auto found = std::ranges::find(reads_, address);
    if (found == reads_.end()) {
      if (reads_.size() == kMaxReads) return std::nullopt;
      found = reads_.insert(reads_.end(), address);
    }
    return word({kFirstRead + static_cast<std::uint32_t>(found - reads_.begin()), 0});
  }
  /// Where a word was read; nullopt when it is the value of a register.
  std::optional<Symbol> place(Symbol value) const {
    return value.name < kFirstRead ? std::nullopt : std::optional(reads_[value.name - kFirstRead]);
  }

 private:
  static constexpr std::uint64_t kMark = 1U << 24;
  static constexpr std::int64_t kMiddle = 1LL << 31;
  std::vector<Symbol> reads_;
};

constexpr std::uint32_t kSp = UNW_X86_64_RSP, kFp = UNW_X86_64_RBP;

std::optional<FrameRule::Base> base_of(const Symbol& symbol) {
  if (symbol.name == kSp) return FrameRule::Base::sp;
  if (symbol.name == kFp) return FrameRule::Base::fp;
  return std::nullopt;
}

/// Reads a rule from the caller's registers as libunwind computed them; nullopt when it has no such form.
std::optional<FrameRule> rule_from(const Symbols& symbols, std::uint64_t ip, std::uint64_t sp, std::uint64_t fp) {
  FrameRule rule;
  rule.kind = FrameRule::Kind::offsets;
  const auto cfa = Symbols::of(sp), caller_ip = Symbols::of(ip), caller_fp = Symbols::of(fp);
  if (!cfa || !caller_ip || !caller_fp) return std::nullopt;
  const auto cfa_place = symbols.place(*cfa);
  const auto base = base_of(cfa_place.value_or(*cfa));
  if (!base) return std::nullopt;
  rule.cfa_base = *base;
  rule.cfa_is_read = cfa_place.has_value();
  rule.cfa_offset = cfa_place.value_or(*cfa).offset;
  if (rule.cfa_is_read) rule.read_offset = cfa->offset;
  const auto return_place = symbols.place(*caller_ip);
  if (!return_place || return_place->name != cfa->name || caller_ip->offset != 0) return std::nullopt;
  rule.return_offset = return_place->offset - cfa->offset;
  if (*caller_fp == Symbol{kFp, 0}) return rule;
  const auto fp_place = symbols.place(*caller_fp);
  if (!fp_place || caller_fp->offset != 0) return std::nullopt;
  rule.fp_is_saved = true;
  if (fp_place->name == cfa->name) {
    rule.fp_offset = fp_place->offset - cfa->offset;
    return rule;
  }
  const auto fp_base = base_of(*fp_place);
  if (!fp_base) return std::nullopt;
  rule.fp_base = *fp_base;
  rule.fp_offset = fp_place->offset;
  return rule;
}

}  // namespace

struct TableReader::Impl {
  explicit Impl(ProcessCode& process_code) : code(process_code) {
    static unw_accessors_t accessors{
        .find_proc_info = find_proc_info,
        .put_unwind_info = [](unw_addr_space_t, unw_proc_info_t*, void*) {},  // libunwind frees its own
        .get_dyn_info_list_addr = [](unw_addr_space_t, unw_word_t*, void*) { return -UNW_ENOINFO; },
        .access_mem = access_mem,
        .access_reg = access_reg,
        .access_fpreg = [](unw_addr_space_t, unw_regnum_t, unw_fpreg_t*, int, void*) { return -UNW_EBADREG; },
        .resume = [](unw_addr_space_t, unw_cursor_t*, void*) { return -UNW_EINVAL; },
        .get_proc_name = [](unw_addr_space_t, unw_word_t, char*, size_t, unw_word_t*, void*) { return -UNW_ENOINFO; },
    };
    space = unw_create_addr_space(&accessors, 0);
    if (space != nullptr) unw_set_caching_policy(space, UNW_CACHE_NONE);  // rules are kept by our callers
  }
  ~Impl() {
    if (space != nullptr) unw_destroy_addr_space(space);
  }

  static Impl& of(void* argument) { return *static_cast<Impl*>(argument); }
  static int find_proc_info(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t* info, int need, void* argument);
  static int access_mem(unw_addr_space_t space, unw_word_t address, unw_word_t* value, int write, void* argument);
  static int access_reg(unw_addr_space_t space, unw_regnum_t reg, unw_word_t* value, int write, void* argument);
  std::optional<std::uint64_t> register_value(unw_regnum_t reg) const;

  ProcessCode& code;
  unw_addr_space_t space = nullptr;
  Symbols symbols;
  UserRegisters registers;
  StackMemory* stack = nullptr;  ///< nullptr: names instead of values
  bool has_table = false;        ///< the last step found unwind information
};

int TableReader::Impl::find_proc_info(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t* info, int need,
                                      void* argument) {
  Impl& self = of(argument);
  const Mapping* code = self.code.code_at(ip);
  const UnwindTable* table = code != nullptr ? self.code.table_of(*code) : nullptr;
  if (table == nullptr) return -UNW_ENOINFO;
  unw_dyn_info_t dynamic{};
  dynamic.format = UNW_INFO_FORMAT_REMOTE_TABLE;
  dynamic.start_ip = table->start;
  dynamic.end_ip = table->end;
  dynamic.u.rti.segbase = table->base;
  dynamic.u.rti.table_data = table->entries;
  dynamic.u.rti.table_len = table->count * 8 / sizeof(unw_word_t);
  const int result = _Ux86_64_dwarf_search_unwind_table(space, ip, &dynamic, info, need, argument);
  self.has_table = result == 0;
  return result;
}

int TableReader::Impl::access_mem(unw_addr_space_t, unw_word_t address, unw_word_t* value, int write, void* argument) {
  if (write != 0) return -UNW_EINVAL;
  Impl& self = of(argument);
  std::optional<std::uint64_t> word;
  const auto symbolic = self.stack == nullptr ? Symbols::of(address) : std::nullopt;
  if (symbolic)
    word = self.symbols.read(*symbolic);
  else if (!(word = self.code.constant_word(address)) && self.stack != nullptr)
    word = self.stack->word(address);
  else if (!word)
    word = 0;  // writable data that a table points to (a personality routine): no step depends on it
  if (!word) return -UNW_EINVAL;
  *value = *word;
  return 0;
}

std::optional<std::uint64_t> TableReader::Impl::register_value(unw_regnum_t reg) const {
  if (reg == UNW_X86_64_RIP) return registers.rip;
  if (stack == nullptr) return Symbols::word({static_cast<std::uint32_t>(reg), 0});
  switch (reg) {
    case UNW_X86_64_RSP:
      return registers.rsp;
    case UNW_X86_64_RBP:
      return registers.rbp;
    case UNW_X86_64_RBX:
      return registers.rbx;
    case UNW_X86_64_R12:
      return registers.r12;
    case UNW_X86_64_R13:
      return registers.r13;
    case UNW_X86_64_R14:
      return registers.r14;
    case UNW_X86_64_R15:
      return registers.r15;
    default:
      return std::nullopt;
  }
}

int TableReader::Impl::access_reg(unw_addr_space_t, unw_regnum_t reg, unw_word_t* value, int write, void* argument) {
  if (write != 0 || reg < 0 || reg > UNW_X86_64_RIP) return -UNW_EBADREG;
  const auto known = of(argument).register_value(reg);
  if (!known) return -UNW_EBADREG;
  *value = *known;
  return 0;
}

TableReader::TableReader(ProcessCode& code) : impl_(std::make_unique<Impl>(code)) {}
TableReader::~TableReader() = default;

FrameRule TableReader::rule_at(std::uint64_t instruction) {
  FrameRule guess, complex;
  guess.kind = FrameRule::Kind::guess;
  complex.kind = FrameRule::Kind::complex;
  Impl& self = *impl_;
  self.stack = nullptr;
  self.symbols.clear();
  self.registers = {.rip = instruction};
  self.has_table = false;
  unw_cursor_t cursor;
  if (self.space == nullptr || unw_init_remote(&cursor, self.space, &self) != 0) return guess;
  const int stepped = unw_step(&cursor);
  if (!self.has_table) return guess;
  if (stepped == 0) return {};
  unw_word_t ip = 0, sp = 0, fp = 0;
  if (stepped < 0 || unw_get_reg(&cursor, UNW_REG_IP, &ip) != 0 || unw_get_reg(&cursor, UNW_REG_SP, &sp) != 0 ||
      unw_get_reg(&cursor, UNW_X86_64_RBP, &fp) != 0)
    return complex;
  return rule_from(self.symbols, ip, sp, fp).value_or(complex);
}

std::vector<RawFrame> TableReader::walk(const UserRegisters& registers, StackMemory& stack, std::size_t limit) {
  std::vector<RawFrame> frames;
  Impl& self = *impl_;
  self.stack = &stack;
  self.registers = registers;
  unw_cursor_t cursor;
  if (self.space == nullptr || unw_init_remote(&cursor, self.space, &self) != 0) return frames;
  bool exact = true;
  while (frames.size() < limit) {
    unw_word_t ip = 0;
    if (unw_get_reg(&cursor, UNW_REG_IP, &ip) != 0 || self.code.code_at(ip) == nullptr) break;
    frames.push_back({ip, exact});
    exact = self.code.is_signal_return(ip);  // its caller was interrupted, not calling
    if (unw_step(&cursor) <= 0) break;
  }
  return frames;
}

}  // namespace simrec::record
