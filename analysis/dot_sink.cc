// A graph for Graphviz: a node per process, in a box per host if there are several; solid arrows for the bytes that
// went through streams, dashed ones from parents to children, dotted ones for waits that another process ended where
// no stream says more.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "analysis/timeline_formats.h"
#include "trace-format/text_table.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

std::string dot_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : printable(text)) result += (c == '"' || c == '\\') ? std::string{'\\', c} : std::string{c};
  return result + '"';
}

/// "tcp" of "tcp 127.0.0.1:1->127.0.0.1:2", "pipe" of "pipe:[4711]", "unix" of "/run/socket".
std::string transport_of(std::string_view stream) {
  const std::string_view word = stream.substr(0, stream.find_first_of(" :"));
  return word.empty() || word.front() == '/' ? "unix" : std::string(word);
}

class DotSink : public TimelineSink {
 public:
  explicit DotSink(std::ostream& out) : out_(out) {}

  void begin(std::string_view title) override { title_ = title; }
  void process(const TimelineProcess& process) override { processes_.push_back(process); }
  void thread(ThreadKey, std::string_view) override {}
  void slice(const Slice&) override {}
  void instant(const Instant&) override {}

  void flow(const Flow& flow) override {
    if (flow.from.pid == flow.to.pid) return;
    if (flow.name == "started") started_.insert({flow.from.pid, flow.to.pid});
    if (flow.name == "released") ++released_[{flow.from.pid, flow.to.pid}];
  }

  void stream(const StreamTotals& stream) override {
    if (stream.from_pid == stream.to_pid || (stream.bytes == 0 && stream.messages == 0)) return;
    Traffic& traffic = streams_[{stream.from_pid, stream.to_pid, transport_of(stream.name)}];
    ++traffic.streams;
    traffic.messages += stream.messages;
    traffic.bytes += stream.bytes;
    most_bytes_ = std::max(most_bytes_, traffic.bytes);
  }

  bool wants_slices() const override { return false; }

  void end() override {
    out_ << "digraph simrec {\n  label=" << dot_text(title_)
         << ";\n  labelloc=t;\n  rankdir=LR;\n  fontname=\"Helvetica\";\n"
            "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef4fb\", fontname=\"Helvetica\"];\n"
            "  edge [fontname=\"Helvetica\", fontsize=10];\n";
    print_nodes();
    for (const auto& [edge, traffic] : streams_) print_stream(edge, traffic);
    for (const auto& [from, to] : started_) arrow(from, to) << "[style=dashed, color=gray];\n";
    for (const auto& [edge, count] : released_) {
      if (has_stream(edge)) continue;
      arrow(edge.first, edge.second) << "[style=dotted, label=" << dot_text("ended " + format_count_of(count, "wait"))
                                     << "];\n";
    }
    out_ << "}\n";
  }

 private:
  using Edge = std::tuple<std::int64_t, std::int64_t, std::string>;  ///< from pid, to pid, transport
  struct Traffic {
    std::uint64_t streams = 0, messages = 0, bytes = 0;
  };

  void print_nodes() {
    std::map<std::string, std::vector<const TimelineProcess*>> by_host;
    for (const TimelineProcess& process : processes_) by_host[process.host].push_back(&process);
    std::size_t cluster = 0;
    for (const auto& [host, processes] : by_host) {
      const bool boxed = by_host.size() > 1;
      if (boxed)
        out_ << "  subgraph cluster_" << cluster++ << " {\n    label=" << dot_text(host)
             << ";\n    style=rounded;\n    color=gray;\n";
      for (const TimelineProcess* process : processes) {
        out_ << (boxed ? "    " : "  ") << 'p' << process->pid
             << " [label=" << dot_text(process->name + " " + std::to_string(process->pid))
             << ", tooltip=" << dot_text(shortened(process->command_line, 200)) << "];\n";
      }
      if (boxed) out_ << "  }\n";
    }
  }

  void print_stream(const Edge& edge, const Traffic& traffic) {
    const auto& [from, to, transport] = edge;
    const std::string label = format_bytes(traffic.bytes) + " in " + format_count_of(traffic.messages, "message") +
                              "\n" + (traffic.streams > 1 ? format_count(traffic.streams) + " × " : "") + transport;
    // The widest arrow is for the most bytes; one for a thousandth of them is still seen.
    const double share =
        static_cast<double>(traffic.bytes) / static_cast<double>(std::max<std::uint64_t>(most_bytes_, 1));
    const double width = std::clamp(4 + std::log10(std::max(share, 1e-3)), 1.0, 4.0);
    const std::size_t break_at = label.find('\n');
    arrow(from, to) << "[penwidth=" << std::round(width * 10) / 10 << ", label=\"" << label.substr(0, break_at) << "\\n"
                    << label.substr(break_at + 1) << "\"];\n";
  }

  bool has_stream(const std::pair<std::int64_t, std::int64_t>& edge) const {
    const auto at = streams_.lower_bound({edge.first, edge.second, ""});
    return at != streams_.end() && std::get<0>(at->first) == edge.first && std::get<1>(at->first) == edge.second;
  }

  std::ostream& arrow(std::int64_t from, std::int64_t to) { return out_ << "  p" << from << " -> p" << to << ' '; }

  std::ostream& out_;
  std::string title_;
  std::vector<TimelineProcess> processes_;
  std::map<Edge, Traffic> streams_;
  std::set<std::pair<std::int64_t, std::int64_t>> started_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::uint64_t> released_;
  std::uint64_t most_bytes_ = 0;
};

}  // namespace

std::unique_ptr<TimelineSink> make_dot_sink(std::ostream& out) { return std::make_unique<DotSink>(out); }

}  // namespace simrec::analysis
