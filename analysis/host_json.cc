#include "analysis/host_json.h"

namespace simrec::analysis {

nlohmann::ordered_json host_json(const HostInfo& host) {
  return {{"name", host.name},
          {"machine", host.machine},
          {"kernel", host.kernel},
          {"cpu_model", host.cpu_model},
          {"distribution", host.distribution},
          {"virtualization", host.virtualization},
          {"tcp_congestion_control", host.tcp_congestion_control},
          {"cores", host.cores},
          {"memory_bytes", host.memory_bytes}};
}

}  // namespace simrec::analysis
