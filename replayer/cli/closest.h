// "Did you mean …?" under the names that simreplay has always used for it.
#pragma once

#include "trace-format/closest.h"

namespace simrec::replay {

using simrec::closest;
using simrec::suggestion;

}  // namespace simrec::replay
