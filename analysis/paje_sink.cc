// The Pajé trace format (Schnorr, de Oliveira Stein, de Kergommeaux: "Paje Trace File", version 1.2.5), which ViTE,
// PajeNG and Pajé open: a self-describing header, types, then events in time order. Containers: run, host, process,
// thread; a state per slice, an event per instant, a link per flow.
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "analysis/timeline_formats.h"
#include "trace-format/text_table.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

// Numbers of the event definitions below.
enum Definition : int {
  kDefineContainerType = 0,
  kDefineStateType = 1,
  kDefineEventType = 2,
  kDefineLinkType = 3,
  kDefineEntityValue = 4,
  kCreateContainer = 5,
  kDestroyContainer = 6,
  kSetState = 7,
  kNewEvent = 8,
  kStartLink = 9,
  kEndLink = 10,
};

constexpr const char* kHeader = R"(%EventDef PajeDefineContainerType 0
%  Alias string
%  Type string
%  Name string
%EndEventDef
%EventDef PajeDefineStateType 1
%  Alias string
%  Type string
%  Name string
%EndEventDef
%EventDef PajeDefineEventType 2
%  Alias string
%  Type string
%  Name string
%EndEventDef
%EventDef PajeDefineLinkType 3
%  Alias string
%  Type string
%  StartContainerType string
%  EndContainerType string
%  Name string
%EndEventDef
%EventDef PajeDefineEntityValue 4
%  Alias string
%  Type string
%  Name string
%  Color color
%EndEventDef
%EventDef PajeCreateContainer 5
%  Time date
%  Alias string
%  Type string
%  Container string
%  Name string
%EndEventDef
%EventDef PajeDestroyContainer 6
%  Time date
%  Type string
%  Name string
%EndEventDef
%EventDef PajeSetState 7
%  Time date
%  Type string
%  Container string
%  Value string
%EndEventDef
%EventDef PajeNewEvent 8
%  Time date
%  Type string
%  Container string
%  Value string
%EndEventDef
%EventDef PajeStartLink 9
%  Time date
%  Type string
%  Container string
%  Value string
%  StartContainer string
%  Key string
%EndEventDef
%EventDef PajeEndLink 10
%  Time date
%  Type string
%  Container string
%  Value string
%  EndContainer string
%  Key string
%EndEventDef
)";

struct Colour {
  std::string_view category;
  const char* rgb;
};

constexpr std::array<Colour, 8> kColours = {{
    {"compute", "0.30 0.69 0.31"},
    {"network", "0.13 0.59 0.95"},
    {"disk", "1.00 0.60 0.00"},
    {"sync", "0.61 0.15 0.69"},
    {"child", "0.62 0.62 0.62"},
    {"sleep", "0.81 0.85 0.86"},
    {"ready", "0.96 0.26 0.21"},
    {"", "1.00 1.00 1.00"},
}};

/// Calls differ by colour, in turn.
constexpr std::array<const char*, 8> kCallColours = {
    "0.56 0.79 0.98", "0.81 0.58 0.85", "1.00 0.80 0.50", "0.50 0.80 0.77",
    "0.94 0.60 0.60", "0.70 0.62 0.86", "0.90 0.93 0.61", "0.74 0.67 0.64",
};

/// A string of the format: it has no escapes, so quotes and control characters cannot stay.
std::string paje_text(std::string_view text) {
  std::string safe = printable(text);
  std::ranges::replace(safe, '"', '\'');
  return '"' + safe + '"';
}

class PajeSink : public TimelineSink {
 public:
  explicit PajeSink(std::ostream& out) : out_(out) {}

  void begin(std::string_view title) override { title_ = title; }

  void process(const TimelineProcess& process) override {
    const auto [host, is_new] = host_index_.try_emplace(process.host, hosts_.size());
    if (is_new) hosts_.push_back({process.host});
    if (!process_index_.try_emplace(process.pid, processes_.size()).second) return;
    processes_.push_back({process.name + " " + std::to_string(process.pid), host->second});
  }

