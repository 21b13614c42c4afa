// Answers of --target and --sensitivity, for people and programs.
#pragma once

#include <iosfwd>

#include "replayer/whatif/elasticity.h"
#include "replayer/whatif/search.h"
#include "replayer/whatif/sweep_output.h"

namespace simrec::replay {

void print_text(const TargetAnswer& answer, const StudySource& source, std::ostream& out);
void print_json(const TargetAnswer& answer, const StudySource& source, std::ostream& out);
void print_text(const Effects& effects, const StudySource& source, std::ostream& out);
void print_json(const Effects& effects, const StudySource& source, std::ostream& out);

}  // namespace simrec::replay
