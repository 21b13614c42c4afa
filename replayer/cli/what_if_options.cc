#include "replayer/cli/what_if_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "replayer/cli/options.h"

namespace simrec::replay {
namespace {

/// Not for functions as yet: the program would have to be compiled otherwise.
bool changes_platform(const Change& change) {
  return change.knob.scope != ScopeKind::process && change.knob.scope != ScopeKind::function;
}

PlaceRule parse_split(const std::string& text) {
  const std::size_t at = text.rfind('=');
  if (at == std::string::npos || at == 0 || at + 1 == text.size())
    throw UsageError("--split '" + text + "' is not PATTERN=SITE, e.g. --split 'redis-server*=remote'");
  return {text.substr(0, at), text.substr(at + 1)};
}

Target parse_target(const RawWhatIf& raw) {
  if (raw.by.empty())
    throw UsageError(
        "--target " + raw.target +
        " needs --by to say what may change: cpu, cores, net.latency, net.bandwidth or disk, e.g. --by cpu "
        "or --by 'redis-server*:cpu'");
  if (raw.by.find('=') != std::string::npos)
    throw UsageError("--by '" + raw.by + "' has a value: that is what --target looks for; write --by " +
                     raw.by.substr(0, raw.by.find('=')));
  const double seconds = parse_measure("--target", Dimension::time, raw.target);
  if (!(seconds > 0)) throw UsageError("--target must be more than 0");
  return {std::llround(seconds * 1e9), parse_knob(raw.by)};
}

}  // namespace

bool WhatIf::makes_platform() const {
  return !split.empty() || !dump_platform_path.empty() || std::ranges::any_of(changes, changes_platform);
}

bool WhatIf::asks_for_network() const {
  return std::ranges::any_of(changes, [](const Change& c) { return is_network(c.knob); }) ||
         std::ranges::any_of(sweep, [](const Axis& a) { return is_network(a.knob); }) ||
         (target && is_network(target->by));
}

void declare_what_if(CLI::App& app, RawWhatIf& raw) {
  const char* const group = "What if";
  app.add_option("--what-if", raw.what_if,
                 "Change the platform or the program: cpu=2x, cores=8, net.latency=10ms, net.bandwidth=1Gbps, "
                 "disk=200MBps; of a part: host:h1:cpu=2x, link:wan:latency=5ms, 'redis-server*:cpu=2x' (repeatable)")
      ->type_name("[SCOPE:]NAME=VALUE")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--split", raw.split,
                 "Put matching processes on a second host like the recording one, SITE, behind a network (repeatable)")
      ->type_name("PATTERN=SITE")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--rtt", raw.rtt, "Round-trip time of that network; default 200us")->type_name("TIME")->group(group);
  app.add_option("--bandwidth", raw.bandwidth, "Its bandwidth in each direction; default 1Gbps")
      ->type_name("RATE")
      ->group(group);
  app.add_option("--dump-platform", raw.dump_platform, "Write the platform that is used as XML (- = standard output)")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--sweep", raw.sweep,
                 "Replay over a range (0.1ms:100ms:log10, 1x:4x:lin7, 1:16:1) or list (1x,2x,4x) of values; "
                 "repeat for a grid. CSV, or --json; -o FILE.csv, .json or .svg")
      ->type_name("[SCOPE:]NAME=VALUES")
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--target", raw.target, "Find the smallest change of --by with which the run takes at most TIME")
      ->type_name("TIME")
      ->group(group);
  app.add_option("--by", raw.by, "What --target may change: cpu, net.bandwidth, 'redis-server*:cpu', …")
      ->type_name("[SCOPE:]NAME")
      ->group(group);
  app.add_flag("--sensitivity", raw.sensitivity,
               "How much the time depends on each host, link, disk, process and (--sample traces) function")
      ->group(group);
  app.add_option("--jobs", raw.jobs, "Replays at a time; default: as many as there are cores")
      ->type_name("N")
      ->check(CLI::Range(1, 1024))
      ->group(group);
}

WhatIf parse_what_if(const RawWhatIf& raw) {
  WhatIf result;
  for (const std::string& text : raw.what_if) result.changes.push_back(parse_change(text));
  for (const std::string& text : raw.split) result.split.push_back(parse_split(text));
  if (!raw.rtt.empty()) result.distance.rtt_s = parse_measure("--rtt", Dimension::time, raw.rtt);
  if (!raw.bandwidth.empty())
    result.distance.bandwidth_Bps = parse_measure("--bandwidth", Dimension::rate, raw.bandwidth);
  result.has_distance = !raw.rtt.empty() || !raw.bandwidth.empty();
  for (const std::string& text : raw.sweep) result.sweep.push_back(parse_axis(text));
  grid_size(result.sweep);
  if (!raw.target.empty()) result.target = parse_target(raw);
  if (raw.target.empty() && !raw.by.empty())
    throw UsageError("--by belongs to --target TIME, e.g. --target 30s --by cpu");
  result.dump_platform_path = raw.dump_platform;
  result.sensitivity = raw.sensitivity;
  result.jobs = raw.jobs;
  const int studies = (raw.sweep.empty() ? 0 : 1) + (raw.target.empty() ? 0 : 1) + (raw.sensitivity ? 1 : 0);
  if (studies > 1)
    throw UsageError("--sweep, --target and --sensitivity answer different questions; ask one at a time");
  return result;
}

void check_what_if(const Options& options) {
  const WhatIf& asked = options.what_if;
  if (!options.platform_path.empty() && !asked.split.empty())
    throw UsageError("--split makes its own platform; with " + options.platform_path + " place processes with --place");
  if (asked.has_distance && asked.split.empty() && !options.platform_path.empty())
    throw UsageError("--rtt and --bandwidth are those of --split; for " + options.platform_path +
                     " use --what-if net.latency=… and net.bandwidth=…");
  if (asked.has_distance && asked.split.empty() && !asked.asks_for_network())
    throw UsageError(
        "--rtt and --bandwidth need --split to say what is on the other side, e.g. --split "
        "'redis-server*=remote'");
  if (asked.is_study() && !options.other_traces.empty())
    throw UsageError("--sweep, --target and --sensitivity take one trace, not --same-experiment");
  const bool dumped = asked.dump_platform_path == "-";
  if (dumped && (options.json || options.output_path == "-" || asked.is_study()))
    throw UsageError("--dump-platform - and the result both want standard output; give --dump-platform a file name");
  const bool shaped =
      !asked.changes.empty() || !asked.split.empty() || asked.is_study() || !asked.dump_platform_path.empty();
  if (shaped && (options.dump_program || !options.save_program_path.empty()))
    throw UsageError("--save-program and --dump-program simulate nothing: what-ifs belong to the next command");
}

std::vector<std::string> shaping_options(const RawWhatIf& raw) {
  std::vector<std::string> list;
  for (const std::string& text : raw.split) list.push_back("--split=" + text);
  if (!raw.rtt.empty()) list.push_back("--rtt=" + raw.rtt);
  if (!raw.bandwidth.empty()) list.push_back("--bandwidth=" + raw.bandwidth);
  for (const std::string& text : raw.what_if) list.push_back("--what-if=" + text);
  return list;
}

}  // namespace simrec::replay
