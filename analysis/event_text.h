// One event in words: the arguments and the result of a call, decoded for people and for JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/descriptors.h"
#include "trace-format/model.h"

namespace simrec::analysis {

/// One decoded argument.
struct Field {
  std::string_view name;               ///< as in the system call table, or of an extra: "timeout_ns"
  std::string text;                    ///< for people
  std::optional<std::int64_t> number;  ///< the plain value, when it is one
  std::string plain = {};              ///< for programs, when not a number and not simply the text

  /// What programs get: `plain`, or the text without a leading "name=".
  std::string_view for_programs() const;
};

/// All arguments of an event, extras included. `descriptors` is the state before the event.
std::vector<Field> describe_arguments(const Event& event, const Tables& tables, const Descriptors& descriptors);

/// Result in strace's way: "3</etc/passwd>", "-1 ENOENT (No such file or directory)", "?". `descriptors` is the
/// state after the event, to name new ones.
std::string describe_result(const Event& event, const Tables& tables, const Descriptors& descriptors);

/// True if the event has a result at all: a call whose exit was seen.
bool has_result(const Event& event);

/// Bytes that a call moved through descriptors; nullopt for calls that move none.
std::optional<std::uint64_t> moved_bytes(const Event& event);

}  // namespace simrec::analysis
