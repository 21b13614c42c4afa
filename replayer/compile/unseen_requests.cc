#include "replayer/compile/unseen_requests.h"

namespace simrec::replay::causal {
namespace {

/// Is everything that came on a connection read, after what was sent there last? Where both sides send as they like,
/// the next bytes are mostly under way.
bool is_asked(const Channel& in, const Channel& out) {
  const bool all_read = in.sent > 0 && in.sent == in.consumed && in.being_read == 0;
  return all_read && (!out.latest_send || out.latest_send->ended < in.last_read.time);
}

/// Has the thread waited, or begun, since then?
bool may_have_been_told(const Context& c, const Call& call, Ns since) {
  const ThreadState& t = c.threads[call.thread];
  const auto wait = t.waits.before(call.event.entry_ns);
  return (wait && wait->end > since) || c.trace.tables.threads()[call.thread].start_ns > since;
}

}  // namespace

void await_unseen_request(Context& c, Call& call, std::uint32_t channel) {
  const Ends& ends = c.channels.ends(call.object);
  if (!ends.link_plus_one || !ends.in_plus_one || !c.channels.links()[ends.link_plus_one - 1].accepted) return;
  const Channel &in = c.channels[ends.in_plus_one - 1], &out = c.channels[channel];
  const std::uint32_t reader = in.latest_reader_plus_one;
  if (reader == 0 || reader == call.thread + 1 || c.trace.tables.threads()[reader - 1].process.value != call.process)
    return;
  ThreadState& t = c.state(call);
  // Interpreters' threads tell each other by their lock.
  if (!t.polled.marks.empty() || c.processes[call.process].interpreter.is_there()) return;
  if (!is_asked(in, out) || may_have_been_told(c, call, in.last_read.time)) return;
  c.counts.add(Count::unseen_requests);
  c.processes[call.process].passes_on_connection();
  // What it computed before the request was there was spinning, or for others.
  const Ns after = t.emit.take_back(call.event.entry_ns - in.last_read.time);
  const Cause cause = in.transport == Transport::tcp ? Cause::network : Cause::sync;
  t.emit.aside({OpKind::recv, cause, kPolls, ends.in_plus_one - 1, in.consumed}, 0, after);
}

}  // namespace simrec::replay::causal
