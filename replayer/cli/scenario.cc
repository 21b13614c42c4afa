#include "replayer/cli/scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "replayer/simulate/placement.h"
#include "replayer/whatif/points.h"
#include "replayer/whatif/two_sites.h"
#include "trace-format/sha256.h"
#include "trace-format/twin.h"

namespace simrec::replay {
namespace {

constexpr const char* kRemote = "remote";

std::string distance_text(const Distance& distance) {
  return "round trip " + amount_text(info_of(Quantity::latency), {distance.rtt_s, false}) + ", " +
         amount_text(info_of(Quantity::bandwidth), {distance.bandwidth_Bps, false});
}

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in && !in.eof()) throw ReplayError("platform file " + path + " cannot be read");
  return text;
}

std::string changes_text(const std::vector<Change>& changes) {
  std::string text;
  for (const Change& change : changes) text += (text.empty() ? " with " : ", ") + text_of(change);
  return text;
}

}  // namespace

Scenario::Scenario(const Options& options, const SavedProgram& recorded)
    : options_(options),
      twin_file_(twin_platform_xml(recorded.source.header, IdleCores::recording)),
      twin_{twin_file_.path(), "the twin of " + twin_host_name(recorded.source.header),
            sha256_of(twin_file_.text()).hex()},
      placement_(options.placement) {
  platform_ = twin_;
  if (!options.platform_path.empty())
    platform_ = {options.platform_path, options.platform_path, sha256_of_file(options.platform_path).hex()};
  split(recorded);
  if (!base_text_.empty() || options.what_if.makes_platform()) change();
  platform_.name += changes_text(options.what_if.changes);
  check_patterns(recorded.program);
}

void Scenario::split(const SavedProgram& recorded) {
  const WhatIf& what_if = options_.what_if;
  const std::string home = twin_host_name(recorded.source.header);
  std::vector<PlaceRule> rules = what_if.split;
  std::vector<std::string> sites;
  for (const PlaceRule& rule : rules) sites.push_back(rule.host);
  if (rules.empty() && what_if.asks_for_network() && options_.platform_path.empty()) {
    const ImpliedSplit implied = implied_split(recorded.program, home, kRemote);
    if (implied.rules.empty())
      throw ReplayError(
          "a network can be changed where there is one: on the twin everything runs on one host, and no "
          "two processes talk over TCP; put some elsewhere with --split 'PATTERN=remote', or give a "
          "platform and --place");
    rules = implied.rules;
    sites = {kRemote};
    remarks_.push_back(implied.servers + " is put on a second host, \"remote\", behind a network (" +
                       distance_text(what_if.distance) + "), because of its connections with " + implied.clients +
                       "; --split says otherwise");
  }
  if (rules.empty()) return;
  const std::string host = twin_platform_xml(recorded.source.header, IdleCores::native);
  base_text_ = sites_platform_xml(host, sites, what_if.distance);
  std::ranges::sort(sites);
  sites.erase(std::unique(sites.begin(), sites.end()), sites.end());
  platform_.name = home;
  for (const std::string& site : sites) platform_.name += " and " + site;
  platform_.name += " (" + distance_text(what_if.distance) + ")";
  placement_.insert(placement_.begin(), rules.begin(), rules.end());
}

std::string Scenario::base_text() const {
  if (!base_text_.empty()) return base_text_;
  return options_.platform_path.empty() ? twin_file_.text() : read_text(options_.platform_path);
}

void Scenario::change() {
  const PlatformDocument edited = changed(document(), options_.what_if.changes);
  file_.emplace(edited.text());
  platform_.path = file_->path();
  platform_.sha256 = sha256_of(file_->text()).hex();
}

PlatformDocument Scenario::document() const {
  if (file_) return PlatformDocument(file_->text(), platform_.name);
  const std::filesystem::path directory = std::filesystem::path(options_.platform_path).parent_path();
  return PlatformDocument(base_text(), platform_.name, directory.empty() ? "." : directory.string());
}

SimulateOptions Scenario::simulation() const {
  SimulateOptions how;
  how.engine = options_.engine;
  how.placement = placement_;
  how.cpu = cpu_rules(options_.what_if.changes);
  how.deployment_file = options_.deployment_path;
  how.host_speed_flops = options_.host_speed_flops;
  how.timeline = options_.timeline;
  how.model = options_.model;
  how.simgrid_config = options_.simgrid_config;
  return how;
}

bool Scenario::is_closure_run() const {
  return options_.platform_path.empty() && placement_.empty() && options_.deployment_path.empty() &&
         options_.host_speed_flops <= 0 && options_.simgrid_config.empty() && options_.what_if.changes.empty();
}

/// Who writes the name of a host or link where a process is meant is told how to.
void Scenario::check_patterns(const Program& program) const {
  for (const Change& change : options_.what_if.changes) {
    if (change.knob.scope != ScopeKind::process) continue;
    try {
      cpu_time_factors(program, cpu_rules({change}));
    } catch (const ReplayError& error) {
      const std::vector<std::string> hosts = document().host_names();
      const bool host = std::ranges::find(hosts, change.knob.pattern) != hosts.end();
      throw ReplayError(error.what() +
                        std::string(host ? "; for the host write host:" + change.knob.pattern + ":cpu" : ""));
    }
  }
}

}  // namespace simrec::replay