  void thread(ThreadKey thread, std::string_view name) override {
    const auto process = process_index_.find(thread.pid);
    if (process == process_index_.end() || !thread_index_.try_emplace(thread, threads_.size()).second) return;
    const std::string number = std::to_string(thread.tid);
    const std::string label(name);
    threads_.push_back({label.ends_with(number) ? label : label + " " + number, process->second});
  }

  void slice(const Slice& slice) override {
    const auto thread = index_of(slice.thread);
    if (!thread) return;
    Ns& busy_until_ns = threads_[*thread].busy_until_ns;
    // A state lasts until the next one: what nothing follows needs an end of its own.
    if (busy_until_ns < slice.start_ns) add(busy_until_ns, Record::state, *thread, states_.of("", ""));
    add(slice.start_ns, Record::state, *thread, states_.of(slice.name, slice.category));
    busy_until_ns = std::max(busy_until_ns, slice.start_ns + slice.duration_ns);
  }

  void instant(const Instant& instant) override {
    if (const auto thread = index_of(instant.thread))
      add(instant.time_ns, Record::event, *thread, events_.of(instant.name, ""));
  }

  void flow(const Flow& flow) override {
    const auto from = index_of(flow.from), to = index_of(flow.to);
    if (!from || !to) return;
    const std::uint32_t value = links_.of(flow.name, "");
    const std::uint64_t key = ++link_count_;
    add(flow.from_ns, Record::link_start, *from, value, key);
    add(flow.to_ns, Record::link_end, *to, value, key);
  }

  void end() override {
    out_ << "# " << printable(title_) << "; written by simtrace " SIMREC_VERSION "; times in seconds\n" << kHeader;
    for (std::uint32_t i = 0; i < threads_.size(); ++i)
      add(threads_[i].busy_until_ns, Record::state, i, states_.of("", ""));
    define_types();
    create_containers();
    std::ranges::stable_sort(records_, {}, &Record::time_ns);
    for (const Record& record : records_) print(record);
    destroy_containers();
  }

 private:
  struct Container {
    std::string name;
    std::size_t parent = 0;
    Ns busy_until_ns = 0;  ///< of a thread: end of its last slice
  };
  struct Record {
    enum Kind : std::uint8_t { state, event, link_start, link_end };
    Ns time_ns;
    std::uint64_t key;
    std::uint32_t thread, value;
    Kind kind;
  };

  /// The values of one type, numbered in order of appearance.
  class Values {
   public:
    std::uint32_t of(std::string_view name, std::string_view category) {
      const auto known = index_.find(name);
      if (known != index_.end()) return known->second;
      names_.emplace_back(name);
      categories_.emplace_back(category);
      return index_.emplace(std::string(name), static_cast<std::uint32_t>(names_.size() - 1)).first->second;
    }
    void define(std::ostream& out, char prefix, std::string_view type) const {
      for (std::size_t i = 0; i < names_.size(); ++i) {
        out << kDefineEntityValue << ' ' << prefix << i << ' ' << type << ' '
            << paje_text(names_[i].empty() ? "nothing" : names_[i]) << " \"" << colour(i) << "\"\n";
      }
    }

   private:
    const char* colour(std::size_t i) const {
      const auto known = std::ranges::find(kColours, categories_[i], &Colour::category);
      if (known != kColours.end() && !names_[i].empty()) return categories_[i].empty() ? "0 0 0" : known->rgb;
      return names_[i].empty() ? kColours.back().rgb : kCallColours[i % kCallColours.size()];
    }
    std::map<std::string, std::uint32_t, std::less<>> index_;
    std::vector<std::string> names_, categories_;
  };

  std::optional<std::uint32_t> index_of(ThreadKey key) const {
    const auto thread = thread_index_.find(key);
    if (thread == thread_index_.end()) return std::nullopt;
    return static_cast<std::uint32_t>(thread->second);
  }

