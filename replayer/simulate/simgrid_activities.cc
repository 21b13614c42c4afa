#include "replayer/simulate/simgrid_activities.h"

#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u.hpp>

#include <limits>
#include <unordered_map>
#include <vector>

#include "replayer/simulate/platform.h"
#include "replayer/simulate/simgrid_config.h"

namespace simrec::replay {

using simgrid::kernel::timer::Timer;
namespace s4u = simgrid::s4u;

struct SimgridActivities::State {
  struct Entry {
    s4u::ActivityPtr activity;
    bool is_io;
    std::uint32_t id;
  };
  Callbacks callbacks;
  std::unordered_map<const s4u::Activity*, Entry> running;
  // Dropping the last reference to an activity inside its own callback is a use after free in 3.32: they wait
  // here until the clock has moved on.
  std::vector<s4u::ActivityPtr> ended;
  double ended_at = 0;
  double alarm = std::numeric_limits<double>::infinity();
  std::unordered_map<std::uint32_t, std::uint32_t> shares_under_way;  ///< of flows that have more than one, by id

  bool is_last_share(std::uint32_t flow) {
    const auto found = shares_under_way.find(flow);
    if (found == shares_under_way.end()) return true;
    if (--found->second > 0) return false;
    shares_under_way.erase(found);
    return true;
  }
  void bury() {
    if (s4u::Engine::get_clock() > ended_at) ended.clear();
  }
  void start(s4u::ActivityPtr activity, bool is_io, std::uint32_t id) {
    bury();
    s4u::Activity* raw = activity.get();
    running.emplace(raw, Entry{std::move(activity), is_io, id});
    raw->start();
  }
  void activity_ended(const s4u::Activity& activity) {
    const auto found = running.find(&activity);
    if (found == running.end()) return;
    bury();
    Entry entry = std::move(found->second);
    running.erase(found);
    ended.push_back(std::move(entry.activity));
    ended_at = s4u::Engine::get_clock();
    if (entry.is_io)
      callbacks.io_ended(entry.id);
    else if (is_last_share(entry.id))
      callbacks.flow_ended(entry.id);
  }
};

SimgridActivities::SimgridActivities(Callbacks callbacks) : state_(std::make_unique<State>()) {
  state_->callbacks = std::move(callbacks);
  on_activity_end([state = state_.get()](const s4u::Activity& activity) { state->activity_ended(activity); });
}

SimgridActivities::~SimgridActivities() = default;

void SimgridActivities::start_flow(s4u::Host* from, s4u::Host* to, double wire_bytes, std::uint32_t shares,
                                   std::uint32_t id) {
  if (shares > 1) state_->shares_under_way[id] = shares;
  for (std::uint32_t share = 0; share < shares; ++share) {
    s4u::CommPtr comm = s4u::Comm::sendto_init(from, to);
    comm->set_payload_size(static_cast<std::uint64_t>(wire_bytes));
    state_->start(comm, false, id);
  }
}

void SimgridActivities::start_io(s4u::Disk* disk, std::int64_t bytes, bool write, std::uint32_t id) {
  s4u::IoPtr io = disk->io_init(static_cast<sg_size_t>(bytes * kDiskUnitsPerByte),
                                write ? s4u::Io::OpType::WRITE : s4u::Io::OpType::READ);
  state_->start(io, true, id);
}

void SimgridActivities::wake_at(double date) {
  if (date >= state_->alarm) return;
  state_->alarm = date;
  Timer::set(date, [state = state_.get(), date] {
    if (state->alarm != date) return;  // overtaken by an earlier one, which rang already
    state->alarm = std::numeric_limits<double>::infinity();
    state->callbacks.alarm();
  });
}

std::size_t SimgridActivities::in_flight() const { return state_->running.size(); }
double SimgridActivities::clock_s() const { return s4u::Engine::get_clock(); }

}  // namespace simrec::replay
