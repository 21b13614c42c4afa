#include "analysis/usage_rows.h"

#include <algorithm>
#include <map>
#include <set>

#include "analysis/descriptors.h"
#include "trace-format/syscall_table.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

UsageRow row_of(std::string name, std::string who, const Totals& totals) {
  return {std::move(name),
          std::move(who),
          totals.events,
          totals.errors,
          totals.bytes,
          totals.compute_ns(),
          totals.blocked_ns + totals.ready_ns};
}

void add(UsageRow& row, const UsageRow& more) {
  row.count += more.count;
  row.errors += more.errors;
  row.bytes += more.bytes;
  row.cpu_ns += more.cpu_ns;
  row.wait_ns += more.wait_ns;
}

/// What a kernel object is to the table.
enum class Place : unsigned char { nowhere, connection, file };

Place place_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::file:
    case ObjectKind::directory:
    case ObjectKind::device:
    case ObjectKind::terminal:
    case ObjectKind::memfd:
    case ObjectKind::sharedMemory:
      return Place::file;
    case ObjectKind::pipe:
    case ObjectKind::tcp:
    case ObjectKind::udp:
    case ObjectKind::unixStream:
    case ObjectKind::unixDatagram:
    case ObjectKind::unixSeqpacket:
    case ObjectKind::socketOther:
      return Place::connection;
    default:
      return Place::nowhere;  // eventfd, epoll, …: their calls are listed, they carry no data
  }
}

/// Objects of one row: one file, or both ends of the connections to one server address.
struct Group {
  /// What passed through one connection, or one file.
  struct Passed {
    std::uint64_t objects = 0, read = 0, written = 0;
  };
  std::string name;  ///< of the object, if it stays alone
  UsageRow row;
  bool connected = false;
  std::map<std::string, Passed> passed;  ///< by a word that both ends of a connection share
  std::set<std::uint32_t> readers, writers, users;
};

class Objects {
 public:
  explicit Objects(const TraceUsage& usage) : usage_(usage) {
    for (const auto& [id, use] : usage.objects) add_object(usage.tables.object(ObjectId{id}), use);
  }

