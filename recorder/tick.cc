#include "recorder/tick.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace simrec::record {
namespace {

constexpr Ns kSecond = 1'000'000'000;

// Nobody has a use for one of the last real-time signals that we could meet: it is caught in this process only,
// and sent to one of its threads.
int tick_signal() { return SIGRTMAX - 2; }

void do_nothing(int) {}

}  // namespace

Tick::Tick() {
  struct sigaction action {};
  action.sa_handler = do_nothing;  // without SA_RESTART: the point is to interrupt
  sigaction(tick_signal(), &action, &former_action_);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, tick_signal());
  pthread_sigmask(SIG_UNBLOCK, &set, &former_mask_);
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = tick_signal();
  event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
  if (timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0) {
    const int error = errno;
    pthread_sigmask(SIG_SETMASK, &former_mask_, nullptr);
    sigaction(tick_signal(), &former_action_, nullptr);
    throw std::system_error(error, std::generic_category(), "cannot make a timer (see 'ulimit -i')");
  }
}

Tick::~Tick() {
  timer_delete(timer_);
  // A tick on its way meets the handler when the mask changes, before the former action is back.
  pthread_sigmask(SIG_SETMASK, &former_mask_, nullptr);
  sigaction(tick_signal(), &former_action_, nullptr);
}

void Tick::arm(Ns period_ns) {
  set(period_ns);
  armed_ = true;
}

void Tick::disarm() {
  set(0);
  armed_ = false;
}

void Tick::set(Ns period_ns) {
  const timespec period{period_ns / kSecond, period_ns % kSecond};
  const itimerspec times{period, period};
  timer_settime(timer_, 0, &times, nullptr);
}

}  // namespace simrec::record
