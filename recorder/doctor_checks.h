// The single checks behind `simrec doctor`; each tries the thing itself rather than guessing from settings.
#pragma once

#include <string>
#include <vector>

namespace simrec::record {

enum class Health { ok, limited, missing };

struct Check {
  std::string name;  ///< "ptrace", "seccomp filter", …
  Health health = Health::ok;
  std::string detail{};   ///< what was found
  std::string remedy{};   ///< what to change, when `required` and not ok
  bool required = false;  ///< recording is impossible without it
};

/// All checks, the ones that recording cannot do without first.
std::vector<Check> run_checks();

}  // namespace simrec::record
