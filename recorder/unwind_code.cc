#include "recorder/unwind_code.h"

#include <elf.h>
#include <sys/uio.h>

#include <algorithm>

namespace simrec::record {
namespace {

constexpr std::size_t kMaxKeptPages = 2048;  // 8 MiB of unwind tables per process
constexpr unsigned kMostLooksSkipped = 256;

/// Of mappings whose code is not made at run time: those behave like addresses that mean something for ever.
bool same_code(const Mapping& a, const Mapping& b) {
  return a.start == b.start && a.end == b.end && a.offset == b.offset && a.device == b.device && a.inode == b.inode &&
         a.path == b.path;
}

bool is_lasting_code(const Mapping& map) { return map.executable && map.is_file(); }

}  // namespace

void ProcessCode::read_maps_again() {
  std::vector<Mapping> now = read_maps(pid_);
  const bool lost = std::ranges::any_of(maps_, [&](const Mapping& old) {
    const Mapping* at = is_lasting_code(old) ? find_mapping(now, old.start) : &old;
    return at == nullptr || !same_code(*at, old);
  });
  if (lost) {
    codes_.clear();
    pages_.clear();
    ++generation_;
  }
  maps_ = std::move(now);
}

const Mapping* ProcessCode::code_at(std::uint64_t address) {
  const auto look = [&] {
    const Mapping* found = find_mapping(maps_, address);
    return found != nullptr && found->executable ? found : nullptr;
  };
  if (const Mapping* found = look(); found != nullptr || looked_) return found;
  if (looks_to_skip_ > 0) {
    --looks_to_skip_;
    return nullptr;
  }
  looked_ = true;
  read_maps_again();
  const Mapping* found = look();
  useless_looks_ = found != nullptr ? 0 : useless_looks_ + 1;
  looks_to_skip_ = useless_looks_ < 4 ? 0 : std::min(kMostLooksSkipped, 1U << std::min(useless_looks_, 16U));
  return found;
}

bool ProcessCode::read_bytes(std::uint64_t address, char* to, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const std::uint64_t at = address + done, start = at & ~(kPage - 1);
    auto found = pages_.find(start);
    if (found == pages_.end()) {
      if (pages_.size() >= kMaxKeptPages) pages_.clear();
      auto page = std::make_unique<Page>();
      const iovec local{page->data(), kPage}, remote{reinterpret_cast<void*>(start), kPage};
      if (process_vm_readv(pid_, &local, 1, &remote, 1, 0) != static_cast<ssize_t>(kPage)) page.reset();
      found = pages_.emplace(start, std::move(page)).first;
    }
    if (!found->second) return false;
    const std::size_t part = std::min<std::size_t>(size - done, kPage - at % kPage);
    std::memcpy(to + done, found->second->data() + at % kPage, part);
    done += part;
  }
  return true;
}

