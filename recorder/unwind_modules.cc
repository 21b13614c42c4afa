#include "recorder/unwind_modules.h"

#include <sys/stat.h>

#include "recorder/clocks.h"

namespace simrec::record {
namespace {

constexpr std::size_t kMaxModules = 512;      // what is in use stays with its users
constexpr std::size_t kMaxRules = 1U << 20U;  // per module

std::uint64_t key(std::uint64_t file_offset, bool exact) { return file_offset * 2 + (exact ? 1 : 0); }

}  // namespace

const FrameRule* CodeModule::rule(std::uint64_t file_offset, bool exact) const {
  const auto found = rules_.find(key(file_offset, exact));
  return found == rules_.end() ? nullptr : &found->second;
}

void CodeModule::keep_rule(std::uint64_t file_offset, bool exact, const FrameRule& rule) {
  if (rules_.size() >= kMaxRules) rules_.clear();
  rules_.insert_or_assign(key(file_offset, exact), rule);
}

const SymbolTable& CodeModule::symbols() {
  if (!symbols_) symbols_.emplace(path_);
  return *symbols_;
}

std::shared_ptr<CodeModule> CodeModules::of(const Mapping& map) {
  if (!map.is_file() && map.path != kVdsoPath) return nullptr;
  struct stat status {};
  const bool same = map.is_file() && stat(map.path.c_str(), &status) == 0 && status.st_ino == map.inode;
  const Identity identity{map.path, map.device, map.inode, same ? to_ns(status.st_mtim) : 0, same ? status.st_size : 0};
  if (modules_.size() >= kMaxModules && !modules_.contains(identity)) modules_.clear();
  std::shared_ptr<CodeModule>& module = modules_[identity];
  if (!module) module = std::make_shared<CodeModule>(map.path);
  return module;
}

}  // namespace simrec::record
