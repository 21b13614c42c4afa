#include "replayer/whatif/platform_places.h"

#include <algorithm>
#include <array>

namespace simrec::replay {
namespace {

constexpr std::array kPlaces = {
    Place{"host", "speed", Quantity::cpu},
    Place{"cluster", "speed", Quantity::cpu},
    Place{"cabinet", "speed", Quantity::cpu},
    Place{"peer", "speed", Quantity::cpu},
    Place{"host", "core", Quantity::cores, false, "1"},
    Place{"cluster", "core", Quantity::cores, false, "1"},
    Place{"link", "latency", Quantity::latency, false, "0s"},
    Place{"backbone", "latency", Quantity::latency, true},
    Place{"cluster", "lat", Quantity::latency},
    Place{"cluster", "bb_lat", Quantity::latency, true},
    Place{"cabinet", "lat", Quantity::latency},
    Place{"peer", "lat", Quantity::latency, false, "0s"},
    Place{"link", "bandwidth", Quantity::bandwidth},
    Place{"backbone", "bandwidth", Quantity::bandwidth, true},
    Place{"cluster", "bw", Quantity::bandwidth},
    Place{"cluster", "bb_bw", Quantity::bandwidth, true},
    Place{"cabinet", "bw", Quantity::bandwidth},
    Place{"peer", "bw_in", Quantity::bandwidth},
    Place{"peer", "bw_out", Quantity::bandwidth},
    Place{"disk", "read_bw", Quantity::disk},
    Place{"disk", "write_bw", Quantity::disk},
};

constexpr std::array kProfiles = {Profile{"bandwidth_file", Quantity::bandwidth},
                                  Profile{"latency_file", Quantity::latency}};

constexpr std::array kHostElements = {"host", "cluster", "cabinet", "peer"};
constexpr std::array kLinkElements = {"link", "backbone", "cluster", "cabinet", "peer"};
constexpr std::array kFileAttributes = {"file",       "speed_file",     "availability_file",
                                        "state_file", "bandwidth_file", "latency_file"};

bool is_one_of(std::string_view name, std::span<const char* const> names) {
  return std::ranges::any_of(names, [&](const char* one) { return name == one; });
}

}  // namespace

std::span<const Place> places() { return kPlaces; }
std::span<const Profile> profiles() { return kProfiles; }
std::span<const char* const> file_attributes() { return kFileAttributes; }

bool is_host_element(std::string_view name) { return is_one_of(name, kHostElements); }
bool is_link_element(std::string_view name) { return is_one_of(name, kLinkElements); }

}  // namespace simrec::replay
