#include "trace-format/path_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "trace-format/path_shares.h"
#include "trace-format/text_table.h"
#include "trace-format/units.h"

namespace simrec {
namespace {

constexpr std::size_t kNameWidth = 60;
/// Shorter ones would be shown as 0.0 %.
constexpr double kSmallestShare = 0.0005;

std::string percent(double part, double whole) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %%", whole > 0 ? 100 * part / whole : 0.0);
  return text.data();
}

std::string percent(Ns part, Ns whole) { return percent(static_cast<double>(part), static_cast<double>(whole)); }

std::string more(std::size_t all, std::size_t shown) { return "… and " + format_count(all - shown) + " more"; }

/// Waits that the path went through without staying in them: it went on in whoever ended them.
struct Passed {
  PathKind kind;
  const char* what;
};
constexpr std::array kPassed = {Passed{PathKind::lock, "for locks"}, Passed{PathKind::sync, "for other threads"},
                                Passed{PathKind::child, "for children"},
                                Passed{PathKind::order, "for an event loop's turn"}};

void print_passed(const std::vector<PathShare>& shares, std::ostream& out) {
  std::string text;
  for (const Passed& passed : kPassed) {
    std::uint64_t waits = 0;
    Ns waited = 0;
    for (const PathShare& share : shares) {
      if (share.kind != passed.kind || share.waited_ns == 0) continue;
      waits += share.steps;
      waited += share.waited_ns;
    }
    if (waited > 0)
      text += (text.empty() ? "" : "; ") + format_count_of(waits, "wait") + " " + passed.what + " (" +
              format_duration(waited) + ")";
  }
  if (!text.empty()) out << "  (it passes through " << text << ", whose time is that of whoever ended them)\n";
}

void print_shares(const Prediction& prediction, std::ostream& out, const Paint& paint, std::size_t rows) {
  const std::vector<PathShare> shares = path_shares(prediction);
  const Ns total = prediction.summary.predicted_ns;
  out << '\n' << paint.bold("Where the predicted time goes (critical path)") << '\n';
  TextTable table({{"SHARE"}, {"TIME"}, {"KIND", Align::left}, {"WHO", Align::left, kNameWidth}});
  const auto visible = static_cast<std::size_t>(std::ranges::count_if(shares, [&](const PathShare& share) {
    return static_cast<double>(share.path_ns) >= kSmallestShare * static_cast<double>(total) && share.path_ns > 0;
  }));
  // Room for one line more is no reason for "1 more".
  const std::size_t shown = visible == shares.size() && visible <= rows + 1 ? visible : std::min(visible, rows);
  Ns rest = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const PathShare& share = shares[i];
    if (i >= shown)
      rest += share.path_ns;
    else
      table.add(
          {percent(share.path_ns, total), format_duration(share.path_ns), name_of(share.kind), printable(share.who)});
  }
  if (rest > 0) table.add({percent(rest, total), format_duration(rest), "", more(shares.size(), shown)});
  table.print(out, "  ");
  print_passed(shares, out);
}

void print_kinds(const Prediction& prediction, std::ostream& out, const Paint& paint) {
  const auto sums = path_by_kind(*prediction.path);
  out << '\n' << paint.bold("The critical path by kind") << '\n';
  TextTable table({{"SHARE"}, {"TIME"}, {"KIND", Align::left}, {"", Align::left}});
  for (std::size_t kind = 0; kind < sums.size(); ++kind)
    if (sums[kind] > 0)
      table.add({percent(sums[kind], prediction.summary.predicted_ns), format_duration(sums[kind]),
                 name_of(static_cast<PathKind>(kind)), meaning_of(static_cast<PathKind>(kind))});
  table.print(out, "  ");
}

