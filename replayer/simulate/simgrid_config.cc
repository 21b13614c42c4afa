#include "replayer/simulate/simgrid_config.h"

#include <simgrid/s4u.hpp>

#include <array>
#include <sstream>
#include <stdexcept>

#include <simgrid/version.h>  // after s4u.hpp: it does not include what it needs

#include "replayer/simulate/simulate.h"

// Older ones lack split-duplex links and Comm::sendto; newer ones moved completion callbacks (3.34) and renamed
// Actor::create (4.0).
static_assert(SIMGRID_VERSION >= 33200, "simreplay needs SimGrid 3.32 or newer");

namespace simrec::replay {
namespace {

constexpr std::array kDefaults = {
    SimgridOption{"contexts/nthreads:1", "determinism; more than one thread crashed 3.32"},
    SimgridOption{"contexts/stack-size:64", "KiB; the reference engine has one actor per thread"},
    SimgridOption{"host/model:compound", "CPU and network models as set below; the default one brings LV08 along"},
    SimgridOption{"cpu/model:Cas01", "fluid sharing of cores; our own processor model is the same"},
    SimgridOption{"cpu/optim:Lazy", "only CPUs that change are recomputed"},
    SimgridOption{"network/model:CM02", "flows share bandwidth; LV08 would reset the factors below"},
    SimgridOption{"network/latency-factor:0", "route latency is added by our network model, once per message"},
    SimgridOption{"network/bandwidth-factor:1", "framing is counted in bytes by our network model"},
    SimgridOption{"network/weight-S:0", "flows share evenly; no penalty for long routes"},
    SimgridOption{"network/crosstraffic:0", "links are full duplex where the platform says so"},
    SimgridOption{"network/TCP-gamma:1e15", "no window limit by SimGrid: ours is per connection"},
    SimgridOption{"network/loopback-bw:1e15", "loopback costs CPU, which the trace already contains"},
    SimgridOption{"network/loopback-lat:0", "as above"},
    SimgridOption{"network/optim:Lazy",
                  "a flow's end costs only those it shares links with; Full: all that are under way"},
    SimgridOption{"surf/precision:1e-9", "seconds; smaller values make clocks of long runs stall"},
};

void set(const std::string& setting) {
  try {
    simgrid::s4u::Engine::set_config(setting);
  } catch (const std::exception& e) {
    throw ReplayError("SimGrid refuses the option " + setting + ": " + e.what());
  }
}

}  // namespace

std::span<const SimgridOption> simgrid_defaults() { return kDefaults; }

void configure_simgrid(EngineKind engine, const std::vector<std::string>& more) {
  for (const SimgridOption& option : kDefaults) set(option.setting);
  if (engine == EngineKind::reference) {
    std::ostringstream precision;
    precision << "surf/precision:" << kReferencePrecision_s;
    set(precision.str());
  }
  for (const std::string& setting : more) {
    if (setting.find(':') == std::string::npos)
      throw ReplayError("SimGrid option \"" + setting + "\" is not of the form key:value");
    set(setting);
  }
}

std::string simgrid_version() {
  int major = 0, minor = 0, patch = 0;
  sg_version_get(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

void on_activity_end(const std::function<void(const simgrid::s4u::Activity&)>& callback) {
#if SIMGRID_VERSION >= 33400
  simgrid::s4u::Comm::on_completion_cb([callback](const simgrid::s4u::Comm& comm) { callback(comm); });
  simgrid::s4u::Io::on_completion_cb([callback](const simgrid::s4u::Io& io) { callback(io); });
#else
  simgrid::s4u::Activity::on_completion_cb(callback);
#endif
}

}  // namespace simrec::replay
