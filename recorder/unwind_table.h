// Search table for a module's unwind information when its linker wrote none (static programs have no .eh_frame_hdr).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace simrec::record {

/// As in .eh_frame_hdr: both offsets are relative to the start of .eh_frame, ascending by code offset.
struct UnwindTableEntry {
  std::int32_t code = 0, description = 0;
};

struct BuiltUnwindTable {
  std::uint64_t eh_frame_address = 0;  ///< virtual address of .eh_frame in the file
  std::vector<UnwindTableEntry> entries;
};

/// Reads the file's .eh_frame; no entries when there is none or it is not written as compilers for x86-64 do.
BuiltUnwindTable build_unwind_table(const std::string& path);

}  // namespace simrec::record
