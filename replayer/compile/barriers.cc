#include "replayer/compile/barriers.h"

#include <algorithm>

namespace simrec::replay::causal {

bool Barriers::Word::is_barrier() const {
  if (meetings < kMeetings || participants.size() < 2) return false;
  if (participants.size() == 2 && (is_condition || !opens_for_all)) return joins >= kMeetings && !openers_differ;
  return opens_for_all && (openers_differ || joins >= kMeetings);
}

/// Who arrived for the meeting that `by` opens: all who wait for the value to change that the first one found, and who
/// yields. If only one is released, those who wait besides make it no barrier whatever they found.
void Barriers::Word::gather(const Opening& by) {
  needed.clear();
  yielding.clear();
  opening.reset();
  met.assign(1, by.thread);
  const auto first = std::ranges::min_element(arrived, {}, [](const auto& entry) { return entry.second.number; });
  if (first != arrived.end()) met_value = first->second.value;
  std::erase_if(arrived, [&](const auto& entry) {
    const auto& [thread, arrival] = entry;
    if (by.all && arrival.value != met_value) return false;
    met.push_back(thread);
    if (arrival.token) needed.push_back(*arrival.token);
    return true;
  });
  // Where others sleep, one that yields may have nothing to do with it, unless it has slept there, too.
  const bool only_yields = met.size() == 1;
  for (const Yielding& other : by.yielding) {
    if (!only_yields && !is_among(other.thread)) continue;
    met.push_back(other.thread);
    yielding.push_back(other.thread);
    if (other.arrival) needed.push_back(*other.arrival);
  }
  std::ranges::sort(met);
}

void Barriers::Word::meet(const Opening& by, Join join) {
  gather(by);
  openers_differ = openers_differ || (meetings > 0 && by.thread != opener);
  opener = by.thread;
  opened_at = by.time;
  const auto repeated = std::ranges::unique(met);
  const bool waited_for_itself = !repeated.empty();
  met.erase(repeated.begin(), repeated.end());
  const auto took_part = [this](std::uint32_t thread) { return is_among(thread); };
  if (!std::ranges::all_of(met, took_part) || by.all != opens_for_all) {
    participants = met;
    meetings = joins = 0;
    openers_differ = false;
    opens_for_all = by.all;
    return;
  }
  if (waited_for_itself) {  // a late call now and then
    meetings /= 2;
    return;
  }
  if (met == participants) ++meetings;  // else who is missing came too late to sleep
  if (join == Join::joined)
    ++joins;
  else if (join == Join::none && joins > 0)
    --joins;
}

Barriers::Join Barriers::join_of(const Word& word, const Opening& by) const {
  if (by.released_by.time <= word.opened_at) return Join::none;
  const auto workers = workers_.find(by.thread);
  const bool is_worker = word.is_among(by.released_by.thread) ||
                         (workers != workers_.end() && workers->second.contains(by.released_by.thread));
  if (!is_worker) return Join::none;
  return by.releaser_sleeps ? Join::joined : Join::unknown;
}

/// Did the barrier open before the wait came to the kernel?
bool Barriers::Word::missed_by(const Wait& wait) const {
  return wait.too_late && wait.value == met_value && is_among(wait.thread);
}

const Barriers::Word* Barriers::find(const Futexes::Key& word) const {
  const auto it = words_.find(Futexes::pair_of(word));
  return it == words_.end() ? nullptr : &it->second;
}

std::optional<TokenId>* Barriers::arrives(const Futexes::Key& word, const Wait& wait) {
  const auto it = words_.find(Futexes::pair_of(word));
  if (it == words_.end()) return nullptr;
  passed_by_.erase(wait.thread);
  Word& w = it->second;
  w.is_condition = w.is_condition || wait.is_condition;
  if (w.missed_by(wait)) return nullptr;
  // A call that wakes others may also wake who waits for the next meeting by now: that one waits again. Who waits for
  // another value has left the meeting before, which opened without a call, or whose call is late.
  const auto before = w.arrived.find(wait.thread);
  if (before != w.arrived.end() && before->second.value == wait.value) return nullptr;
  Arrival& arrival = w.arrived[wait.thread] = {++w.arrivals, wait.value, std::nullopt};
  return w.is_barrier() ? &arrival.token : nullptr;
}

const std::vector<TokenId>* Barriers::opens(const Futexes::Key& word, const Opening& opening) {
  if (opening.released == 0 && opening.yielding.empty() && !find(word)) return nullptr;
  Word& w = words_[Futexes::pair_of(word)];
  w.meet(opening, join_of(w, opening));
  if (w.met.size() == 2 && w.yielding.empty())
    if (std::set<std::uint32_t>& workers = workers_[opening.thread]; workers.size() < kMostWorkers)
      workers.insert(w.met.front() == opening.thread ? w.met.back() : w.met.front());
  if (!w.is_barrier()) return nullptr;
  if (opening.all) members_.insert(w.met.begin(), w.met.end());
  return &w.needed;
}

void Barriers::opened(const Futexes::Key& word, TokenId token) {
  Word& w = words_.at(Futexes::pair_of(word));
  w.opening = token;
  for (const std::uint32_t thread : w.yielding) passed_by_[thread] = token;
}

std::optional<TokenId> Barriers::passes(std::uint32_t thread) {
  const auto passed = passed_by_.extract(thread);
  return passed ? std::optional(passed.mapped()) : std::nullopt;
}

bool Barriers::is_barrier(const Futexes::Key& word) const {
  const Word* w = find(word);
  return w && w->is_barrier();
}

std::optional<TokenId> Barriers::opening_for(const Futexes::Key& word, std::uint32_t thread) const {
  const Word* w = find(word);
  if (!w || !w->is_barrier() || w->arrived.contains(thread)) return std::nullopt;
  return w->opening;
}

}  // namespace simrec::replay::causal
