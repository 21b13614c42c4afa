// Which executable and libraries a process runs, with their build-ids and SHA-256.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "trace-format/model.h"
#include "trace-format/trace_writer.h"

namespace simrec::record {

/// A file mapped executable by a process. Cheap to take: nothing but /proc/PID/maps is read.
struct MappedFile {
  std::string path;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const MappedFile&) const = default;
};

/// Executable files mapped by `pid`, executable first, then libraries in address order; empty when the process is gone.
/// Take it when the libraries are loaded: at the process's exit (PTRACE_EVENT_EXIT) or before its next exec.
std::vector<MappedFile> mapped_files(pid_t pid);

/// Identifies files, each one once: build-id note and SHA-256, by device, inode, mtime and size.
/// Usage: `add(mapped_files(pid))` while recording, `modules(files, writer)` before finish(). Hashing happens only in
/// modules(), when the program is over: doing it earlier would take a core from the program being recorded.
class ModuleCatalog {
 public:
  ModuleCatalog();
  ~ModuleCatalog();
  ModuleCatalog(const ModuleCatalog&) = delete;
  ModuleCatalog& operator=(const ModuleCatalog&) = delete;

  /// Opens files not seen before (the first 128 are kept open, so that a program deleted meanwhile can still be
  /// hashed).
  void add(const std::vector<MappedFile>& files);
  /// The modules with their build-ids and hashes, for Image::modules. A file that can no longer be read has
  /// neither. Not const: hashes what is not hashed yet (about 1 ms per MB).
  std::vector<Module> modules(const std::vector<MappedFile>& files, TraceWriter& writer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace simrec::record
