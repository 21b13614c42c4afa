// Who used what in a trace, counted in one walk: processes, calls, and the kernel objects behind descriptors.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/statistics.h"
#include "analysis/wait_cause.h"

namespace simrec::analysis {

/// Calls on one kernel object.
struct ObjectUse {
  Totals totals;
  std::uint64_t read_bytes = 0, written_bytes = 0;
  std::set<std::uint32_t> readers, writers;  ///< ProcessIds that moved bytes out of it, into it
  std::set<std::uint32_t> users;             ///< all ProcessIds
  bool connected = false;                    ///< a process here called connect() on it
};

struct ProcessUse {
  Totals totals;
  TimeByCause time{};  ///< summed over threads
  Ns end_ns = 0;       ///< of its last event
};

struct TraceUsage {
  Header header;
  Tables tables;
  std::optional<Footer> footer;
  std::string incomplete;  ///< "" for a whole trace
  Ns end_ns = 0;           ///< of the last event
  Totals totals;
  TimeByCause time{};
  std::vector<ProcessUse> processes;           ///< by ProcessId
  std::map<std::uint16_t, Totals> by_kind;     ///< calls and other events
  std::map<std::uint32_t, ObjectUse> objects;  ///< by ObjectId
};

/// Reads a whole trace, in the memory of OrderedEvents. Throws TraceError.
TraceUsage collect_usage(const std::string& path);

}  // namespace simrec::analysis
