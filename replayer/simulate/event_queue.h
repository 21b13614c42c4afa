// Future events of the event engine, earliest first; those of one instant in the order they were added.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace simrec::replay {

enum class EventKind : std::uint8_t {
  start,               ///< id = thread
  resume,              ///< id = thread, version = its wait
  expire,              ///< id = thread, version = its wait: a timer or sleep ends
  processor,           ///< id = host, version = its schedule: a compute op is done
  deliver,             ///< id = stream: bytes or the end arrive
  end_acknowledged,    ///< id = stream: the sender learns that its end has arrived
  window,              ///< id = stream: acknowledgements or room arrive at the sender
  client_established,  ///< id = connection
  server_established,  ///< id = connection
  turn,                ///< id = event loop: whoever became ready first gets its turn
  interpreter,         ///< id = process: whoever is awake computes
  send,                ///< id = send queue: whoever came first leaves
  flows_end,           ///< version = its schedule: the links' next flows end
};

struct Event {
  double time;
  std::uint64_t order;
  std::uint32_t id;
  std::uint32_t version;
  EventKind kind;
};

class EventQueue {
 public:
  void push(double time, EventKind kind, std::uint32_t id, std::uint32_t version = 0) {
    heap_.push_back({time, next_order_++, id, version, kind});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  bool empty() const { return heap_.empty(); }
  const Event& top() const { return heap_.front(); }
  Event pop() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Event event = heap_.back();
    heap_.pop_back();
    return event;
  }

 private:
  static bool later(const Event& a, const Event& b) { return a.time != b.time ? a.time > b.time : a.order > b.order; }
  std::vector<Event> heap_;
  std::uint64_t next_order_ = 0;
};

}  // namespace simrec::replay
