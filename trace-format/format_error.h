// The error of the codecs, which know what is wrong but not where in which file.
#pragma once

#include <stdexcept>

namespace simrec {

/// Content that is not what the schema and FORMAT.md allow. what() is a clause ("column burst has …"); the
/// reader of the file catches it and adds where.
class FormatError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace simrec