  void add(Ns time_ns, Record::Kind kind, std::uint32_t thread, std::uint32_t value, std::uint64_t key = 0) {
    end_ns_ = std::max(end_ns_, time_ns);
    records_.push_back({time_ns, key, thread, value, kind});
  }

  void define_types() {
    out_ << kDefineContainerType << " Run 0 \"Run\"\n"
         << kDefineContainerType << " Host Run \"Host\"\n"
         << kDefineContainerType << " Process Host \"Process\"\n"
         << kDefineContainerType << " Thread Process \"Thread\"\n"
         << kDefineStateType << " State Thread \"State\"\n"
         << kDefineEventType << " Event Thread \"Event\"\n"
         << kDefineLinkType << " Link Run Thread Thread \"Link\"\n";
    states_.define(out_, 's', "State");
    events_.define(out_, 'e', "Event");
    links_.define(out_, 'l', "Link");
  }

  /// All at the beginning, so that readers show empty rows where a process did not run yet.
  void create_containers() {
    const std::string zero = seconds(0);
    out_ << kCreateContainer << ' ' << zero << " run Run 0 " << paje_text(title_) << '\n';
    for (std::size_t i = 0; i < hosts_.size(); ++i)
      out_ << kCreateContainer << ' ' << zero << " h" << i << " Host run " << paje_text(hosts_[i].name) << '\n';
    for (std::size_t i = 0; i < processes_.size(); ++i)
      out_ << kCreateContainer << ' ' << zero << " p" << i << " Process h" << processes_[i].parent << ' '
           << paje_text(processes_[i].name) << '\n';
    for (std::size_t i = 0; i < threads_.size(); ++i)
      out_ << kCreateContainer << ' ' << zero << " t" << i << " Thread p" << threads_[i].parent << ' '
           << paje_text(threads_[i].name) << '\n';
  }

  void destroy_containers() {
    const std::string at = seconds(end_ns_);
    for (std::size_t i = 0; i < threads_.size(); ++i)
      out_ << kDestroyContainer << ' ' << at << " Thread t" << i << '\n';
    for (std::size_t i = 0; i < processes_.size(); ++i)
      out_ << kDestroyContainer << ' ' << at << " Process p" << i << '\n';
    for (std::size_t i = 0; i < hosts_.size(); ++i) out_ << kDestroyContainer << ' ' << at << " Host h" << i << '\n';
    out_ << kDestroyContainer << ' ' << at << " Run run\n";
  }

  void print(const Record& record) {
    switch (record.kind) {
      case Record::state:
        line(kSetState, record.time_ns) << "State t" << record.thread << " s" << record.value << '\n';
        break;
      case Record::event:
        line(kNewEvent, record.time_ns) << "Event t" << record.thread << " e" << record.value << '\n';
        break;
      case Record::link_start:
      case Record::link_end:
        line(record.kind == Record::link_start ? kStartLink : kEndLink, record.time_ns)
            << "Link run l" << record.value << " t" << record.thread << " k" << record.key << '\n';
        break;
    }
  }

  static std::string seconds(Ns time_ns) { return format_seconds(std::max<Ns>(time_ns, 0), 9); }
  std::ostream& line(Definition definition, Ns time_ns) { return out_ << definition << ' ' << seconds(time_ns) << ' '; }

  std::ostream& out_;
  std::string title_;
  std::vector<Container> hosts_, processes_, threads_;
  std::map<std::string, std::size_t> host_index_;
  std::map<std::int64_t, std::size_t> process_index_;
  std::map<ThreadKey, std::size_t> thread_index_;
  Values states_, events_, links_;
  std::vector<Record> records_;
  std::uint64_t link_count_ = 0;
  Ns end_ns_ = 0;
};

}  // namespace

std::unique_ptr<TimelineSink> make_paje_sink(std::ostream& out) { return std::make_unique<PajeSink>(out); }

}  // namespace simrec::analysis
