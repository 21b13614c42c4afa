#include "replayer/compile/signals.h"

#include <ranges>

namespace simrec::replay::causal {
namespace {

/// Signals that nobody waited for are forgotten when so many newer ones stand behind them.
constexpr std::size_t kRemembered = 64;

}  // namespace

void Signals::add(std::vector<Sent>& list, Sent sent) {
  if (list.size() >= 2 * kRemembered) list.erase(list.begin(), list.begin() + kRemembered);
  list.push_back(sent);
}

std::optional<TokenId> Signals::take(std::uint32_t process, int signo, Ns before) {
  for (Sent& s : pending_[process] | std::views::reverse) {
    if (s.taken || s.entry > before || (signo && s.signo != signo)) continue;
    s.taken = true;
    return s.token;
  }
  for (const Sent& s : groups_ | std::views::reverse)
    if (s.entry <= before && (!signo || s.signo == signo)) return s.token;  // others of the group may take it too
  return std::nullopt;
}

}  // namespace simrec::replay::causal
