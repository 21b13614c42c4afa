#include "replayer/compile/unread_bytes.h"

#include <algorithm>
#include <vector>

namespace simrec::replay::causal {
namespace {

/// Under way when the reader closes: that depends on the network. What a receiver that does not read takes in, about.
constexpr std::int64_t kUnderWay = 65536;

/// By channel, how many bytes too many its sends have; 0 = none.
std::vector<std::int64_t> surplus(Context& c) {
  std::vector<std::int64_t> sent(c.channels.all().size()), wanted(sent.size());
  for (const ThreadState& t : c.threads)
    for (const Op& op : t.emit.ops) {
      if (op.kind == OpKind::send) sent[op.target] += op.value;
      if (op.kind == OpKind::recv) wanted[op.target] = std::max(wanted[op.target], op.value);
    }
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const Channel& ch = c.channels.all()[i];
    const bool unread = ch.transport == Transport::tcp && ch.two_sided() && ch.was_cut;
    sent[i] = unread ? std::max<std::int64_t>(sent[i] - wanted[i] - kUnderWay, 0) : 0;
  }
  return sent;
}

}  // namespace

void leave_unread_bytes(Context& c) {
  std::vector<std::int64_t> left = surplus(c);
  if (std::ranges::count(left, 0) == std::ssize(left)) return;
  for (ThreadState& t : c.threads)
    for (std::size_t i = t.emit.ops.size(); i-- > 0;) {
      Op& op = t.emit.ops[i];
      if (op.kind != OpKind::send || left[op.target] == 0) continue;
      const std::int64_t cut = std::min(left[op.target], op.value - 1);  // a send of nothing is something else
      left[op.target] -= std::max<std::int64_t>(cut, 0);
      op.value -= std::max<std::int64_t>(cut, 0);
    }
}

}  // namespace simrec::replay::causal
