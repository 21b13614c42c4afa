// The rows of `simtrace top`: what used the time and moved the bytes, by section, the largest first.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/trace_usage.h"
#include "trace-format/prediction.h"

namespace simrec::analysis {

/// One process, connection, file, call or link.
struct UsageRow {
  std::string name;
  std::string who{};  ///< command line of a process; the processes that use a connection or a file
  std::uint64_t count = 0;
  std::uint64_t errors = 0;
  std::uint64_t bytes = 0;
  Ns cpu_ns = 0;
  Ns wait_ns = 0;  ///< blocked, or waiting for a core

  Ns time_ns() const { return cpu_ns + wait_ns; }
};

struct UsageSection {
  std::string_view name;   ///< "processes": a key for programs, a title for people
  std::string_view count;  ///< what is counted: "calls", "messages"
  std::vector<UsageRow> rows;
  std::string_view waiting = "waiting";  ///< what UsageRow::wait_ns is of these rows
};

enum class UsageOrder : unsigned char { time, bytes, count };

std::vector<UsageSection> usage_sections(const TraceUsage& usage);
std::vector<UsageSection> usage_sections(const Prediction& prediction);

/// What a row is sorted by.
std::uint64_t usage_key(const UsageRow& row, UsageOrder order);

/// Sorts every section, the largest rows first.
void sort_sections(std::vector<UsageSection>& sections, UsageOrder order);

}  // namespace simrec::analysis
