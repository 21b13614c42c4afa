#include "recorder/idle_latency.h"

#include <fcntl.h>

#include <cstdint>

namespace simrec::record {

IdleLatencyRequest::IdleLatencyRequest() : device_(::open("/dev/cpu_dma_latency", O_WRONLY | O_CLOEXEC)) {
  const std::int32_t no_latency_us = 0;
  if (device_ && ::write(device_.get(), &no_latency_us, sizeof no_latency_us) != sizeof no_latency_us) device_.reset();
}

}  // namespace simrec::record
