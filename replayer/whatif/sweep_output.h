// A sweep for programs and people.
#pragma once

#include <iosfwd>
#include <string>

#include "replayer/whatif/sweep.h"

namespace simrec::replay {

/// Where numbers come from; printed with them.
struct StudySource {
  std::string trace, platform;
};

/// One row per point: a column per axis (name and unit in the title, plain numbers), predicted_s, relative (to the
/// baseline), failed. Fields are quoted as RFC 4180 says.
void print_csv(const Sweep& sweep, std::ostream& out);

/// One object; `simtrace report --sweep` draws it.
void print_json(const Sweep& sweep, const StudySource& source, std::ostream& out);

/// A table with bars.
void print_text(const Sweep& sweep, const StudySource& source, std::ostream& out);

/// A plot: the first axis to the right, predicted time upwards, one curve per combination of the others.
void print_svg(const Sweep& sweep, const StudySource& source, std::ostream& out);

}  // namespace simrec::replay
