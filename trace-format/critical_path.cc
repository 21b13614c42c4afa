#include "trace-format/critical_path.h"

#include <array>

namespace simrec {
namespace {

struct Words {
  PathKind kind;
  const char* name;
  const char* meaning;
};

constexpr std::array<Words, kPathKinds> kWords = {{
    {PathKind::compute, "compute", "on a core"},
    {PathKind::ready, "ready", "runnable, but every core was busy"},
    {PathKind::latency, "latency", "messages on their way, besides their transfer time"},
    {PathKind::bandwidth, "bandwidth", "transfer time of messages, queueing included"},
    {PathKind::connect, "connect", "handshakes of connections"},
    {PathKind::disk, "disk", "device transfers"},
    {PathKind::lock, "lock", "handing a lock over to the thread that waited for it"},
    {PathKind::sync, "sync", "waking a thread that waited for another one (futex, eventfd, signal, pipe)"},
    {PathKind::child, "child", "waking a thread that waited for a child process"},
    {PathKind::sleep, "sleep", "sleeps and timeouts"},
    {PathKind::order, "order", "waking an event loop for its next source"},
    {PathKind::window, "window", "senders waiting for acknowledgements or room: round trips"},
    {PathKind::wake, "wake", "waking a thread after a message, a device or a sleep"},
    {PathKind::outside, "outside", "recorded waits whose cause is not in the trace"},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kWords.size(); ++i)
    if (static_cast<std::size_t>(kWords[i].kind) != i) return false;
  return true;
}
static_assert(in_order(), "kWords is indexed by kind");

}  // namespace

const char* name_of(PathKind kind) { return kWords.at(static_cast<std::size_t>(kind)).name; }
const char* meaning_of(PathKind kind) { return kWords.at(static_cast<std::size_t>(kind)).meaning; }

}  // namespace simrec
