#include "recorder/host_info.h"

#include <cpuid.h>
#include <sched.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace simrec::record {
namespace {

/// Value behind "key<separator>" of the first line of `file` that begins with key; "" when there is none.
std::string value_of(const std::string& file, const std::string& key, char separator) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.compare(0, key.size(), key) != 0) continue;
    const auto at = line.find(separator);
    if (at == std::string::npos) continue;
    const auto begin = line.find_first_not_of(" \t\"", at + 1);
    if (begin == std::string::npos) return "";
    const auto end = line.find_last_not_of(" \t\"");
    return line.substr(begin, end - begin + 1);
  }
  return "";
}

std::uint32_t affinity_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;  // more than 1024 CPUs: unknown
  return static_cast<std::uint32_t>(CPU_COUNT(&set));
}

/// Cores that a cpu.max ("quota period" in µs, or "max") grants.
std::optional<double> quota_v2(const std::string& file) {
  std::ifstream in(file);
  std::string quota;
  double period = 0;
  if (!(in >> quota >> period) || quota == "max" || period <= 0) return std::nullopt;
  return std::strtod(quota.c_str(), nullptr) / period;
}

std::optional<double> quota_v1(const std::string& directory) {
  double quota = -1, period = 0;
  std::ifstream(directory + "/cpu.cfs_quota_us") >> quota;
  std::ifstream(directory + "/cpu.cfs_period_us") >> period;
  if (quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

struct CgroupRoot {
  std::string mount, path;
  bool v2 = false;
};

/// Where this process's cpu controller is: /proc/self/cgroup says the path, mountinfo the mount point.
std::vector<CgroupRoot> cpu_cgroups() {
  std::vector<CgroupRoot> found;
  std::ifstream in("/proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string path = line.substr(second + 1);
    if (controllers == ",,") found.push_back({"/sys/fs/cgroup", path, true});
    if (controllers.find(",cpu,") != std::string::npos) {
      found.push_back({"/sys/fs/cgroup/cpu", path, false});
      found.push_back({"/sys/fs/cgroup/cpu,cpuacct", path, false});
    }
  }
  return found;
}

/// The smallest CPU quota on the way from our cgroup to the root.
std::optional<double> cgroup_cores() {
  std::optional<double> least;
  for (const CgroupRoot& root : cpu_cgroups()) {
    for (std::string path = root.path;; path.erase(path.rfind('/'))) {
      const std::string directory = root.mount + path;
      const auto quota = root.v2 ? quota_v2(directory + "/cpu.max") : quota_v1(directory);
      if (quota) least = std::min(least.value_or(*quota), *quota);
      if (path.rfind('/') == std::string::npos) break;
    }
  }
  return least;
}

std::uint32_t usable_cores() {
  const std::uint32_t cores = affinity_cores();
  const auto quota = cgroup_cores();
  if (!quota) return cores;
  return std::min(cores, std::max(1U, static_cast<std::uint32_t>(std::ceil(*quota))));
}

/// Hypervisor by its CPUID signature (leaf 0x40000000; leaf 1 ECX bit 31 says there is one).
std::string virtualization() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return "";
  if (!(c & (1U << 31))) return "none";
  __cpuid(0x40000000, a, b, c, d);
  char signature[13] = {};
  std::memcpy(signature, &b, 4);
  std::memcpy(signature + 4, &c, 4);
  std::memcpy(signature + 8, &d, 4);
  static constexpr struct {
    const char* signature;
    const char* name;
  } kKnown[] = {{"KVMKVMKVM", "kvm"},      {"Microsoft Hv", "microsoft"}, {"VMwareVMware", "vmware"},
                {"XenVMMXenVMM", "xen"},   {"TCGTCGTCGTCG", "qemu"},      {"VBoxVBoxVBox", "oracle"},
                {"bhyve bhyve ", "bhyve"}, {"ACRNACRNACRN", "acrn"}};
  for (const auto& known : kKnown)
    if (std::strcmp(signature, known.signature) == 0) return known.name;
  return "other";
}

std::uint64_t memory_bytes() {
  const std::string text = value_of("/proc/meminfo", "MemTotal", ':');
  return text.empty() ? 0 : std::strtoull(text.c_str(), nullptr, 10) * 1024;
}

}  // namespace

HostInfo host_info() {
  HostInfo info;
  utsname name{};
  if (uname(&name) == 0) {
    info.name = name.nodename;
    info.machine = name.machine;
    info.kernel = name.release;
  }
  info.cpu_model = value_of("/proc/cpuinfo", "model name", ':');
  info.cores = usable_cores();
  info.memory_bytes = memory_bytes();
  info.distribution = value_of("/etc/os-release", "PRETTY_NAME", '=');
  info.virtualization = virtualization();
  std::ifstream("/proc/sys/net/ipv4/tcp_congestion_control") >> info.tcp_congestion_control;
  return info;
}

}  // namespace simrec::record
