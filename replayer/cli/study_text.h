// Answers of --target and --sensitivity, for people and programs.
#pragma once

#include <iosfwd>

#include "replayer/whatif/elasticity.h"
#include "replayer/whatif/search.h"
#include "replayer/whatif/sweep_output.h"
#include "trace-format/prediction.h"

namespace simrec::replay {

/// `limit`: the prediction with the largest change, if the goal is out of reach.
void print_text(const TargetAnswer& answer, const Prediction& limit, const StudySource& source, std::ostream& out,
                bool colour);
void print_json(const TargetAnswer& answer, const Prediction& limit, const StudySource& source, std::ostream& out);
void print_text(const Effects& effects, const StudySource& source, std::ostream& out);
void print_json(const Effects& effects, const StudySource& source, std::ostream& out);

}  // namespace simrec::replay
