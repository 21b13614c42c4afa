// What a user is told.
#pragma once

#include <string>

#include "replayer/simulate/simulate.h"

namespace simrec::replay::test {

/// The message of the ReplayError that `action` throws; "" if it throws none.
template <class Action>
std::string error_of(const Action& action) {
  try {
    action();
  } catch (const ReplayError& error) {
    return error.what();
  }
  return "";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace simrec::replay::test
