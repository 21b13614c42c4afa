#include "analysis/statistics.h"

#include <algorithm>

#include "analysis/event_text.h"

namespace simrec::analysis {
namespace {

const Image* last_image(const Tables& tables, ProcessId process) { return tables.image_of(process, INT64_MAX); }

}  // namespace

void Totals::add(const Event& event, const CorrectedTimes& cpu) {
  ++events;
  burst_ns += cpu.burst_ns;
  if (!has_result(event)) return;
  // From 512 on: the kernel's restart codes, which no program sees.
  if (event.result < 0 && event.result > -512) ++errors;
  bytes += moved_bytes(event).value_or(0);
  call_cpu_ns += cpu.call_cpu_ns;
  ready_ns += event.ready_ns;
  blocked_ns += std::max<Ns>(event.exit_ns - event.entry_ns - event.call_cpu_ns - event.ready_ns, 0);
}

Statistics collect_statistics(const std::string& path) {
  TraceReader reader(path);
  Statistics statistics;
  const Ledger ledger(reader.header().calibration);
  while (const auto block = reader.next()) {
    for (const Event& event : *block) {
      const CorrectedTimes cpu = ledger.corrected(event);
      statistics.totals.add(event, cpu);
      statistics.by_kind[event.kind].add(event, cpu);
      if (event.kind < kPseudoBase || event.is(PseudoEvent::sample))
        statistics.tracing_wall_ns += ledger.wall_cost_ns(event);
      if (event.is(PseudoEvent::sample)) {
        SampledStack& sampled = statistics.samples[event.stack.value];
        ++sampled.count;
        sampled.cpu_ns += event.argument(0);
      }
      statistics.end_ns = std::max(statistics.end_ns, event.exit_ns);
      const auto& threads = reader.tables().threads();
      if (event.thread.value >= threads.size()) continue;
      const std::size_t process = threads[event.thread.value].process.value;
      if (process >= statistics.processes.size()) statistics.processes.resize(process + 1);
      statistics.processes[process].totals.add(event, cpu);
      statistics.processes[process].end_ns = std::max(statistics.processes[process].end_ns, event.exit_ns);
    }
  }
  statistics.header = reader.header();
  statistics.tables = reader.tables();
  statistics.footer = reader.footer();
  statistics.incomplete = reader.incomplete();
  statistics.compressed_bytes = reader.compressed_bytes_read();
  statistics.frames = reader.frames_read();
  statistics.processes.resize(statistics.tables.processes().size());
  for (const Process& process : statistics.tables.processes())
    statistics.processes[process.index.value].start_ns = process.start_ns;
  for (const Thread& thread : statistics.tables.threads()) {
    if (thread.process.value < statistics.processes.size()) ++statistics.processes[thread.process.value].threads;
  }
  return statistics;
}

std::string shell_quoted(const std::string& word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=+,@%^";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

std::string command_line(const Tables& tables, ProcessId process) {
  const Image* image = last_image(tables, process);
  if (image == nullptr) return "?";
  std::string text;
  for (const StringId argument : image->arguments)
    text += (text.empty() ? "" : " ") + shell_quoted(tables.string(argument));
  return text.empty() ? process_name(tables, process) : text;
}

std::string process_name(const Tables& tables, ProcessId process) {
  const Image* image = last_image(tables, process);
  const std::string name = image == nullptr ? "" : tables.string(image->name);
  return name.empty() ? "?" : name;
}

}  // namespace simrec::analysis
