// What each recorded call means for the causal program: one function per family, found through one table.
#pragma once

#include <span>

#include "replayer/compile/context.h"

namespace simrec::replay::causal {

/// Called at an event's entry or exit step. Exit handlers may place the call's CPU time (Call::cpu);
/// what they leave is computed behind the ops they emit.
using Handler = void (*)(Context&, Call&);

/// A row: nothing to do at a phase = nullptr.
struct HandlerRow {
  std::uint16_t kind;
  Handler entry;
  Handler exit;
};

// One list per file on_*.cc.
std::span<const HandlerRow> byte_handlers();
std::span<const HandlerRow> socket_handlers();
std::span<const HandlerRow> descriptor_handlers();
std::span<const HandlerRow> poll_handlers();
std::span<const HandlerRow> sync_handlers();
std::span<const HandlerRow> time_handlers();
std::span<const HandlerRow> process_handlers();
std::span<const HandlerRow> signal_handlers();
std::span<const HandlerRow> lock_handlers();

/// A thread that has only yielded makes another call: what it computed before that comes after the opening of the
/// barrier that it waited for, if one opened.
void settle_yields(Context& c, const Call& call);

/// Must run before a thread's first event: starts its process, copies descriptors.
void thread_begins(Context& c, std::uint32_t thread);

}  // namespace simrec::replay::causal
