// Slices as comma-separated values (RFC 4180), for spreadsheets, R, pandas.
#include <map>

#include "analysis/csv_cell.h"
#include "analysis/timeline_formats.h"

namespace simrec::analysis {
namespace {

class CsvSink : public TimelineSink {
 public:
  explicit CsvSink(std::ostream& out) : out_(out) {}

  void begin(std::string_view) override { out_ << "pid,tid,process,start_ns,duration_ns,category,name,result\n"; }
  void process(const TimelineProcess& process) override { names_[process.pid] = csv_cell(process.title); }
  void thread(ThreadKey, std::string_view) override {}
  void slice(const Slice& slice) override {
    row(slice.thread, slice.start_ns, slice.duration_ns)
        << slice.category << ',' << csv_cell(slice.name) << ',' << csv_cell(slice.result) << '\n';
  }
  void instant(const Instant& instant) override {
    row(instant.thread, instant.time_ns, 0) << "event," << csv_cell(instant.name) << ",\n";
  }
  void flow(const Flow&) override {}
  void end() override {}

 private:
  std::ostream& row(ThreadKey thread, Ns start_ns, Ns duration_ns) {
    return out_ << thread.pid << ',' << thread.tid << ',' << names_[thread.pid] << ',' << start_ns << ',' << duration_ns
                << ',';
  }

  std::ostream& out_;
  std::map<std::int64_t, std::string> names_;
};

}  // namespace

std::unique_ptr<TimelineSink> make_csv_sink(std::ostream& out) { return std::make_unique<CsvSink>(out); }

}  // namespace simrec::analysis
