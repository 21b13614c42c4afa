#include "recorder/unwind.h"

#include <elf.h>
#include <libunwind.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <array>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>

#include "recorder/unwind_table.h"

// Exported by libunwind for tools that bring their own accessors (perf does the same), but in no header of it.
extern "C" int _Ux86_64_dwarf_search_unwind_table(unw_addr_space_t space, unw_word_t ip, unw_dyn_info_t* info,
                                                  unw_proc_info_t* procedure, int need_unwind_info, void* argument);

namespace simrec::record {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kMaxKeptPages = 2048;  ///< 8 MiB of unwind tables per process

/// A process's memory in pages: tables (never written) stay, the rest lasts for one stack.
class PagedMemory {
 public:
  explicit PagedMemory(pid_t pid) : pid_(pid) {}

  void forget_changing() { changing_.clear(); }

  template <class T>
  std::optional<T> read(std::uint64_t address, bool constant) {
    T value{};
    auto* to = reinterpret_cast<char*>(&value);
    for (std::size_t done = 0; done < sizeof(T);) {
      const std::uint64_t at = address + done;
      const Page* page = page_of(at & ~(kPage - 1), constant);
      if (page == nullptr) return std::nullopt;
      const std::size_t part = std::min<std::size_t>(sizeof(T) - done, kPage - at % kPage);
      std::memcpy(to + done, page->data() + at % kPage, part);
      done += part;
    }
    return value;
  }

 private:
  using Page = std::array<char, kPage>;
  using Pages = std::unordered_map<std::uint64_t, std::unique_ptr<Page>>;

  const Page* page_of(std::uint64_t start, bool constant) {
    Pages& pages = constant ? constant_ : changing_;
    if (const auto found = pages.find(start); found != pages.end()) return found->second.get();
    if (pages.size() >= kMaxKeptPages) pages.clear();
    auto page = std::make_unique<Page>();
    const iovec local{page->data(), kPage}, remote{reinterpret_cast<void*>(start), kPage};
    if (process_vm_readv(pid_, &local, 1, &remote, 1, 0) != static_cast<ssize_t>(kPage)) page.reset();
    return pages.emplace(start, std::move(page)).first->second.get();
  }

  pid_t pid_;
  Pages constant_, changing_;
};

/// Where a module keeps its binary search table of unwind information.
struct UnwindTable {
  std::uint64_t start = 0, end = 0;  ///< code it describes
  std::uint64_t base = 0, entries = 0, count = 0;
  std::vector<UnwindTableEntry> built;  ///< ours, read by libunwind at kBuiltTables + start
};

/// Where tables that we built seem to be: no user address has this bit.
constexpr std::uint64_t kBuiltTables = 1ULL << 63;

/// libunwind's register numbers in terms of the kernel's.
unsigned long long user_regs_struct::*const kRegisters[] = {
    &user_regs_struct::rax, &user_regs_struct::rdx, &user_regs_struct::rcx, &user_regs_struct::rbx,
    &user_regs_struct::rsi, &user_regs_struct::rdi, &user_regs_struct::rbp, &user_regs_struct::rsp,
    &user_regs_struct::r8,  &user_regs_struct::r9,  &user_regs_struct::r10, &user_regs_struct::r11,
    &user_regs_struct::r12, &user_regs_struct::r13, &user_regs_struct::r14, &user_regs_struct::r15,
    &user_regs_struct::rip};

}  // namespace

struct Unwinder::Impl {
  explicit Impl(pid_t p) : pid(p), memory(p) {
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
    if (space != nullptr) unw_set_caching_policy(space, UNW_CACHE_GLOBAL);
  }
  ~Impl() {
    if (space != nullptr) unw_destroy_addr_space(space);
  }

  static Impl& of(void* argument) { return *static_cast<Impl*>(argument); }
  static int find_proc_info(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t* info, int need, void* argument);
  static int access_mem(unw_addr_space_t space, unw_word_t address, unw_word_t* value, int write, void* argument);
  static int access_reg(unw_addr_space_t space, unw_regnum_t reg, unw_word_t* value, int write, void* argument);

  /// The mapping of an address; re-reads the maps once per stack when there is none (a library loaded since).
  const Mapping* mapping_of(std::uint64_t address);
  const UnwindTable* table_of(const Mapping& code);
  std::optional<UnwindTable> read_table(const Mapping& code);
  int read_built(std::uint64_t address, unw_word_t& value) const;

  pid_t pid;
  PagedMemory memory;
  unw_addr_space_t space = nullptr;
  std::vector<Mapping> maps;
  bool maps_fresh = false;  ///< read during this stack
  user_regs_struct registers{};
  std::unordered_map<std::uint64_t, std::optional<UnwindTable>> tables;  ///< by start of the code mapping
};

const Mapping* Unwinder::Impl::mapping_of(std::uint64_t address) {
  const Mapping* found = find_mapping(maps, address);
  if (found != nullptr || maps_fresh) return found;
  maps = read_maps(pid);
  maps_fresh = true;
  return find_mapping(maps, address);
}

