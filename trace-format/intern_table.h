// Gives equal values equal dense ids, from 1; 0 is the empty value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "trace-format/model.h"

namespace simrec {

/// Hash of what traces intern; strings can be looked up without a copy.
struct InternHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  std::size_t operator()(const std::vector<Frame>& frames) const {
    std::size_t hash = frames.size();
    for (const Frame& frame : frames) {
      // FNV-1a's prime mixes the three fields well enough for a table of stacks.
      for (const std::uint64_t part :
           {std::uint64_t{frame.function.value}, std::uint64_t{frame.module.value}, frame.offset}) {
        hash = (hash ^ part) * 0x100000001B3ULL;
      }
    }
    return hash;
  }
};

template <class Value>
class InternTable {
 public:
  struct Interned {
    std::uint32_t id;
    bool is_new;
  };

  template <class View>
  Interned intern(const View& value) {
    if (value.empty()) return {0, false};
    if (const auto found = ids_.find(value); found != ids_.end()) return {found->second, false};
    const auto id = static_cast<std::uint32_t>(ids_.size() + 1);
    ids_.emplace(Value(value), id);
    return {id, true};
  }
  /// Id the next new value gets.
  std::uint32_t next_id() const { return static_cast<std::uint32_t>(ids_.size() + 1); }

 private:
  std::unordered_map<Value, std::uint32_t, InternHash, std::equal_to<>> ids_;
};

}  // namespace simrec
