#include "recorder/bounds.h"

#include <cstring>

namespace simrec::record {
namespace {

bool is_ignored(int number) {
  struct sigaction action {};
  return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

Bounds::Bounds(const BoundLimits& limits) : limits_(limits) {
  sigemptyset(&signals_);
  if (limits_.until_signalled)
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
      if (!is_ignored(number)) sigaddset(&signals_, number);  // nohup, background jobs of a shell script
  pthread_sigmask(SIG_BLOCK, &signals_, &former_mask_);
}

Bounds::~Bounds() { pthread_sigmask(SIG_SETMASK, &former_mask_, nullptr); }

std::string Bounds::reached(Ns now_ns, TraceSink& sink) {
  if (sink.failed()) return "a write error";
  if (limits_.duration_ns != 0 && now_ns >= limits_.duration_ns) return "--duration";
  if (limits_.max_bytes != 0 && !sink.fits(limits_.max_bytes)) return "--max-size";
  if (!limits_.until_signalled || now_ns < next_look_ns_) return "";
  next_look_ns_ = now_ns + kPeriodNs;
  return signalled();
}

std::string Bounds::signalled() {
  const timespec at_once{};
  const int number = limits_.until_signalled ? sigtimedwait(&signals_, nullptr, &at_once) : -1;
  return number > 0 ? "SIG" + std::string(sigabbrev_np(number)) : "";
}

}  // namespace simrec::record