void print_functions(const Prediction& prediction, std::ostream& out, const Paint& paint, std::size_t rows) {
  const std::vector<FunctionShare> functions = function_shares(prediction);
  if (functions.empty() || rows == 0) return;
  out << '\n' << paint.bold("Computing on the critical path by sampled function") << '\n';
  TextTable table({{"SHARE"}, {"TIME"}, {"PROCESS", Align::left, 24}, {"FUNCTION", Align::left, kNameWidth}});
  for (std::size_t i = 0; i < std::min(rows, functions.size()); ++i)
    table.add({percent(functions[i].path_ns, prediction.summary.predicted_ns), format_duration(functions[i].path_ns),
               printable(functions[i].process), printable(functions[i].function)});
  if (functions.size() > rows) table.add({"", "", "", more(functions.size(), rows)});
  table.print(out, "  ");
}

void print_locks(const Prediction& prediction, std::ostream& out, const Paint& paint, std::size_t rows) {
  const std::vector<LockShare> locks = lock_shares(prediction);
  if (locks.empty() || rows == 0) return;
  out << '\n' << paint.bold("Locks on the critical path's way") << '\n';
  TextTable table({{"WAITED"}, {"WAITS"}, {"THREAD", Align::left, 40}, {"HELD BY", Align::left, 40}});
  for (std::size_t i = 0; i < std::min(rows, locks.size()); ++i)
    table.add({format_duration(locks[i].waited_ns), format_count(locks[i].waits), printable(locks[i].waiter),
               printable(locks[i].holder)});
  if (locks.size() > rows) table.add({"", "", more(locks.size(), rows)});
  table.print(out, "  ");
}

std::string time_cell(Ns time) { return time == 0 ? "-" : format_duration(time); }

void print_connections(const Prediction& prediction, std::ostream& out, const Paint& paint, std::size_t rows) {
  const std::vector<ConnectionShare> shares = connection_shares(prediction);
  if (shares.empty() || rows == 0) return;
  out << '\n'
      << paint.bold("Connections, each direction (time on the critical path; time that readers waited)") << '\n';
  TextTable table({{"ON PATH"},
                   {"WAITED"},
                   {"MESSAGES"},
                   {"BYTES"},
                   {"FROM → TO", Align::left, 48},
                   {"HOSTS", Align::left, 40},
                   {"CONNECTION", Align::left, kNameWidth}});
  for (std::size_t i = 0; i < std::min(rows, shares.size()); ++i) {
    const ConnectionShare& share = shares[i];
    const bool local = share.from_host == share.to_host;
    table.add({time_cell(share.path_ns), time_cell(share.wait_ns), format_count(share.messages),
               format_bytes(share.bytes), printable(share.from + " → " + share.to),
               printable(local ? share.from_host : share.from_host + " → " + share.to_host),
               share.connections > 1 ? format_count(share.connections) + " like " + printable(share.name)
                                     : printable(share.name)});
  }
  if (shares.size() > rows) table.add({"", "", "", "", more(shares.size(), rows)});
  table.print(out, "  ");
}

/// A line of bars, each for an equal part of the time; full ones are `full` per slice.
std::string bars(const std::vector<std::uint64_t>& slices, double full) {
  constexpr std::array kBars = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::size_t kWidth = 25;
  std::string text;
  for (std::size_t i = 0; i < kWidth && slices.size() >= kWidth; ++i) {
    const std::size_t first = i * slices.size() / kWidth, last = (i + 1) * slices.size() / kWidth;
    double sum = 0;
    for (std::size_t s = first; s < last; ++s) sum += static_cast<double>(slices[s]);
    const double share = full > 0 ? sum / (full * static_cast<double>(last - first)) : 0;
    // Anything at all shows as the lowest bar.
    const auto height = static_cast<std::size_t>(std::ceil(std::clamp(share, 0.0, 1.0) * (kBars.size() - 1) - 1e-9));
    text += kBars[height];
  }
  return text;
}

