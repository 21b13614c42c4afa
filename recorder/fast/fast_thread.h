// A traced thread as far as tier 2 goes.
#pragma once

#include <cstdint>
#include <memory>

#include "recorder/fast/address_space.h"

namespace simrec::record {

struct FastThread {
  std::unique_ptr<SlotLease> lease;  ///< null: the thread is on tier 1 only
  std::uint64_t last_tsc = 0;        ///< TSC at the end of the last record
  bool prepared = false;             ///< code or slots were put there since the last event
  bool clear_gs_at_start = false;    ///< born with its creator's slot in its GS base
};

}  // namespace simrec::record
