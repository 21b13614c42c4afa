// Which handlers of an event loop wait for which others, within one region.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>

#include "replayer/compile/fiber_writer.h"

namespace simrec::replay::causal {

/// Speaks of the current handler: the last one of the region.
class HandlerOrder {
 public:
  /// Both must outlive it.
  HandlerOrder(Program& program, Region& region) : program_(program), region_(region) {}

  /// A region begins.
  void clear() {
    for (LastHandlers* last : {&acted_, &sent_, &learned_after_, &asked_}) last->clear();
  }

  std::uint32_t current() const { return static_cast<std::uint32_t>(region_.handlers.size() - 1); }

  /// It begins when `earlier`, one of another fiber, has ended.
  void await(std::uint32_t earlier) {
    Handler &before = region_.handlers[earlier], &now = region_.handlers.back();
    if (before.source == now.source) return;
    if (!before.token_plus_one) before.token_plus_one = ++program_.tokens;
    for (std::uint32_t i = 0; i < now.awaited; ++i)
      if (region_.awaited[now.first_awaited + i] == before.token_plus_one - 1) return;
    region_.awaited.push_back(before.token_plus_one - 1);
    ++now.awaited;
  }

  /// It acts on the source: those of other fibers that did before must have ended.
  void touch(SourceKey source) {
    const std::optional<std::uint32_t> earlier = take_over(acted_, source);
    if (!earlier) return;
    const bool own = region_.handlers.back().source == source;
    const auto known = own ? learned_after_.find(source) : learned_after_.end();
    if (known == learned_after_.end() || known->second != *earlier) await(*earlier);
  }

  /// Bytes of one stream leave in the recorded order, whichever handler sends them.
  void keep_order(std::uint32_t stream) {
    if (const auto earlier = take_over(sent_, stream)) await(*earlier);
  }

  /// It comes after what was done to its connection, but nobody waits for it: a program that has all it wanted closes
  /// connections that are not there yet.
  void learns_of(SourceKey source) {
    const auto before = acted_.find(source);
    if (before == acted_.end()) return;
    await(before->second);
    learned_after_[source] = before->second;
  }

  /// It passes on what came from that source.
  void await_last_of(SourceKey source) {
    if (const auto last = acted_.find(source); last != acted_.end()) await(last->second);
  }

  /// It asks for room to write to the source: whoever then writes waits for it.
  void asks_for(SourceKey source) { asked_[source] = current(); }
  bool was_asked_for(SourceKey source) const { return asked_.contains(source); }
  void await_asker(SourceKey source) {
    if (const auto asked = asked_.find(source); asked != asked_.end()) {
      await(asked->second);
      asked_.erase(asked);
    }
  }

 private:
  using LastHandlers = std::unordered_map<std::uint32_t, std::uint32_t>;

  /// It is the last one now; returns the one that was, if that was another.
  std::optional<std::uint32_t> take_over(LastHandlers& last, std::uint32_t thing) const {
    const auto [it, first] = last.try_emplace(thing, current());
    if (first || it->second == current()) return std::nullopt;
    return std::exchange(it->second, current());
  }

  Program& program_;
  Region& region_;
  LastHandlers acted_;          ///< by source: the handler that acted on it last
  LastHandlers sent_;           ///< by stream
  LastHandlers learned_after_;  ///< by source: what the handler that learned of it waits for
  LastHandlers asked_;          ///< by source: who asked for room to write to it
};

}  // namespace simrec::replay::causal
