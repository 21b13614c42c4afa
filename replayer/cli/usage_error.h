// A command line that makes no sense.
#pragma once

#include <stdexcept>

namespace simrec::replay {

/// what() is one sentence for the user.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace simrec::replay
