// What the event engine asks of SimGrid: disk accesses, flows where SimGrid shares the links, and one alarm clock, all
// without actors.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace simgrid::s4u {
class Disk;
class Host;
}  // namespace simgrid::s4u

namespace simrec::replay {

/// Only one at a time; lives as long as the SimGrid engine.
class SimgridActivities {
 public:
  struct Callbacks {
    std::function<void(std::uint32_t)> flow_ended;  ///< with the id given to start_flow
    std::function<void(std::uint32_t)> io_ended;
    std::function<void()> alarm;
  };
  explicit SimgridActivities(Callbacks callbacks);
  ~SimgridActivities();

  /// Ends when `wire_bytes` of each of its shares (>= 1) have arrived.
  void start_flow(simgrid::s4u::Host* from, simgrid::s4u::Host* to, double wire_bytes, std::uint32_t shares,
                  std::uint32_t id);
  void start_io(simgrid::s4u::Disk* disk, std::int64_t bytes, bool write, std::uint32_t id);
  /// Calls back at `date` (>= clock_s()) or, if an earlier alarm is pending, then.
  void wake_at(double date);

  std::size_t in_flight() const;
  double clock_s() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace simrec::replay
