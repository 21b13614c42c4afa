#include "recorder/modules.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <tuple>
#include <utility>

#include "recorder/file_descriptor.h"
#include "recorder/symbols_elf.h"
#include "recorder/unwind_maps.h"
#include "trace-format/sha256.h"

namespace simrec::record {
namespace {

constexpr std::size_t kMaxKeptOpen = 128;

FileDescriptor open_regular(const std::string& path, struct stat& status) {
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (fd && (fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))) fd.reset();
  return fd;
}

}  // namespace

std::vector<MappedFile> mapped_files(pid_t pid) {
  std::vector<MappedFile> files;
  for (const Mapping& map : read_maps(pid)) {
    if (!map.executable || !map.is_file()) continue;
    MappedFile file{map.path, map.device, map.inode};
    if (std::ranges::find(files, file) == files.end()) files.push_back(std::move(file));
  }
  std::error_code failed;
  const std::string executable =
      std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", failed).string();
  std::ranges::stable_partition(files, [&](const MappedFile& file) { return file.path == executable; });
  return files;
}

struct ModuleCatalog::Impl {
  using Key = std::pair<std::uint64_t, std::uint64_t>;                          // device, inode
  using Content = std::tuple<dev_t, ino_t, off_t, std::int64_t, std::int64_t>;  // what makes two opens the same file
  struct Identity {
    std::string build_id, sha256;
  };
  struct Known {
    FileDescriptor fd;  ///< open until hashed, if not too many are
    bool hashed = false;
    Identity identity;
  };

  const Identity& identify(const MappedFile& file);

  std::map<Key, Known> files;
  std::map<Content, Identity> contents;
  std::size_t kept_open = 0;
};

const ModuleCatalog::Impl::Identity& ModuleCatalog::Impl::identify(const MappedFile& file) {
  Known& known = files[{file.device, file.inode}];
  if (known.hashed) return known.identity;
  known.hashed = true;
  struct stat status {};
  FileDescriptor fd = std::move(known.fd);
  known.fd = FileDescriptor();
  const std::string path = fd ? "/proc/self/fd/" + std::to_string(fd.get()) : file.path;
  if (!fd) fd = open_regular(path, status);
  if (!fd || fstat(fd.get(), &status) != 0) return known.identity;
  const Content content{status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
  const auto [at, fresh] = contents.try_emplace(content);
  if (fresh) {
    if (const auto elf = ElfFile::open(path)) at->second.build_id = elf->build_id();
    try {
      at->second.sha256 = sha256_of_file(path).raw();
    } catch (const std::system_error&) {  // an unreadable file stays without a hash
    }
  }
  known.identity = at->second;
  return known.identity;
}

ModuleCatalog::ModuleCatalog() : impl_(std::make_unique<Impl>()) {}
ModuleCatalog::~ModuleCatalog() = default;

void ModuleCatalog::add(const std::vector<MappedFile>& files) {
  for (const MappedFile& file : files) {
    const auto [at, fresh] = impl_->files.try_emplace({file.device, file.inode});
    if (!fresh || impl_->kept_open >= kMaxKeptOpen) continue;
    struct stat status {};
    at->second.fd = open_regular(file.path, status);
    // The path may name another file by now, or in our mount namespace.
    if (at->second.fd && status.st_ino != file.inode) at->second.fd.reset();
    if (at->second.fd) ++impl_->kept_open;
  }
}

std::vector<Module> ModuleCatalog::modules(const std::vector<MappedFile>& files, TraceWriter& writer) {
  std::vector<Module> modules;
  for (const MappedFile& file : files) {
    const Impl::Identity& identity = impl_->identify(file);
    modules.push_back({writer.intern(file.path), identity.build_id, identity.sha256});
  }
  return modules;
}

}  // namespace simrec::record
