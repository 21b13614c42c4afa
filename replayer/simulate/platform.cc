#include "replayer/simulate/platform.h"

#include <simgrid/s4u.hpp>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <pugixml.hpp>
#include <string_view>

#include "trace-format/units.h"

namespace simrec::replay {
namespace {

/// Calls `visit` for every element below `node`, in document order.
template <class Visit>
void for_each_element(const pugi::xml_node& node, const Visit& visit) {
  for (const pugi::xml_node child : node.children()) {
    visit(child);
    for_each_element(child, visit);
  }
}

std::string line_of(const std::string& file, std::ptrdiff_t offset) {
  FILE* in = std::fopen(file.c_str(), "rb");
  if (!in) return "?";
  int line = 1;
  for (std::ptrdiff_t i = 0; i < offset; ++i) {
    const int c = std::fgetc(in);
    if (c == EOF) break;
    line += c == '\n';
  }
  std::fclose(in);
  return std::to_string(line);
}

/// SimGrid's parser reports bad XML badly or not at all (it may loop or exit): look first.
pugi::xml_document parse(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) throw ReplayError("platform file " + file + " does not exist");
  if (std::filesystem::is_directory(file, error)) throw ReplayError("platform file " + file + " is a directory");
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_file(file.c_str());
  if (result.status == pugi::status_file_not_found || result.status == pugi::status_io_error)
    throw ReplayError("platform file " + file + " cannot be read");
  if (!result)
    throw ReplayError("platform file " + file + ", line " + line_of(file, result.offset) +
                      " is not well-formed XML: " + result.description());
  if (!document.child("platform"))
    throw ReplayError("platform file " + file + " is not a SimGrid platform: its root element is not <platform>");
  return document;
}

LinkKind kind_of(const simgrid::s4u::Link& link) {
  using Policy = simgrid::s4u::Link::SharingPolicy;
  switch (link.get_sharing_policy()) {
    case Policy::SHARED:
    case Policy::SPLITDUPLEX:  // a route has one of its halves
      return LinkKind::shared;
    case Policy::FATPIPE:
      return LinkKind::fat;
    default:
      return LinkKind::other;
  }
}

}  // namespace

void load_platform(simgrid::s4u::Engine& engine, const std::string& file) {
  parse(file);
  try {
    engine.load_platform(file);
    engine.seal_platform();
  } catch (const std::exception& e) {
    throw ReplayError("SimGrid cannot load platform " + file + ": " + e.what());
  }
  if (engine.get_host_count() == 0) throw ReplayError("platform " + file + " has no host");
}

std::vector<std::string> host_names(const std::string& file, simgrid::s4u::Engine& engine) {
  // SimGrid keeps its hosts in a sorted map; the file's order is what people mean by "first".
  std::vector<std::string> names;
  for_each_element(parse(file), [&](const pugi::xml_node& element) {
    if (std::strcmp(element.name(), "host") == 0 && engine.host_by_name_or_null(element.attribute("id").value()))
      names.emplace_back(element.attribute("id").value());
  });
  std::vector<std::string> others;
  for (const auto* host : engine.get_all_hosts())
    if (std::ranges::find(names, host->get_name()) == names.end()) others.push_back(host->get_name());
  const auto natural = [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  };
  std::ranges::sort(others, natural);  // node-2 before node-10
  names.insert(names.end(), others.begin(), others.end());
  return names;
}

bool has_profiles(const std::string& file) {
  bool found = false;
  for_each_element(parse(file), [&](const pugi::xml_node& element) {
    const std::string_view name = element.name();
    found = found || name == "trace" || name == "trace_connect" || name == "include";
    for (const char* attribute : {"speed_file", "availability_file", "bandwidth_file", "latency_file", "state_file"})
      found = found || element.attribute(attribute);
  });
  return found;
}

bool has_outages(const std::string& file) {
  bool found = false;
  for_each_element(parse(file), [&](const pugi::xml_node& element) {
    const std::string_view kind = element.attribute("kind").value();
    found = found || element.attribute("state_file") || kind == "HOST_AVAIL" || kind == "LINK_AVAIL";
  });
  return found;
}

