// Room for what grows with the length of a trace: a bounded amount of memory, the rest in a temporary file.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace simrec {

/// Gives out chunks of memory. The first ones are ordinary memory; when there are too many, further ones are pieces of
/// a file in $TMPDIR (default /tmp) that has no name any more, so nothing is left behind however the program ends. A
/// chunk keeps its address, but only those in use lately count as memory of the process: of the file's chunks,
/// kWindowBytes. Not for several threads at once. A forked child reads what its parent wrote, and writes to a file of
/// its own.
class ScratchSpace {
 public:
  static constexpr std::size_t kChunkBytes = 64 * 1024;
  static constexpr std::size_t kMemoryBytes = 12 << 20;
  static constexpr std::size_t kWindowBytes = 4 << 20;

  /// `memory_bytes`: what may be ordinary memory.
  explicit ScratchSpace(std::size_t memory_bytes = kMemoryBytes) : memory_bytes_(memory_bytes) {}
  ~ScratchSpace();
  ScratchSpace(const ScratchSpace&) = delete;
  ScratchSpace& operator=(const ScratchSpace&) = delete;

  /// A chunk of undefined content. Throws TraceError, which names TMPDIR, if there is no room in the file.
  std::byte* allocate();
  void release(std::byte* chunk) noexcept;
  /// Must be told before a chunk is used, and again after others were: what was not named lately leaves memory (and
  /// comes back by itself when it is used).
  void use(const std::byte* chunk) {
    const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(chunk) - reinterpret_cast<std::uintptr_t>(base_);
    if (offset < mapped_bytes_ && !resident_[offset / kChunkBytes]) make_resident(offset / kChunkBytes);
  }

  /// Bytes of the temporary file; 0 = there is none.
  std::uint64_t file_bytes() const { return mapped_bytes_; }

 private:
  void make_resident(std::size_t chunk);
  void drop_residents();
  void open_file();
  void extend();
  bool is_own(const std::byte* chunk) const;

  std::size_t memory_bytes_;
  std::size_t used_memory_ = 0;
  int fd_ = -1;
  pid_t owner_ = 0;                     ///< process that made the file
  std::byte* base_ = nullptr;           ///< address space for the file's chunks
  std::size_t reserved_bytes_ = 0;      ///< of it
  std::size_t mapped_bytes_ = 0;        ///< of it: chunks so far
  std::size_t own_from_ = 0;            ///< chunks below belong to the parent process
  std::vector<std::byte*> free_;        ///< chunks of the file
  std::vector<bool> resident_;          ///< by chunk of the file
  std::vector<std::size_t> residents_;  ///< those in resident_
};

}  // namespace simrec