std::optional<UnwindTable> Unwinder::Impl::read_table(const Mapping& code) {
  // The ELF header is where the file's offset 0 is mapped: the nearest such mapping of the same file below the code.
  const Mapping* first = nullptr;
  for (const Mapping& map : maps)
    if (map.start <= code.start && map.path == code.path && map.inode == code.inode && map.offset == 0) first = &map;
  if (first == nullptr) return std::nullopt;
  const auto header = memory.read<Elf64_Ehdr>(first->start, true);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_phentsize != sizeof(Elf64_Phdr))
    return std::nullopt;
  std::optional<std::uint64_t> load_bias, table;
  for (unsigned i = 0; i < std::min<unsigned>(header->e_phnum, 64); ++i) {
    const auto segment = memory.read<Elf64_Phdr>(first->start + header->e_phoff + i * sizeof(Elf64_Phdr), true);
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
  const auto encoding = memory.read<std::array<unsigned char, 4>>(base, true);
  const auto count = memory.read<std::uint32_t>(base + 8, true);
  if (!encoding || *encoding != kUsual || !count || *count == 0 || *count > (1U << 24)) return std::nullopt;
  return UnwindTable{code.start, code.end, base, base + 12, *count, {}};
}

const UnwindTable* Unwinder::Impl::table_of(const Mapping& code) {
  const auto [at, fresh] = tables.try_emplace(code.start);
  if (fresh) at->second = read_table(code);
  return at->second ? &*at->second : nullptr;
}

int Unwinder::Impl::find_proc_info(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t* info, int need,
                                   void* argument) {
  Impl& self = of(argument);
  const Mapping* code = self.mapping_of(ip);
  if (code == nullptr || !code->executable) return -UNW_ENOINFO;
  const UnwindTable* table = self.table_of(*code);
  if (table == nullptr) return -UNW_ENOINFO;
  unw_dyn_info_t dynamic{};
  dynamic.format = UNW_INFO_FORMAT_REMOTE_TABLE;
  dynamic.start_ip = table->start;
  dynamic.end_ip = table->end;
  dynamic.u.rti.segbase = table->base;
  dynamic.u.rti.table_data = table->entries;
  dynamic.u.rti.table_len = table->count * 8 / sizeof(unw_word_t);
  return _Ux86_64_dwarf_search_unwind_table(space, ip, &dynamic, info, need, argument);
}

int Unwinder::Impl::access_mem(unw_addr_space_t, unw_word_t address, unw_word_t* value, int write, void* argument) {
  if (write != 0) return -UNW_EINVAL;
  Impl& self = of(argument);
  if (address >= kBuiltTables) return self.read_built(address - kBuiltTables, *value);
  const Mapping* map = find_mapping(self.maps, address);
  const bool constant = map != nullptr && !map->writable && !map->path.empty();
  const auto word = self.memory.read<unw_word_t>(address, constant);
  if (!word) return -UNW_EINVAL;
  *value = *word;
  return 0;
}

int Unwinder::Impl::read_built(std::uint64_t address, unw_word_t& value) const {
  static_assert(sizeof(UnwindTableEntry) == sizeof(unw_word_t));
  const Mapping* code = find_mapping(maps, address);
  const auto found = code != nullptr ? tables.find(code->start) : tables.end();
  if (found == tables.end() || !found->second) return -UNW_EINVAL;
  const std::size_t index = (address - found->first) / sizeof value;
  if (address % sizeof value != 0 || index >= found->second->built.size()) return -UNW_EINVAL;
  std::memcpy(&value, &found->second->built[index], sizeof value);
  return 0;
}

int Unwinder::Impl::access_reg(unw_addr_space_t, unw_regnum_t reg, unw_word_t* value, int write, void* argument) {
  if (write != 0 || reg < 0 || static_cast<std::size_t>(reg) >= std::size(kRegisters)) return -UNW_EBADREG;
  *value = of(argument).registers.*kRegisters[reg];
  return 0;
}

Unwinder::Unwinder(pid_t pid) : impl_(std::make_unique<Impl>(pid)) {}
Unwinder::~Unwinder() = default;

const std::vector<Mapping>& Unwinder::maps() const { return impl_->maps; }

std::vector<RawFrame> Unwinder::unwind(pid_t tid) {
  std::vector<RawFrame> frames;
  if (impl_->space == nullptr || ptrace(PTRACE_GETREGS, tid, nullptr, &impl_->registers) != 0) return frames;
  impl_->memory.forget_changing();
  impl_->maps_fresh = false;
  unw_cursor_t cursor;
  if (unw_init_remote(&cursor, impl_->space, impl_.get()) != 0) return frames;
  bool exact = true;
  while (frames.size() < kMaxFrames) {
    unw_word_t ip = 0;
    if (unw_get_reg(&cursor, UNW_REG_IP, &ip) != 0) break;
    const Mapping* code = impl_->mapping_of(ip);
    if (code == nullptr || !code->executable) break;
    frames.push_back({ip, exact});
    exact = unw_is_signal_frame(&cursor) > 0;  // its caller was interrupted, not calling
    if (unw_step(&cursor) <= 0) break;
  }
  return frames;
}

}  // namespace simrec::record
