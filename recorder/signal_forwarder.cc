#include "recorder/signal_forwarder.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

namespace simrec::record {
namespace {

sigset_t forwarded_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

bool is_ignored(int number) {
  struct sigaction action {};
  return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

SignalForwarder::SignalForwarder(LiveProcesses& live, pid_t root) : live_(live), root_(root) {
  signal(SIGINT, SIG_IGN);
  signal(SIGQUIT, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);  // a reader of `-o -` that went away is a write error, reported as such
  signal(SIGXFSZ, SIG_IGN);  // so is a trace beyond `ulimit -f`
  sigset_t set = forwarded_signals();
  if (is_ignored(SIGHUP)) sigdelset(&set, SIGHUP);  // nohup
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = FileDescriptor(signalfd(-1, &set, SFD_CLOEXEC));
  stop_ = FileDescriptor(eventfd(0, EFD_CLOEXEC));
  thread_ = std::thread([this] { serve(); });
}

SignalForwarder::~SignalForwarder() {
  eventfd_write(stop_.get(), 1);
  thread_.join();
}

void SignalForwarder::serve() {
  for (;;) {
    pollfd waiting[] = {{signals_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    if (poll(waiting, 2, -1) < 0) continue;
    if (waiting[1].revents != 0) return;
    signalfd_siginfo info{};
    if (read(signals_.get(), &info, sizeof info) == sizeof info) forward(static_cast<int>(info.ssi_signo));
  }
}

void SignalForwarder::forward(int signal) {
  const auto now = std::chrono::steady_clock::now();
  if (forwarded_ && now - first_at_ >= kGrace) {
    killed_by_ = signal;
    live_.kill_all();
    return;
  }
  if (!forwarded_ && !live_.signal(root_, signal)) live_.signal_all(signal);  // only its daemons are left
  if (!forwarded_) first_at_ = now;
  forwarded_ = true;
}

}  // namespace simrec::record
