#include "analysis/wait_cause.h"

#include <sys/syscall.h>

#include <algorithm>

namespace simrec::analysis {
namespace {

constexpr std::array<std::string_view, kCauses> kNames = {"computing", "network", "disk",   "sync", "child",
                                                          "sleep",     "core",    "events", "other"};

struct CallCause {
  std::uint16_t call;
  Cause cause;
};

/// Calls whose number says it all.
constexpr CallCause kCalls[] = {
    {SYS_futex, Cause::sync},           {SYS_futex_waitv, Cause::sync},  {SYS_flock, Cause::sync},
    {SYS_fcntl, Cause::sync},           {SYS_semop, Cause::sync},        {SYS_semtimedop, Cause::sync},
    {SYS_msgsnd, Cause::sync},          {SYS_msgrcv, Cause::sync},       {SYS_mq_timedsend, Cause::sync},
    {SYS_mq_timedreceive, Cause::sync}, {SYS_pause, Cause::sync},        {SYS_rt_sigsuspend, Cause::sync},
    {SYS_rt_sigtimedwait, Cause::sync}, {SYS_wait4, Cause::child},       {SYS_waitid, Cause::child},
    {SYS_vfork, Cause::child},          {SYS_nanosleep, Cause::sleep},   {SYS_clock_nanosleep, Cause::sleep},
    {SYS_poll, Cause::events},          {SYS_ppoll, Cause::events},      {SYS_select, Cause::events},
    {SYS_pselect6, Cause::events},      {SYS_epoll_wait, Cause::events}, {SYS_epoll_pwait, Cause::events},
    {SYS_epoll_pwait2, Cause::events},  {SYS_connect, Cause::network},   {SYS_accept, Cause::network},
    {SYS_accept4, Cause::network},      {SYS_open, Cause::disk},         {SYS_openat, Cause::disk},
    {SYS_openat2, Cause::disk},         {SYS_creat, Cause::disk},        {SYS_execve, Cause::disk},
    {SYS_execveat, Cause::disk},        {SYS_sync, Cause::disk},         {SYS_msync, Cause::disk},
};

/// By ObjectKind, for the other calls on a descriptor.
constexpr Cause kObjects[] = {
    Cause::other,    // unknown
    Cause::disk,     // file
    Cause::disk,     // directory
    Cause::other,    // device
    Cause::other,    // terminal
    Cause::sync,     // pipe
    Cause::network,  // tcp
    Cause::network,  // udp
    Cause::network,  // unixStream
    Cause::network,  // unixDatagram
    Cause::network,  // unixSeqpacket
    Cause::network,  // socketOther
    Cause::sync,     // eventfd
    Cause::sleep,    // timerfd
    Cause::sync,     // signalfd
};

}  // namespace

std::string_view cause_name(Cause cause) { return kNames[static_cast<std::size_t>(cause)]; }

Cause cause_of_waiting(const Event& event, ObjectKind object) {
  const auto* call = std::ranges::find(kCalls, event.kind, &CallCause::call);
  if (call != std::end(kCalls)) {
    // What waits for anything and gets nothing has slept until its timeout.
    return call->cause == Cause::events && event.result == 0 ? Cause::sleep : call->cause;
  }
  const auto kind = static_cast<std::size_t>(object);
  return kind < std::size(kObjects) ? kObjects[kind] : Cause::other;
}

}  // namespace simrec::analysis
