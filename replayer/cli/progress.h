// A progress bar with the time left, on a terminal, once a replay lasts longer than a second.
#pragma once

#include <chrono>
#include <string>

namespace simrec::replay {

/// Draws on standard error; erases itself at the end.
class Progress {
 public:
  /// `enabled` false: draws nothing.
  Progress(std::string label, bool enabled);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `fraction` of the work done, 0 to 1.
  void update(double fraction);

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  bool enabled_;
  bool drawn_ = false;
  Clock::time_point start_;
  Clock::time_point last_drawn_;
};

}  // namespace simrec::replay
