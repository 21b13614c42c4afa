// Who sent which signal to whom: kill family, and SIGCHLD at a child's end.
#pragma once

#include <optional>
#include <vector>

#include "replayer/program/program.h"

namespace simrec::replay::causal {

class Signals {
 public:
  explicit Signals(std::size_t processes) : pending_(processes) {}

  void sent(std::uint32_t process, int signo, Ns entry, TokenId token) {
    add(pending_[process], {signo, entry, token, false});
  }
  /// To a process group, or to everybody.
  void sent_to_group(int signo, Ns entry, TokenId token) { add(groups_, {signo, entry, token, false}); }
  /// The latest matching signal sent before `before` that nobody took; signo 0 = any.
  std::optional<TokenId> take(std::uint32_t process, int signo, Ns before);

 private:
  struct Sent {
    int signo;
    Ns entry;
    TokenId token;
    bool taken;
  };
  static void add(std::vector<Sent>& list, Sent sent);

  std::vector<std::vector<Sent>> pending_;  ///< by process
  std::vector<Sent> groups_;
};

}  // namespace simrec::replay::causal
