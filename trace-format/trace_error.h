// The error of everything that reads or writes the project's files.
#pragma once

#include <stdexcept>

namespace simrec {

/// A file that is not a usable trace or prediction (or cannot be written). what() is one complete sentence
/// for the user: which file, block and byte, what is wrong, what to do. Programs print it and exit 2.
class TraceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace simrec
