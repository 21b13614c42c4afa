// Strong types for indices and times: a StringId never passes for an ObjectId.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace simrec {

/// An index that only compares and hashes; `Tag` keeps the kinds apart.
template <class Tag>
struct Id {
  std::uint32_t value = 0;
  auto operator<=>(const Id&) const = default;
};

using StringId = Id<struct StringTag>;    ///< 0 = ""
using ObjectId = Id<struct ObjectTag>;    ///< 0 = unknown kernel object
using StackId = Id<struct StackTag>;      ///< 0 = no stack
using ProcessId = Id<struct ProcessTag>;  ///< dense index of a recorded process, not its pid
using ThreadId = Id<struct ThreadTag>;    ///< dense index of a recorded thread, not its tid

/// Nanoseconds: a point in time is counted from trace start, never from the epoch.
using Ns = std::int64_t;

}  // namespace simrec

template <class Tag>
struct std::hash<simrec::Id<Tag>> {
  std::size_t operator()(simrec::Id<Tag> id) const noexcept { return id.value; }
};