void print_hosts(const Prediction& prediction, std::ostream& out, const Paint& paint, std::size_t rows) {
  const auto& hosts = prediction.summary.hosts;
  const auto seen = [](const HostResult& host) { return !host.busy_over_time_ns.empty(); };
  if (rows == 0 || std::ranges::none_of(hosts, seen)) return;
  std::vector<const HostResult*> busiest;
  for (const HostResult& host : hosts) busiest.push_back(&host);
  std::ranges::stable_sort(busiest, std::ranges::greater{}, [](const HostResult* host) { return host->busy_core_ns; });
  out << '\n' << paint.bold("Hosts (share of all cores used, and when)") << '\n';
  TextTable table({{"BUSY"}, {"CORES"}, {"HOST", Align::left, kNameWidth}, {"OVER TIME", Align::left}});
  for (std::size_t i = 0; i < std::min(rows, busiest.size()); ++i) {
    const HostResult& host = *busiest[i];
    const double capacity = static_cast<double>(prediction.summary.predicted_ns) * host.cores;
    table.add({percent(static_cast<double>(host.busy_core_ns), capacity), std::to_string(host.cores),
               printable(host.name),
               bars(host.busy_over_time_ns, capacity / static_cast<double>(host.busy_over_time_ns.size()))});
  }
  if (hosts.size() > rows) table.add({"", "", more(hosts.size(), rows)});
  table.print(out, "  ");
}

void print_links(const Prediction& prediction, std::ostream& out, const Paint& paint, std::size_t rows) {
  if (prediction.links.empty() || rows == 0) return;
  const double seconds = static_cast<double>(prediction.summary.predicted_ns) / 1e9;
  std::vector<const LinkResult*> links;
  for (const LinkResult& link : prediction.links) links.push_back(&link);
  const auto use = [](const LinkResult* link) { return static_cast<double>(link->bytes) / link->bandwidth_bps; };
  std::ranges::stable_sort(links, std::ranges::greater{}, use);
  out << '\n' << paint.bold("Links (share of the bandwidth used: on average, and in the busiest hundredth)") << '\n';
  TextTable table({{"USED"},
                   {"BUSIEST"},
                   {"UNDER WAY"},
                   {"BYTES"},
                   {"LINK", Align::left, kNameWidth},
                   {"BANDWIDTH"},
                   {"LATENCY"},
                   {"OVER TIME", Align::left}});
  for (std::size_t i = 0; i < std::min(rows, links.size()); ++i) {
    const LinkResult& link = *links[i];
    const auto& slices = link.bytes_over_time;
    const double busiest = slices.empty() ? 0.0 : static_cast<double>(*std::ranges::max_element(slices));
    table.add(
        {percent(static_cast<double>(link.bytes), link.bandwidth_bps * seconds),
         percent(busiest * static_cast<double>(slices.size()), link.bandwidth_bps * seconds),
         percent(link.busy_ns, prediction.summary.predicted_ns), format_bytes(link.bytes), printable(link.name),
         format_rate(link.bandwidth_bps, "B/s"), format_duration(static_cast<Ns>(link.latency_s * 1e9 + 0.5)),
         bars(slices, link.bandwidth_bps * seconds / static_cast<double>(std::max<std::size_t>(slices.size(), 1)))});
  }
  if (links.size() > rows) table.add({"", "", "", "", more(links.size(), rows)});
  table.print(out, "  ");
}

}  // namespace

void print_path(const Prediction& prediction, std::ostream& out, const Paint& paint, const PathRows& rows) {
  if (prediction.path) {
    if (rows.kinds) print_kinds(prediction, out, paint);
    print_shares(prediction, out, paint, rows.shares);
    print_functions(prediction, out, paint, rows.functions);
    print_locks(prediction, out, paint, rows.locks);
  }
  print_connections(prediction, out, paint, rows.connections);
  print_links(prediction, out, paint, rows.links);
  print_hosts(prediction, out, paint, rows.hosts);
}

}  // namespace simrec
