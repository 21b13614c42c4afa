#include "trace-format/path_codec.h"

#include <utility>

#include "trace-format/capnp_messages.h"
#include "trace-format/varint.h"

namespace simrec {
namespace {

constexpr std::uint64_t kLongest = 1ULL << 62;  // ns; sums of two cannot overflow

/// Differences of ids. Wraps instead of overflowing: columns are untrusted.
class IdColumn {
 public:
  std::uint64_t difference(std::int64_t id) {
    const auto before = std::exchange(last_, static_cast<std::uint64_t>(id));
    return zigzag(static_cast<std::int64_t>(last_ - before));
  }
  std::int64_t next(ColumnReader& column) {
    last_ += static_cast<std::uint64_t>(column.get_signed());
    return static_cast<std::int64_t>(last_);
  }

 private:
  std::uint64_t last_ = 0;
};

}  // namespace

CriticalPath read_path(schema::PathSteps::Reader in) {
  CriticalPath path;
  path.names = to_strings(in.getNames());
  if (in.getKind().size() < in.getCount()) throw FormatError("column kind has too few values");
  ColumnReader durations(to_span(in.getDuration()), "duration");
  ColumnReader kinds(to_span(in.getKind()), "kind");
  ColumnReader pids(to_span(in.getPid()), "pid");
  ColumnReader tids(to_span(in.getTid()), "tid");
  ColumnReader whats(to_span(in.getWhat()), "what");
  ColumnReader waited(to_span(in.getWaited()), "waited");
  IdColumn pid, tid;
  Ns start = in.getStartNs();
  path.steps.reserve(in.getCount());
  for (std::uint32_t i = 0; i < in.getCount(); ++i) {
    PathStep step{.start_ns = start, .duration_ns = static_cast<Ns>(durations.get_up_to(kLongest))};
    step.kind = static_cast<PathKind>(kinds.get_up_to(kPathKinds - 1));
    step.pid = pid.next(pids);
    step.tid = tid.next(tids);
    step.what = static_cast<std::uint32_t>(whats.get_up_to(UINT32_MAX));
    step.waited_ns = static_cast<Ns>(waited.get_up_to(kLongest));
    if (__builtin_add_overflow(start, step.duration_ns, &start)) throw FormatError("a critical path never ends");
    path.steps.push_back(step);
  }
  for (const auto* column : {&durations, &kinds, &pids, &tids, &whats, &waited}) column->expect_end();
  for (const auto function : in.getFunctions())
    path.functions.push_back({function.getPid(), function.getTid(), function.getWhat(), function.getPathNs()});
  return path;
}

Connections read_connections(capnp::List<schema::ConnectionResult>::Reader in) {
  Connections connections;
  connections.reserve(in.size());
  for (const auto connection : in)
    connections.push_back({.name = to_string(connection.getName()),
                           .from_pid = connection.getFromPid(),
                           .to_pid = connection.getToPid(),
                           .from_host = to_string(connection.getFromHost()),
                           .to_host = to_string(connection.getToHost()),
                           .messages = connection.getMessages(),
                           .bytes = connection.getBytes(),
                           .wait_ns = connection.getWaitNs(),
                           .path_ns = connection.getPathNs()});
  return connections;
}

Links read_links(capnp::List<schema::LinkResult>::Reader in) {
  Links links;
  links.reserve(in.size());
  for (const auto link : in)
    links.push_back({.name = to_string(link.getName()),
                     .bandwidth_bps = link.getBandwidthBps(),
                     .latency_s = link.getLatencyS(),
                     .bytes = link.getBytes(),
                     .busy_ns = link.getBusyNs(),
                     .bytes_over_time = read_series(to_span(link.getBytesOverTime()), "bytesOverTime")});
  return links;
}

std::vector<std::uint64_t> read_series(std::span<const std::uint8_t> column, const char* name) {
  std::vector<std::uint64_t> values;
  for (ColumnReader reader(column, name); reader.has_more();) values.push_back(reader.get());
  return values;
}

std::vector<std::uint8_t> series(const std::vector<std::uint64_t>& values) {
  std::vector<std::uint8_t> column;
  for (const std::uint64_t value : values) put_varint(column, value);
  return column;
}

void append_block(FrameContent& frame, const PathPiece& piece) {
  std::vector<std::uint8_t> durations, kinds, pids, tids, whats, waited;
  IdColumn pid, tid;
  for (const PathStep& step : piece.steps) {
    put_varint(durations, static_cast<std::uint64_t>(step.duration_ns));
    put_varint(kinds, static_cast<std::uint64_t>(step.kind));
    put_varint(pids, pid.difference(step.pid));
    put_varint(tids, tid.difference(step.tid));
    put_varint(whats, step.what);
    put_varint(waited, static_cast<std::uint64_t>(step.waited_ns));
  }
  const auto data = [](const std::vector<std::uint8_t>& column) {
    return to_data(std::span<const std::uint8_t>(column));
  };
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<schema::PredictionBlock>().initPath();
  out.setStartNs(piece.steps.empty() ? 0 : piece.steps.front().start_ns);
  out.setCount(length(piece.steps));
  auto names = out.initNames(length(piece.names));
  for (unsigned i = 0; i < names.size(); ++i) names.set(i, to_text(piece.names[i]));
  out.setDuration(data(durations));
  out.setKind(data(kinds));
  out.setPid(data(pids));
  out.setTid(data(tids));
  out.setWhat(data(whats));
  out.setWaited(data(waited));
  auto functions = out.initFunctions(length(piece.functions));
  for (unsigned i = 0; i < functions.size(); ++i) {
    functions[i].setPid(piece.functions[i].pid);
    functions[i].setTid(piece.functions[i].tid);
    functions[i].setWhat(piece.functions[i].what);
    functions[i].setPathNs(piece.functions[i].path_ns);
  }
  append_message(frame, message);
}

void append_block(FrameContent& frame, std::span<const ConnectionResult> connections) {
  capnp::MallocMessageBuilder message;
  auto list = message.initRoot<schema::PredictionBlock>().initConnections(length(connections));
  for (unsigned i = 0; i < list.size(); ++i) {
    const ConnectionResult& from = connections[i];
    auto to = list[i];
    to.setName(to_text(from.name));
    to.setFromPid(from.from_pid);
    to.setToPid(from.to_pid);
    to.setFromHost(to_text(from.from_host));
    to.setToHost(to_text(from.to_host));
    to.setMessages(from.messages);
    to.setBytes(from.bytes);
    to.setWaitNs(from.wait_ns);
    to.setPathNs(from.path_ns);
  }
  append_message(frame, message);
}

void append_block(FrameContent& frame, std::span<const LinkResult> links) {
  capnp::MallocMessageBuilder message;
  auto list = message.initRoot<schema::PredictionBlock>().initLinks(length(links));
  for (unsigned i = 0; i < list.size(); ++i) {
    const LinkResult& from = links[i];
    auto to = list[i];
    to.setName(to_text(from.name));
    to.setBandwidthBps(from.bandwidth_bps);
    to.setLatencyS(from.latency_s);
    to.setBytes(from.bytes);
    to.setBusyNs(from.busy_ns);
    const std::vector<std::uint8_t> over_time = series(from.bytes_over_time);
    to.setBytesOverTime(to_data(std::span<const std::uint8_t>(over_time)));
  }
  append_message(frame, message);
}

}  // namespace simrec