  std::vector<UsageRow> rows(Place place) const {
    std::vector<UsageRow> rows;
    for (const auto& [key, group] : groups_) {
      if (key.first != place) continue;
      UsageRow row = group.row;
      const auto connections = static_cast<std::uint64_t>(
          std::ranges::count_if(group.passed, [](const auto& entry) { return !entry.first.empty(); }));
      row.bytes = bytes_through(place, group);
      row.name = connections > 1 ? key.second + " (" + format_count(connections) + " connections)" : group.name;
      row.who = who(group);
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  void add_object(const Object& object, const ObjectUse& use) {
    const Place place = place_of(object.kind);
    if (place == Place::nowhere) return;
    const std::string name = object_name(usage_.tables, object.id);
    const std::string& local = usage_.tables.string(object.local_address);
    const std::string& peer = usage_.tables.string(object.peer_address);
    // Who connected sees the server as its peer, who accepted is the server.
    const std::string& server = use.connected ? peer : local;
    std::string key = name, end;
    if (place == Place::connection && object.kind != ObjectKind::pipe) {
      if (!server.empty()) key = std::string(transport(object.kind)) + " " + server;
      if (server.empty() && object.peer.value != 0)
        key = "pair " + std::to_string(std::min(object.id, object.peer).value);
      if (!peer.empty() && !local.empty()) end = std::min(local, peer) + " " + std::max(local, peer);
    }
    Group& group = groups_[{place, key}];
    // The connecting end of a connection names it better than the socket that listened for it.
    if (group.name.empty() || (use.connected && !group.connected)) group.name = name;
    group.connected = group.connected || use.connected;
    Group::Passed& passed = group.passed[end];
    ++passed.objects;
    passed.read += use.read_bytes;
    passed.written += use.written_bytes;
    add(group.row, row_of("", "", use.totals));
    group.readers.insert(use.readers.begin(), use.readers.end());
    group.writers.insert(use.writers.begin(), use.writers.end());
    group.users.insert(use.users.begin(), use.users.end());
  }

  static std::string_view transport(ObjectKind kind) {
    return kind == ObjectKind::tcp ? "tcp" : kind == ObjectKind::udp ? "udp" : "unix";
  }

  /// What both ends of a connection saw counts once.
  static std::uint64_t bytes_through(Place place, const Group& group) {
    std::uint64_t bytes = 0;
    for (const auto& [end, passed] : group.passed) {
      const bool both_ends = place == Place::connection && (end.empty() || passed.objects > 1);
      bytes += both_ends ? std::max(passed.read, passed.written) : passed.read + passed.written;
    }
    return bytes;
  }

  std::string who(const Group& group) const {
    const bool one_way = !group.readers.empty() && !group.writers.empty() && group.readers != group.writers &&
                         std::ranges::none_of(group.readers, [&](auto p) { return group.writers.contains(p); });
    return one_way ? names(group.writers) + " → " + names(group.readers) : names(group.users);
  }

  std::string names(const std::set<std::uint32_t>& processes) const {
    constexpr std::size_t kShown = 3;
    std::vector<std::string> distinct;
    for (const std::uint32_t process : processes) {
      const std::string name = process_name(usage_.tables, ProcessId{process});
      if (std::ranges::find(distinct, name) == distinct.end()) distinct.push_back(name);
    }
    std::string text;
    for (std::size_t i = 0; i < std::min(kShown, distinct.size()); ++i) text += (i == 0 ? "" : ", ") + distinct[i];
    return distinct.size() > kShown ? text + ", …" : text;
  }

  const TraceUsage& usage_;
  std::map<std::pair<Place, std::string>, Group> groups_;
};

Ns sum(const Waits& waits) {
  return waits.network_ns + waits.disk_ns + waits.sync_ns + waits.child_ns + waits.sleep_ns + waits.ready_ns;
}

}  // namespace

std::vector<UsageSection> usage_sections(const TraceUsage& usage) {
  UsageSection processes{"processes", "calls", {}}, calls{"calls", "calls", {}};
  for (const Process& process : usage.tables.processes()) {
    if (process.index.value >= usage.processes.size()) continue;
    processes.rows.push_back(row_of(process_name(usage.tables, process.index) + " " + std::to_string(process.pid),
                                    command_line(usage.tables, process.index),
                                    usage.processes[process.index.value].totals));
  }
  for (const auto& [kind, totals] : usage.by_kind) {
    if (kind >= kPseudoBase) continue;
    Totals inside = totals;
    inside.burst_ns = 0;  // the computing before a call is the program's
    calls.rows.push_back(row_of(std::string(event_name(kind)), "", inside));
  }
  const Objects objects(usage);
  return {std::move(processes),
          {"connections", "calls", objects.rows(Place::connection)},
          {"files", "calls", objects.rows(Place::file)},
          std::move(calls)};
}

std::vector<UsageSection> usage_sections(const Prediction& prediction) {
  UsageSection processes{"processes", "threads", {}}, connections{"connections", "messages", {}},
      links{"links", "", {}, "busy"};
  std::map<std::int64_t, std::string> names;
  for (const ProcessResult& process : prediction.summary.processes) {
    names[process.pid] = process.name;
    processes.rows.push_back({process.name + " " + std::to_string(process.pid) + " on " + process.host,
                              process.command_line, process.threads, 0, 0, process.compute_ns, sum(process.waits)});
  }
  for (const ConnectionResult& connection : prediction.connections)
    connections.rows.push_back({connection.name, names[connection.from_pid] + " → " + names[connection.to_pid],
                                connection.messages, 0, connection.bytes, 0, connection.wait_ns});
  for (const LinkResult& link : prediction.links)
    links.rows.push_back({link.name, format_rate(link.bandwidth_bps, "B/s"), 0, 0, link.bytes, 0, link.busy_ns});
  return {std::move(processes), std::move(connections), std::move(links)};
}

std::uint64_t usage_key(const UsageRow& row, UsageOrder order) {
  switch (order) {
    case UsageOrder::bytes:
      return row.bytes;
    case UsageOrder::count:
      return row.count;
    default:
      return static_cast<std::uint64_t>(std::max<Ns>(row.time_ns(), 0));
  }
}

void sort_sections(std::vector<UsageSection>& sections, UsageOrder order) {
  for (UsageSection& section : sections) {
    std::ranges::stable_sort(section.rows, [&](const UsageRow& a, const UsageRow& b) {
      const std::uint64_t of_a = usage_key(a, order), of_b = usage_key(b, order);
      return of_a != of_b ? of_a > of_b : a.time_ns() > b.time_ns();
    });
  }
}

}  // namespace simrec::analysis
