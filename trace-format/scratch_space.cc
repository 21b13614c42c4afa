#include "trace-format/scratch_space.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#include "trace-format/trace_error.h"

namespace simrec {
namespace {

constexpr std::size_t kExtendBytes = 4 << 20;
// Address space is free as long as no limit (ulimit -v) is set.
constexpr std::array kReservations = {std::size_t{1} << 42, std::size_t{1} << 38, std::size_t{1} << 34};

std::string folder() {
  const char* set = std::getenv("TMPDIR");
  return set != nullptr && *set != '\0' ? set : "/tmp";
}

[[noreturn]] void fail(const std::string& what, int error) {
  throw TraceError("cannot " + what + " a temporary file in " + folder() + ": " + std::strerror(error) +
                   "; long traces need room there: set TMPDIR to a folder that has more");
}

/// A file without a name.
int open_unnamed() {
  const std::string where = folder();
  int fd = ::open(where.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) {  // a file system that cannot
    std::string name = where + "/simrec-XXXXXX";
    fd = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd >= 0) ::unlink(name.c_str());
  }
  if (fd < 0) fail("make", errno);
  return fd;
}

}  // namespace

ScratchSpace::~ScratchSpace() {
  if (base_ != nullptr) ::munmap(base_, reserved_bytes_);
  if (fd_ >= 0) ::close(fd_);
}

std::byte* ScratchSpace::allocate() {
  if (used_memory_ + kChunkBytes <= memory_bytes_) {
    auto* chunk = static_cast<std::byte*>(::operator new(kChunkBytes));
    used_memory_ += kChunkBytes;
    return chunk;
  }
  if (owner_ != ::getpid()) open_file();
  if (free_.empty()) extend();
  std::byte* chunk = free_.back();
  free_.pop_back();
#ifdef MADV_POPULATE_WRITE
  ::madvise(chunk, kChunkBytes, MADV_POPULATE_WRITE);  // faster than a fault per page; a kernel that cannot does those
#endif
  return chunk;
}

void ScratchSpace::release(std::byte* chunk) noexcept {
  const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(chunk) - reinterpret_cast<std::uintptr_t>(base_);
  if (offset >= mapped_bytes_) {
    ::operator delete(chunk);
    used_memory_ -= kChunkBytes;
  } else if (offset >= own_from_ && owner_ == ::getpid()) {
    free_.push_back(chunk);  // has room: see extend()
  }
}

void ScratchSpace::make_resident(std::size_t chunk) {
  if (residents_.size() >= kWindowBytes / kChunkBytes) drop_residents();
  ::madvise(base_ + chunk * kChunkBytes, kChunkBytes, MADV_WILLNEED);
  resident_[chunk] = true;
  residents_.push_back(chunk);
}

void ScratchSpace::drop_residents() {
  for (const std::size_t chunk : residents_) {
    ::madvise(base_ + chunk * kChunkBytes, kChunkBytes, MADV_DONTNEED);
    resident_[chunk] = false;
  }
  residents_.clear();
}

void ScratchSpace::open_file() {
  const int fd = open_unnamed();
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
  owner_ = ::getpid();
  own_from_ = mapped_bytes_;
  free_.clear();
  for (const std::size_t bytes : kReservations) {
    if (base_ != nullptr) return;
    void* at = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) continue;
    base_ = static_cast<std::byte*>(at);
    reserved_bytes_ = bytes;
  }
  if (base_ == nullptr) throw std::bad_alloc();
}

/// The disk's room is taken at once: later, writing to a full disk would be a signal without a message.
void ScratchSpace::extend() {
  if (mapped_bytes_ + kExtendBytes > reserved_bytes_) throw std::bad_alloc();
  const auto position = static_cast<off_t>(mapped_bytes_ - own_from_);
  int error = EINTR;
  while (error == EINTR) error = ::posix_fallocate(fd_, position, static_cast<off_t>(kExtendBytes));
  if (error != 0) fail("write", error);
  std::byte* first = base_ + mapped_bytes_;
  if (::mmap(first, kExtendBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd_, position) == MAP_FAILED)
    fail("use", errno);
  ::madvise(first, kExtendBytes, MADV_RANDOM);  // a chunk is read as a whole, its neighbours are somebody else's
  constexpr std::size_t kMore = kExtendBytes / kChunkBytes;
  const std::size_t chunks = mapped_bytes_ / kChunkBytes + kMore;
  if (free_.capacity() < chunks) free_.reserve(2 * chunks);
  resident_.resize(chunks);
  mapped_bytes_ += kExtendBytes;
  for (std::size_t i = kMore; i-- > 0;) free_.push_back(first + i * kChunkBytes);
}

}  // namespace simrec
