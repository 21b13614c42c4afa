// Who gets how much of which link: max-min fairness (Bertsekas and Gallager, Data Networks, 6.5.2), found by filling
// all links evenly until one is full, which settles those who use it, and going on with the others. The same model as
// SimGrid's CM02 with our options (simgrid_config.cc), whose activities SimGrid 3.32 keeps in one list that it walks
// through whenever one ends: with thousands of flows under way that list costs more than everything else.
//
// Shares of one route are alike (window_shares.h: a flow has one or more), so a route counts as one whose flows move on
// together: a change costs time linear in the routes that share links with it, directly or by way of others, however
// many flows they carry. Times are seconds of simulated time, sizes bytes.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "replayer/simulate/date_heap.h"

namespace simrec::replay {

class LinkSharing {
 public:
  /// Flows that end closer together than this end at once: more than rounding does to times of hours, and much less
  /// than what any rule about simultaneous events looks at (kInstant_s).
  static constexpr double kPrecision_s = 1e-11;
  /// Where nothing limits a flow.
  static constexpr double kFastest = 1e15;

  /// A link whose flows share `bytes_per_s`.
  std::uint32_t add_link(double bytes_per_s);
  /// A way over shared links, of which one that occurs twice is used twice. `most` limits each flow by itself.
  std::uint32_t add_route(std::span<const std::uint32_t> links, double most_bytes_per_s);

  /// `bytes` > 0 leave at `now` in each of `shares` shares of what the route's links give (one if they limit flows).
  void start(std::uint32_t route, double bytes, std::uint32_t flow, double now, std::uint32_t shares = 1);
  /// Have flows started or ended since next_end() was called?
  bool changed() const { return !changed_routes_.empty(); }
  /// When the next flow ends; infinity if there is none. Must be called at the time of each change, `now`.
  double next_end(double now);
  /// Appends the flows that end at `now` == next_end() to `ended`, in the order in which they started.
  void end_due(double now, std::vector<std::uint32_t>& ended);

 private:
  struct Flow {
    double end;  ///< what the route's progress is then
    std::uint64_t order;
    std::uint32_t flow, shares;
    bool operator<(const Flow& o) const { return end != o.end ? end > o.end : order > o.order; }
  };
  /// A route's use of a link.
  struct Use {
    std::uint32_t link;
    std::uint32_t position;  ///< in Link::users, while the route carries flows
    double times;
  };
  struct Route {
    std::uint32_t first_use, end_use;  ///< in uses_
    double most;
    bool limited;               ///< `most` may be less than what its links give
    std::uint64_t shares = 0;   ///< of all flows
    double rate = 0;            ///< bytes per second of each share
    double next_rate = 0;       ///< while it is found out
    double progress = 0;        ///< bytes that a share which was there all the time has had
    double since = 0;           ///< when progress was that
    std::vector<Flow> flows{};  ///< heap
    bool changed = false;       ///< listed in changed_routes_
    bool settled = false;
    std::uint32_t round = 0;
  };
  struct User {
    std::uint32_t route;
    std::uint32_t use;
  };
  struct Link {
    double capacity;
    std::vector<User> users{};  ///< routes that carry flows
    double left = 0;            ///< not given away yet
    double claims = 0;          ///< of flows that are not settled
    std::uint32_t round = 0;
  };
  /// What limits a flow next.
  struct Limit {
    double rate;
    std::uint32_t index;
    bool is_link;
    bool operator<(const Limit& o) const { return rate != o.rate ? rate > o.rate : index > o.index; }
  };

  void note_change(std::uint32_t route);
  void join_links(std::uint32_t route);
  void leave_links(std::uint32_t route);
  void advance(Route& route, double now);
  void reach(std::uint32_t link);
  void find_affected();
  void share();
  void settle(Route& route, double rate);
  void apply(double now);

  std::vector<Link> links_;
  std::vector<Route> routes_;
  std::vector<Use> uses_;
  DateHeap ends_;  ///< of each route's next flow
  std::vector<std::uint32_t> changed_routes_;
  std::vector<std::uint32_t> affected_routes_, affected_links_;
  std::vector<Limit> limits_;
  std::vector<Flow> ended_;
  std::uint32_t round_ = 0;
  std::uint64_t next_order_ = 0;
};

}  // namespace simrec::replay
