#include "replayer/compile/counts.h"

namespace simrec::replay::causal {
namespace {

constexpr std::array<const char*, static_cast<std::size_t>(Count::last_)> kNames = {
    "expired timeouts",
    "EAGAIN",
    "external waits",
    "unmatched futex waits",
    "spins folded",
    "failed connects",
    "unaccepted connections",
    "bytes from outside",
    "ends of unknown cause",
    "datagrams lost",
    "lock winners",
    "signals from outside",
    "job-control stops",
    "shared memory",
    "io_uring",
    "lost causes",
    "unmatched children",
    "unfinished calls",
    "killed calls",
    "event-loop handlers in order of arrival",
    "exchanges of connections that shared work",
    "exchanges dealt evenly over connections",
    "messages that TCP held back for 40 ms",
    "requests on connections lent to several clients",
    "requests that a timer started",
    "waits for Ruby's lock in the recorded order",
    "waits for Python's lock",
    "waits for an interpreter's lock, taken in turns",
    "questions for the number of cores",
    "answers of threads that were not seen to be told of the request",
};

}  // namespace

std::vector<NamedValue> Counts::named() const {
  std::vector<NamedValue> out;
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (values_[i]) out.push_back({kNames[i], values_[i]});
  return out;
}

}  // namespace simrec::replay::causal
