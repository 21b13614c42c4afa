#include "replayer/simulate/outcome_codec.h"

#include <cstring>
#include <type_traits>

namespace simrec::replay {
namespace {

constexpr std::uint64_t kMagic = 0x31656d6f6374756f;  // guards against a torn or foreign stream

/// Both directions walk the same description of Outcome below: they cannot disagree.
class Encoder {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void operator()(const T& value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint64_t>(text.size()));
    bytes_ += text;
  }
  template <class T, class Each>
  void list(const std::vector<T>& items, const Each& each) {
    (*this)(static_cast<std::uint64_t>(items.size()));
    for (const T& item : items) each(item);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Decoder {
 public:
  explicit Decoder(std::span<const char> bytes) : bytes_(bytes) {}
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void operator()(T& value) {
    need(sizeof value);
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_ = bytes_.subspan(sizeof value);
  }
  void operator()(std::string& text) {
    std::uint64_t size = 0;
    (*this)(size);
    need(size);
    text.assign(bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
  }
  template <class T, class Each>
  void list(std::vector<T>& items, const Each& each) {
    std::uint64_t size = 0;
    (*this)(size);
    need(size);  // every item has at least one byte: bounds what a damaged count can allocate
    items.resize(size);
    for (T& item : items) each(item);
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  void need(std::uint64_t size) const {
    if (size > bytes_.size()) throw ReplayError("the simulating process sent a damaged result");
  }
  std::span<const char> bytes_;
};

template <class Coder, class O>
void walk(Coder& code, O& o) {
  code(o.predicted_ns);
  code(o.operations);
  code.list(o.processes, [&](auto& p) {
    code(p.host);
    code(p.start_ns), code(p.end_ns), code(p.compute_ns);
    code(p.network_ns), code(p.disk_ns), code(p.sync_ns), code(p.child_ns), code(p.sleep_ns), code(p.ready_ns);
    code(p.threads);
  });
  const auto numbers = [&](auto& list) { code.list(list, [&](auto& number) { code(number); }); };
  code.list(o.hosts, [&](auto& h) {
    code(h.name), code(h.cores), code(h.speed_flops), code(h.busy_core_ns);
    numbers(h.busy_over_time_ns);
  });
  code.list(o.timeline, [&](auto& thread) {
    code.list(thread, [&](auto& i) { code(i.duration_ns), code(i.state), code(i.cause_plus_one); });
  });
  numbers(o.thread_start_ns);
  code(o.path_followed);
  code.list(o.path, [&](auto& part) {
    code(part.duration_ns), code(part.kind), code(part.thread), code(part.what_plus_one), code(part.waited_ns);
  });
  code.list(o.streams, [&](auto& s) { code(s.messages), code(s.bytes), code(s.wait_ns); });
  code.list(o.links, [&](auto& l) {
    code(l.name), code(l.bandwidth), code(l.latency_s), code(l.bytes), code(l.busy_ns);
    numbers(l.bytes_over_time);
  });
  code.list(o.warnings, [&](auto& text) { code(text); });
  code.list(o.counts, [&](auto& c) { code(c.name), code(c.value); });
  code(o.outlasting_waits), code(o.outlasting_ns);
}

}  // namespace

std::string encode(const Outcome& outcome) {
  Encoder code;
  code(kMagic);
  walk(code, outcome);
  code(kMagic);
  return code.take();
}

Outcome decode(std::span<const char> bytes) {
  Decoder code(bytes);
  Outcome outcome;
  std::uint64_t first = 0, last = 0;
  code(first);
  if (first == kMagic) walk(code, outcome);
  code(last);
  if (first != kMagic || last != kMagic || !code.at_end())
    throw ReplayError("the simulating process sent a damaged result");
  return outcome;
}

}  // namespace simrec::replay