void check_speeds(const Platform& platform, double recorded_speed_flops) {
  constexpr double kMostTimesSlower = 1e6;
  for (const UsedHost& host : platform.hosts())
    if (recorded_speed_flops > kMostTimesSlower * host.speed_flops)
      throw ReplayError("host " + host.name + " computes " + format_rate(host.speed_flops, "flop/s") +
                        ", more than a million times less than a core of the recording host (" +
                        format_rate(recorded_speed_flops, "flop/s") + "): does its speed lack a unit, as in 1Gf?");
}

Platform::Platform(const Program& program, simgrid::s4u::Engine& engine,
                   const std::vector<std::string>& host_of_process) {
  for (const std::string& name : host_of_process) {
    const auto known = std::ranges::find(hosts_, name, &UsedHost::name);
    host_of_process_.push_back(static_cast<std::uint32_t>(known - hosts_.begin()));
    if (known != hosts_.end()) continue;
    simgrid::s4u::Host* host = engine.host_by_name(name);
    UsedHost used{host, name, host->get_speed(), static_cast<std::uint32_t>(host->get_core_count()), nullptr, {}, {}};
    if (!(used.speed_flops > 0)) throw ReplayError("host " + name + " has speed 0: nothing can run there");
    if (const auto disks = host->get_disks(); !disks.empty()) {
      used.disk = disks.front();
      const double read = used.disk->get_read_bandwidth(), write = used.disk->get_write_bandwidth();
      used.disk->set_read_bandwidth(read * kDiskUnitsPerByte);
      used.disk->set_write_bandwidth(write * kDiskUnitsPerByte);
      used.disk->set_readwrite_bandwidth(std::max(read, write) * kDiskUnitsPerByte);  // SimGrid's default for both
    }
    const HostProperty property = [host](const char* property_name) { return host->get_property(property_name); };
    used.costs = host_costs(program, name, property);
    used.tcp = tcp_sender(program.tcp_congestion_control, name, property);
    hosts_.push_back(std::move(used));
  }
}

void Platform::limit_costs(const NetworkModel& model) {
  for (UsedHost& host : hosts_) {
    if (!model.wake_up) host.costs.wake_up_s = 0;
    if (!model.timer_slack) host.costs.timer_slack_s = 0;
    if (!model.cold_caches) host.costs.cold_s = host.costs.cold_long_s = 0;
    limit(host.tcp, model);
  }
}

std::vector<PlatformLink> Platform::links(std::uint32_t from, std::uint32_t to) const {
  std::vector<PlatformLink> result;
  if (from == to) return result;
  std::vector<simgrid::s4u::Link*> links;
  double latency = 0;
  hosts_[from].host->route_to(hosts_[to].host, links, &latency);
  for (const simgrid::s4u::Link* link : links)
    result.push_back({link->get_name(), link->get_bandwidth(), link->get_latency(), kind_of(*link)});
  return result;
}

const Route& Platform::route(std::uint32_t from, std::uint32_t to) {
  const auto [entry, is_new] = routes_.try_emplace(std::uint64_t{from} << 32 | to);
  Route& route = entry->second;
  if (!is_new || from == to) return route;
  std::vector<simgrid::s4u::Link*> links;
  const std::string where = hosts_[from].name + " to " + hosts_[to].name;
  try {
    hosts_[from].host->route_to(hosts_[to].host, links, &route.latency_s);
  } catch (const std::exception& e) {
    throw ReplayError("the platform has no route from " + where + ": " + e.what());
  }
  if (links.empty() && route.latency_s <= 0) throw ReplayError("the platform has no route from " + where);
  double all = 0, slowest = 0;
  for (const simgrid::s4u::Link* link : links) {
    if (!(link->get_bandwidth() > 0))
      throw ReplayError("link " + link->get_name() + " (" + where + ") has no bandwidth");
    all += 1 / link->get_bandwidth();
    slowest = std::max(slowest, 1 / link->get_bandwidth());
    if (kind_of(*link) != LinkKind::shared) route.only_shared = false;
  }
  route.slowest_link_s_per_byte = slowest;
  route.other_links_s_per_byte = std::max(0.0, all - slowest);
  return route;
}

}  // namespace simrec::replay
