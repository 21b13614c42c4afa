#include "recorder/fast/availability.h"

#include <sys/auxv.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace simrec::record {
namespace {

constexpr unsigned long kFsGsBase = 2;  // HWCAP2_FSGSBASE of asm/hwcap2.h
// Clocks that are the time stamp counter, scaled.
constexpr const char* kTscClocks[] = {"tsc", "kvm-clock", "hyperv_clocksource_tsc_page"};

}  // namespace

std::string fast_path_obstacle() {
  if ((getauxval(AT_HWCAP2) & kFsGsBase) == 0) return "no FSGSBASE instructions";
  std::string clock;
  std::ifstream("/sys/devices/system/clocksource/clocksource0/current_clocksource") >> clock;
  const bool trusted = std::ranges::find(kTscClocks, clock) != std::end(kTscClocks);
  return trusted ? "" : "the kernel's clock is " + (clock.empty() ? "unknown" : clock) + ", not the TSC";
}

}  // namespace simrec::record
