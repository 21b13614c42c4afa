// Which processes must stay on one host, and why.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "replayer/program/program.h"

namespace simrec::replay::causal {

class Sharing {
 public:
  explicit Sharing(std::size_t processes);

  /// The process uses a shared thing (mapping, segment, file offset); all users of one thing belong together.
  void uses(std::uint32_t process, std::uint64_t thing, const char* reason);
  void together(std::uint32_t a, std::uint32_t b, const char* reason);
  /// Anonymous shared memory: children forked from now on share it until they exec.
  void maps_anonymous(std::uint32_t process) { anonymous_[process] = true; }
  void forked(std::uint32_t parent, std::uint32_t child);
  void execed(std::uint32_t process);
  /// Writes groups and reasons into the program's processes.
  void finish(Program& program);

 private:
  std::uint32_t root(std::uint32_t process);

  std::vector<std::uint32_t> parent_;
  std::vector<const char*> reason_;
  std::vector<bool> anonymous_;
  std::vector<std::uint32_t> forked_from_plus_one_;  ///< whose anonymous shared memory it still sees
  std::unordered_map<std::uint64_t, std::uint32_t> first_user_;
};

}  // namespace simrec::replay::causal
