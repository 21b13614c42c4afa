// A SimGrid platform as the engines see it: hosts, what they cost, and one-way latencies between them.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "replayer/simulate/host_costs.h"
#include "replayer/simulate/network_model.h"
#include "replayer/simulate/simulate.h"
#include "replayer/simulate/tcp_sender.h"

namespace simgrid::s4u {
class Disk;
class Engine;
class Host;
}  // namespace simgrid::s4u

namespace simrec::replay {

/// SimGrid's disk model rounds progress to whole units at every step of its clock, and our clock makes many: disks of
/// used hosts count in units this much smaller than a byte, so that the rounding does not show.
inline constexpr std::int64_t kDiskUnitsPerByte = 1'000'000;

/// A host that processes were placed on.
struct UsedHost {
  simgrid::s4u::Host* host = nullptr;
  std::string name;
  double speed_flops = 0;  ///< of one core, at the start
  std::uint32_t cores = 1;
  simgrid::s4u::Disk* disk = nullptr;  ///< its first one, if any
  HostCosts costs;
  TcpSender tcp;
};

/// The way from one host to another.
struct Route {
  double latency_s = 0;  ///< one way
  double slowest_link_s_per_byte = 0;
  double other_links_s_per_byte = 0;  ///< time that all its links but the slowest take for a byte
  bool only_shared = true;            ///< of each link, transfers share the bandwidth
};

/// Loads the platform file; throws ReplayError if it is missing, is no XML or holds no host. SimGrid may still end
/// this process over one it dislikes (see child_run.h).
void load_platform(simgrid::s4u::Engine& engine, const std::string& file);

/// Names of all hosts, in the platform's order of creation.
std::vector<std::string> host_names(const std::string& file, simgrid::s4u::Engine& engine);

/// Does the platform change by itself while time passes (availability profiles)?
bool has_profiles(const std::string& file);

/// Does the file say that hosts or links are switched off at times (state profiles)? Implies has_profiles().
bool has_outages(const std::string& file);

/// How flows get along on a link.
enum class LinkKind : std::uint8_t {
  shared,  ///< they share its bandwidth
  fat,     ///< each has all of it
  other    ///< something that only SimGrid knows (Wi-Fi)
};

/// A link of a route.
struct PlatformLink {
  std::string name;
  double bandwidth = 0;  ///< bytes per second
  double latency_s = 0;
  LinkKind kind = LinkKind::shared;
};

class Platform {
 public:
  /// `host_of_process`: host name by process index. Throws ReplayError for hosts without speed.
  Platform(const Program& program, simgrid::s4u::Engine& engine, const std::vector<std::string>& host_of_process);

  const std::vector<UsedHost>& hosts() const { return hosts_; }
  const UsedHost& host(std::uint32_t index) const { return hosts_[index]; }
  std::uint32_t host_of_process(std::uint32_t process) const { return host_of_process_[process]; }
  std::uint32_t host_of_thread(const Program& program, std::uint32_t thread) const {
    return host_of_process_[program.threads[thread].process];
  }
  /// Throws ReplayError if there is none. Within one host all is 0.
  const Route& route(std::uint32_t from, std::uint32_t to);
  /// One-way latency of the route.
  double latency_s(std::uint32_t from, std::uint32_t to) { return route(from, to).latency_s; }
  /// The links of the route, in order; none within one host.
  std::vector<PlatformLink> links(std::uint32_t from, std::uint32_t to) const;
  /// `time_factors`: of the computing of each process, by index.
  void scale_cpu(std::vector<double> time_factors) { cpu_time_factors_ = std::move(time_factors); }
  double cpu_time_factor(std::uint32_t process) const {
    return cpu_time_factors_.empty() ? 1 : cpu_time_factors_[process];
  }
  /// Leaves out the host costs that the model does not want.
  void limit_costs(const NetworkModel& model);

 private:
  std::vector<UsedHost> hosts_;
  std::vector<std::uint32_t> host_of_process_;
  std::vector<double> cpu_time_factors_;
  std::unordered_map<std::uint64_t, Route> routes_;
};

/// Throws ReplayError for a used host whose cores are more than a million times slower than the recorded ones: a unit
/// is missing, and time slices of such a run would take for ever to simulate.
void check_speeds(const Platform& platform, double recorded_speed_flops);

}  // namespace simrec::replay
