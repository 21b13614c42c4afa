// The effects of NetworkModel by name, for people who switch them off to see what each is worth.
#pragma once

#include <span>

#include "replayer/simulate/network_model.h"

namespace simrec::replay {

struct ModelTerm {
  const char* name;
  bool NetworkModel::*on;
  const char* effect;  ///< what it does, for --help and the ablation table
};

std::span<const ModelTerm> model_terms();

}  // namespace simrec::replay
