#include "replayer/simulate/link_sharing.h"

#include <algorithm>

namespace simrec::replay {
namespace {

/// Limits closer than this are the same but for rounding: whoever they settle gets the same rate to the last bit, so
/// that what is symmetric stays so.
constexpr double kSame = 1 + 1e-12;

}  // namespace

std::uint32_t LinkSharing::add_link(double bytes_per_s) {
  links_.push_back({bytes_per_s});
  return static_cast<std::uint32_t>(links_.size() - 1);
}

std::uint32_t LinkSharing::add_route(std::span<const std::uint32_t> links, double most_bytes_per_s) {
  const auto first = static_cast<std::uint32_t>(uses_.size());
  double narrowest = std::numeric_limits<double>::infinity();
  for (const std::uint32_t link : links) {
    const auto known = std::find_if(uses_.begin() + first, uses_.end(), [&](const Use& u) { return u.link == link; });
    if (known != uses_.end())
      ++known->times;
    else
      uses_.push_back({link, 0, 1});
    narrowest = std::min(narrowest, links_[link].capacity);
  }
  Route& route = routes_.emplace_back(Route{first, static_cast<std::uint32_t>(uses_.size()), most_bytes_per_s, false});
  route.limited = route.most < narrowest;
  return static_cast<std::uint32_t>(routes_.size() - 1);
}

void LinkSharing::start(std::uint32_t index, double bytes, std::uint32_t flow, double now, std::uint32_t shares) {
  Route& route = routes_[index];
  if (route.flows.empty()) {
    route.progress = route.rate = 0;
    route.since = now;
    join_links(index);
  }
  advance(route, now);
  route.shares += shares;
  route.flows.push_back({route.progress + bytes, next_order_++, flow, shares});
  std::push_heap(route.flows.begin(), route.flows.end());
  note_change(index);
}

double LinkSharing::next_end(double now) {
  if (changed()) {
    find_affected();
    share();
    apply(now);
    for (const std::uint32_t route : changed_routes_) routes_[route].changed = false;
    changed_routes_.clear();
  }
  return ends_.first_date();
}

void LinkSharing::end_due(double now, std::vector<std::uint32_t>& ended) {
  ended_.clear();
  while (ends_.first_date() < now + kPrecision_s) {
    const std::uint32_t index = ends_.first();
    Route& route = routes_[index];
    advance(route, now);
    const double due = route.progress + route.rate * kPrecision_s;
    do {
      std::pop_heap(route.flows.begin(), route.flows.end());
      ended_.push_back(route.flows.back());
      route.shares -= ended_.back().shares;
      route.flows.pop_back();
    } while (!route.flows.empty() && route.flows.front().end < due);
    ends_.remove(index);  // until the links are shared anew
    note_change(index);
    if (route.flows.empty()) leave_links(index);
  }
  std::ranges::sort(ended_, {}, &Flow::order);
  for (const Flow& flow : ended_) ended.push_back(flow.flow);
}

void LinkSharing::note_change(std::uint32_t index) {
  if (!routes_[index].changed) changed_routes_.push_back(index);
  routes_[index].changed = true;
}

void LinkSharing::join_links(std::uint32_t index) {
  for (std::uint32_t u = routes_[index].first_use; u < routes_[index].end_use; ++u) {
    std::vector<User>& users = links_[uses_[u].link].users;
    uses_[u].position = static_cast<std::uint32_t>(users.size());
    users.push_back({index, u});
  }
}

void LinkSharing::leave_links(std::uint32_t index) {
  for (std::uint32_t u = routes_[index].first_use; u < routes_[index].end_use; ++u) {
    std::vector<User>& users = links_[uses_[u].link].users;
    users[uses_[u].position] = users.back();
    uses_[users.back().use].position = uses_[u].position;
    users.pop_back();
  }
}

void LinkSharing::advance(Route& route, double now) {
  if (now > route.since) route.progress += (now - route.since) * route.rate;
  route.since = std::max(route.since, now);
}

void LinkSharing::reach(std::uint32_t index) {
  if (links_[index].round == round_) return;
  links_[index].round = round_;
  links_[index].left = links_[index].capacity;
  links_[index].claims = 0;
  affected_links_.push_back(index);
}

/// What changed, and all that shares links with it.
void LinkSharing::find_affected() {
  ++round_;
  affected_links_.clear();
  affected_routes_.clear();
  const auto reach_route = [this](std::uint32_t index) {
    Route& route = routes_[index];
    if (route.round == round_) return;
    route.round = round_;
    route.settled = route.flows.empty();
    affected_routes_.push_back(index);
    for (std::uint32_t u = route.first_use; u < route.end_use; ++u) {
      reach(uses_[u].link);
      links_[uses_[u].link].claims += uses_[u].times * static_cast<double>(route.shares);
    }
  };
  for (const std::uint32_t route : changed_routes_) reach_route(route);
  for (std::size_t l = 0; l < affected_links_.size(); ++l)
    for (const User& user : links_[affected_links_[l]].users) reach_route(user.route);
}

void LinkSharing::share() {
  limits_.clear();
  for (const std::uint32_t l : affected_links_)
    if (links_[l].claims > 0) limits_.push_back({links_[l].left / links_[l].claims, l, true});
  for (const std::uint32_t r : affected_routes_)
    if (routes_[r].limited && !routes_[r].settled) limits_.push_back({routes_[r].most, r, false});
  std::make_heap(limits_.begin(), limits_.end());
  while (!limits_.empty()) {
    std::pop_heap(limits_.begin(), limits_.end());
    const Limit limit = limits_.back();
    limits_.pop_back();
    if (!limit.is_link) {
      settle(routes_[limit.index], limit.rate);
      continue;
    }
    const Link& link = links_[limit.index];
    if (link.claims <= 0) continue;
    // Others have been settled since, which leaves more for the rest
    if (const double rate = link.left / link.claims; rate > limit.rate * kSame) {
      limits_.push_back({rate, limit.index, true});
      std::push_heap(limits_.begin(), limits_.end());
      continue;
    }
    for (const User& user : link.users) settle(routes_[user.route], limit.rate);
  }
}

void LinkSharing::settle(Route& route, double rate) {
  if (route.settled) return;
  route.settled = true;
  route.next_rate = rate;
  for (std::uint32_t u = route.first_use; u < route.end_use; ++u) {
    const double claims = uses_[u].times * static_cast<double>(route.shares);
    links_[uses_[u].link].left -= rate * claims;
    links_[uses_[u].link].claims -= claims;
  }
}

void LinkSharing::apply(double now) {
  for (const std::uint32_t index : affected_routes_) {
    Route& route = routes_[index];
    if (route.flows.empty() || (!route.changed && route.next_rate == route.rate)) continue;
    advance(route, now);
    route.rate = route.next_rate;
    ends_.set(index, now + std::max(0.0, route.flows.front().end - route.progress) / route.rate);
  }
}

}  // namespace simrec::replay
