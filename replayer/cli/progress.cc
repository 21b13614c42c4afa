#include "replayer/cli/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace simrec::replay {
namespace {

constexpr std::chrono::milliseconds kQuietFor{1000};
constexpr std::chrono::milliseconds kRedrawEvery{100};
constexpr int kBarWidth = 30;

std::string left_text(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(seconds));
  char buffer[64];
  if (whole < 60) {
    std::snprintf(buffer, sizeof buffer, "%lld s left", whole);
  } else {
    std::snprintf(buffer, sizeof buffer, "%lld min %02lld s left", whole / 60, whole % 60);
  }
  return buffer;
}

}  // namespace

Progress::Progress(std::string label, bool enabled)
    : label_(std::move(label)), enabled_(enabled), start_(Clock::now()), last_drawn_(start_) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void Progress::update(double fraction) {
  if (!enabled_) return;
  const Clock::time_point now = Clock::now();
  if (now - start_ < kQuietFor || now - last_drawn_ < kRedrawEvery) return;
  last_drawn_ = now;
  drawn_ = true;
  fraction = std::clamp(fraction, 0.0, 1.0);
  const int filled = static_cast<int>(fraction * kBarWidth);
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const std::string bar = std::string(static_cast<std::size_t>(filled), '#') +
                          std::string(static_cast<std::size_t>(kBarWidth - filled), '.');
  std::fprintf(stderr, "\r\033[K%s [%s] %3.0f %%  %s", label_.c_str(), bar.c_str(), fraction * 100,
               fraction > 0 ? left_text(elapsed * (1 - fraction) / fraction).c_str() : "");
  std::fflush(stderr);
}

}  // namespace simrec::replay
