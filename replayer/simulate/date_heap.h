// Dates of numbered things, earliest first, each of which can be changed at any time. Those of one date in the order of
// their numbers.
#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace simrec::replay {

class DateHeap {
 public:
  bool empty() const { return heap_.empty(); }
  std::uint32_t first() const { return heap_.front().id; }
  double first_date() const { return heap_.empty() ? std::numeric_limits<double>::infinity() : heap_.front().date; }

  void set(std::uint32_t id, double date) {
    if (id >= place_.size()) place_.resize(id + 1, kNowhere);
    if (place_[id] == kNowhere) {
      place_[id] = static_cast<std::uint32_t>(heap_.size());
      heap_.push_back({date, id});
    } else {
      heap_[place_[id]].date = date;
    }
    sink(rise(place_[id]));
  }
  void remove(std::uint32_t id) {
    if (id >= place_.size() || place_[id] == kNowhere) return;
    const std::uint32_t hole = std::exchange(place_[id], kNowhere);
    const Entry last = heap_.back();
    heap_.pop_back();
    if (last.id == id) return;
    put(hole, last);
    sink(rise(hole));
  }

 private:
  static constexpr std::uint32_t kNowhere = UINT32_MAX;
  struct Entry {
    double date;
    std::uint32_t id;
    bool operator<(const Entry& o) const { return date != o.date ? date < o.date : id < o.id; }
  };
  void put(std::uint32_t at, const Entry& entry) {
    heap_[at] = entry;
    place_[entry.id] = at;
  }
  std::uint32_t rise(std::uint32_t at) {
    const Entry entry = heap_[at];
    for (; at > 0 && entry < heap_[(at - 1) / 2]; at = (at - 1) / 2) put(at, heap_[(at - 1) / 2]);
    put(at, entry);
    return at;
  }
  void sink(std::uint32_t at) {
    const Entry entry = heap_[at];
    const auto size = static_cast<std::uint32_t>(heap_.size());
    for (std::uint32_t child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap_[child + 1] < heap_[child]) ++child;
      if (!(heap_[child] < entry)) break;
      put(at, heap_[child]);
      at = child;
    }
    put(at, entry);
  }

  std::vector<Entry> heap_;
  std::vector<std::uint32_t> place_;  ///< by id
};

}  // namespace simrec::replay
