#include "replayer/compile/futexes.h"

#include <algorithm>

namespace simrec::replay::causal {
namespace {

/// Stored times are rounded to 500 ns: a wake that ended this little before the wait began may still be its cause.
constexpr Ns kRoundingNs = 1000;
/// Wakes that nobody claimed are forgotten when so many newer ones stand behind them.
constexpr std::size_t kUnclaimed = 64;
/// Between a thread's exit call and the kernel's wake of its joiner lies the end of its memory map, and tracing.
constexpr Ns kThreadEndNs = 5'000'000;

}  // namespace

void Futexes::add(const Key& key, const Wake& wake) {
  Line& line = lines_[key];
  if (line.head == line.wakes.size()) {
    line.wakes.clear();
    line.head = 0;
  } else if (line.head > kUnclaimed || line.wakes.size() > 16 * kUnclaimed) {
    line.head = std::max(line.head, line.wakes.size() > 16 * kUnclaimed ? 8 * kUnclaimed : 0);
    line.wakes.erase(line.wakes.begin(), line.wakes.begin() + static_cast<std::ptrdiff_t>(line.head));
    line.head = 0;
  }
  line.wakes.push_back(wake);
}

void Futexes::wake(const Key& key, Ns, Ns exit, std::int64_t released, TokenId token) {
  credits_.push_back(released);
  add(key, {exit, token, static_cast<std::uint32_t>(credits_.size() - 1)});
}

void Futexes::thread_exit(const Key& key, Ns entry, TokenId token) {
  if (auto it = lines_.find(key); it != lines_.end()) it->second.head = it->second.wakes.size();
  wake(key, entry, entry + kThreadEndNs, 1, token);
}

void Futexes::wake_two(const Key& a, const Key& b, Ns, Ns exit, std::int64_t released, TokenId token) {
  credits_.push_back(released);
  const Wake w{exit, token, static_cast<std::uint32_t>(credits_.size() - 1)};
  add(a, w);
  add(b, w);
}

void Futexes::requeue(const Key& from, const Key& to, Ns) {
  auto& moved = lines_[from].moved_to;
  if (std::ranges::find(moved, to) == moved.end()) moved.push_back(to);
}

std::optional<TokenId> Futexes::take(Line& line, Ns entry) {
  while (line.head < line.wakes.size() &&
         (credits_[line.wakes[line.head].credit] <= 0 ||
          (line.wakes.size() - line.head > kUnclaimed && line.wakes[line.head].exit < entry)))
    ++line.head;
  for (std::size_t i = line.head; i < line.wakes.size(); ++i) {
    const Wake& w = line.wakes[i];
    if (credits_[w.credit] <= 0 || w.exit + kRoundingNs < entry) continue;
    --credits_[w.credit];
    return w.token;
  }
  return std::nullopt;
}

std::optional<TokenId> Futexes::match(const Key& key, Ns entry) {
  auto it = lines_.find(key);
  if (it == lines_.end()) return std::nullopt;
  if (auto token = take(it->second, entry)) return token;
  for (const Key& other : it->second.moved_to)
    if (auto moved = lines_.find(other); moved != lines_.end())
      if (auto token = take(moved->second, entry)) return token;
  return std::nullopt;
}

std::optional<TokenId> Futexes::latest(const Key& key, Ns entry) const {
  auto it = lines_.find(key);
  if (it == lines_.end() || it->second.wakes.empty()) return std::nullopt;
  const Wake& w = it->second.wakes.back();
  if (w.exit + kRoundingNs < entry) return std::nullopt;
  return w.token;
}

}  // namespace simrec::replay::causal
