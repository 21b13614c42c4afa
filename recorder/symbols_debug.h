// Symbols that are not in the program's own file: separate debug files, and the vDSO, which is no file at all.
#pragma once

#include <optional>
#include <string>

#include "recorder/symbols_elf.h"

namespace simrec::record {

/// The file with the symbols of a stripped program, as distributions install them: by build-id (raw bytes) below
/// `root`. nullopt when there is none for exactly this build.
std::optional<ElfFile> open_debug_file(const std::string& build_id, const std::string& root);

/// The image of the kernel's vDSO, from this process: every process has the same.
std::optional<ElfFile> open_vdso();

}  // namespace simrec::record