template <class T>
std::optional<T> ProcessCode::read(std::uint64_t address) {
  T value{};
  return read_bytes(address, reinterpret_cast<char*>(&value), sizeof value) ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> ProcessCode::constant_word(std::uint64_t address) {
  if (address >= kBuiltTables) {
    static_assert(sizeof(UnwindTableEntry) == sizeof(std::uint64_t));
    const Mapping* code = find_mapping(maps_, address - kBuiltTables);
    const auto found = code != nullptr ? codes_.find(code->start) : codes_.end();
    if (found == codes_.end() || !found->second.table) return std::nullopt;
    const std::uint64_t distance = address - kBuiltTables - found->first;
    if (distance % 8 != 0 || distance / 8 >= found->second.table->built.size()) return std::nullopt;
    std::uint64_t value = 0;
    std::memcpy(&value, &found->second.table->built[distance / 8], sizeof value);
    return value;
  }
  const Mapping* map = find_mapping(maps_, address);
  if (map == nullptr || map->writable || map->path.empty()) return std::nullopt;
  return read<std::uint64_t>(address);
}

ProcessCode::Code& ProcessCode::known(const Mapping& code) {
  const auto [at, is_new] = codes_.try_emplace(code.start);
  if (is_new && !is_made_at_run_time(code)) at->second.module = modules_.of(code);
  return at->second;
}

const UnwindTable* ProcessCode::table_of(const Mapping& code) {
  Code& entry = known(code);
  if (!entry.table_looked_for) {
    entry.table_looked_for = true;
    if (entry.module) entry.table = find_table(code);
  }
  return entry.table ? &*entry.table : nullptr;
}

const Mapping* ProcessCode::first_of(const Mapping& code) const {
  const Mapping* first = nullptr;
  for (const Mapping& map : maps_)
    if (map.start <= code.start && map.path == code.path && map.inode == code.inode && map.offset == 0) first = &map;
  return first;
}

bool ProcessCode::is_made_at_run_time(const Mapping& code) {
  if (!code.path.starts_with("/memfd:") && !code.path.starts_with("/dev/")) return false;
  const Mapping* first = first_of(code);  // a memory file may also be a program
  const auto magic = first != nullptr ? read<std::array<char, SELFMAG>>(first->start) : std::nullopt;
  return !magic || std::memcmp(magic->data(), ELFMAG, SELFMAG) != 0;
}

std::optional<UnwindTable> ProcessCode::find_table(const Mapping& code) {
  const Mapping* first = first_of(code);
  if (first == nullptr) return std::nullopt;
  const auto header = read<Elf64_Ehdr>(first->start);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_phentsize != sizeof(Elf64_Phdr))
    return std::nullopt;
  std::optional<std::uint64_t> load_bias, table;
  for (unsigned i = 0; i < std::min<unsigned>(header->e_phnum, 64); ++i) {
    const auto segment = read<Elf64_Phdr>(first->start + header->e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment) return std::nullopt;
    if (segment->p_type == PT_LOAD && segment->p_offset / kPage == 0 && !load_bias)
      load_bias = first->start - (segment->p_vaddr & ~(kPage - 1));
    if (segment->p_type == PT_GNU_EH_FRAME) table = segment->p_vaddr;
  }
  if (!load_bias) return std::nullopt;
  if (!table) {
    auto [eh_frame, entries] = build_unwind_table(code.path);
    const std::uint64_t count = entries.size();
    if (count == 0) return std::nullopt;
    return UnwindTable{code.start, code.end,          *load_bias + eh_frame, kBuiltTables + code.start,
                       count,      std::move(entries)};
  }
  const std::uint64_t base = *load_bias + *table;
  // version 1, .eh_frame as pc-relative sdata4, count as udata4, entries as sdata4 relative to the table: what linkers
  // write.
  constexpr std::array<unsigned char, 4> kUsual{1, 0x1b, 0x03, 0x3b};
  const auto encoding = read<std::array<unsigned char, 4>>(base);
  const auto count = read<std::uint32_t>(base + 8);
  if (!encoding || *encoding != kUsual || !count || *count == 0 || *count > (1U << 24)) return std::nullopt;
  return UnwindTable{code.start, code.end, base, base + 12, *count, {}};
}

bool ProcessCode::follows_call(std::uint64_t address) {
  std::array<unsigned char, 7> b{};  // code made at run time changes: never from kept pages
  const iovec local{b.data(), b.size()}, remote{reinterpret_cast<void*>(address - b.size()), b.size()};
  if (process_vm_readv(pid_, &local, 1, &remote, 1, 0) != static_cast<ssize_t>(b.size())) return false;
  // call rel32; else ff /2 with its ModRM byte (and displacement) at the place its length says.
  const auto indirect = [&](std::size_t at, unsigned mode, bool with_sib) {
    const unsigned char modrm = b[at + 1];
    return b[at] == 0xff && (modrm & 0x38) == 0x10 && modrm >> 6 == mode &&
           (mode == 3 || ((modrm & 7) == 4) == with_sib);
  };
  return b[2] == 0xe8 || indirect(5, 3, false) || (indirect(5, 0, false) && (b[6] & 7) != 5) || indirect(4, 0, true) ||
         indirect(4, 1, false) || indirect(3, 1, true) || indirect(1, 2, false) || indirect(0, 2, true) ||
         (b[1] == 0xff && b[2] == 0x15);
}

bool ProcessCode::is_signal_return(std::uint64_t address) {
  // mov $15 (rt_sigreturn), %rax; syscall
  constexpr std::array<unsigned char, 9> kReturn{0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
  const Mapping* map = find_mapping(maps_, address);
  if (map == nullptr || !map->executable || !(map->is_file() || map->path == kVdsoPath)) return false;
  return read<std::array<unsigned char, 9>>(address) == kReturn;
}

}  // namespace simrec::record
