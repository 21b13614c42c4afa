// Keeps idle cores from halting while simrec records.
#pragma once

#include "recorder/file_descriptor.h"

namespace simrec::record {

/// Holds a PM QoS request for zero wake-up latency as long as it lives (/dev/cpu_dma_latency, the kernel's
/// documented interface; the request ends with the descriptor, even if simrec is killed).
///
/// A ptrace stop wakes the tracer and then the traced thread, often on another core. In a virtual machine
/// waking a halted core costs 20–50 µs, most of it charged to the traced thread's CPU time; waking a polling
/// one costs under 5. Measured: 94–140 µs per intercepted call without, 15–30 µs with it, and the burst bias
/// falls from 18–25 µs to 2–3 µs. Needs write permission on the device (root); without it nothing changes.
class IdleLatencyRequest {
 public:
  IdleLatencyRequest();
  /// Whether the kernel accepted the request.
  bool active() const { return static_cast<bool>(device_); }

 private:
  FileDescriptor device_;
};

}  // namespace simrec::record
