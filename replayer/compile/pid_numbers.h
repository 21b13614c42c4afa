// What a process or thread number in a call means: the one who has it in the caller's pid namespace.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "trace-format/trace.h"

namespace simrec::replay::causal {

/// Numbers of all processes and threads of a trace. A container's numbers are 1, 2, 3, … like every other's, so a
/// number alone says little. Known are the numbers in the recorder's namespace and those in a process's own one; what
/// a process sees of namespaces inside its own, when that is not the recorder's, is not.
class PidNumbers {
 public:
  explicit PidNumbers(const Tables& tables);

  /// Indices that had this number as `caller` (a process index) sees it, by age.
  const std::vector<std::uint32_t>& processes(std::uint32_t caller, std::int64_t pid) const;
  const std::vector<std::uint32_t>& threads(std::uint32_t caller, std::int64_t tid) const;

 private:
  /// Process index + 1 of the namespace's first process (0 = the recorder's namespace), and a number there.
  using Number = std::pair<std::uint32_t, std::int64_t>;
  using Index = std::map<Number, std::vector<std::uint32_t>>;

  const std::vector<std::uint32_t>& find(const Index& index, std::uint32_t caller, std::int64_t number) const;

  std::vector<std::uint32_t> namespace_of_;  ///< by process index
  Index processes_, threads_;
};

}  // namespace simrec::replay::causal
