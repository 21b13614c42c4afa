#include "replayer/cli/options.h"

#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "replayer/cli/closest.h"
#include "replayer/simulate/model_terms.h"
#include "trace-format/units.h"

namespace simrec::replay {
namespace {

constexpr const char* kFooter =
    "PATTERN is a glob on the process name ('redis-server*'), pid:N, or cmd:GLOB on the command line.\n"
    "Speeds are SimGrid's: 100Mf, 2.5Gf, 1Tf (f = flop/s of one core).\n"
    "Exit status: 0 success, 2 bad input or usage.\n"
    "Examples:\n"
    "  simreplay trace.capnp                                  on the recording host's twin: is the replay right?\n"
    "  simreplay trace.capnp cluster.xml                      everything on the first host of a platform\n"
    "  simreplay trace.capnp wan.xml --place 'redis-server*=h2' --place 'redis-benchmark=h1'\n"
    "  simreplay trace.capnp --what-if cpu=2x --what-if cores=8\n"
    "  simreplay trace.capnp --split 'redis-server*=remote' --rtt 40ms --bandwidth 100Mbps\n"
    "  simreplay trace.capnp wan.xml --sweep net.latency=0.1ms:100ms:log10 --sweep cpu=1x,2x,4x > sweep.csv\n"
    "  simreplay trace.capnp --target 30s --by cpu            how much faster must the cores be?\n"
    "  simreplay trace.capnp --sensitivity                    what does the time depend on?\n"
    "  simreplay trace.capnp platform.xml --json | jq .predicted_s\n"
    "  simreplay trace.capnp --save-program app.program && simreplay app.program cluster.xml\n"
    "  simreplay a.capnp b.capnp c.capnp platform.xml --same-experiment   three recordings, one prediction\n"
    "  simreplay trace.capnp platform.xml -o p.capnp && simtrace export -o timeline.json p.capnp";

/// Steps that a critical path may take without -o: about 100 MB. A file holds paths of any length.
constexpr std::size_t kPathSteps = 2'000'000;

/// What CLI11 fills in before it is checked and converted.
struct RawOptions {
  std::vector<std::string> places;
  std::vector<std::string> model;
  std::string host_speed;
  std::string engine = "event";
  std::string order;
  bool timeline = false;
  bool no_timeline = false;
  bool no_path = false;
  bool no_closure = false;
  bool no_validity = false;
  bool same_experiment = false;
  std::vector<std::string> more_files;  ///< behind the first two
  RawWhatIf what_if;
};

std::string terms_of_model() {
  std::string text = "Terms of the model:\n";
  for (const ModelTerm& term : model_terms()) {
    const std::string name = term.name;
    text += "  " + name + std::string(14 - std::min<std::size_t>(name.size(), 13), ' ') + term.effect + "\n";
  }
  return text;
}

void declare(CLI::App& app, Options& options, RawOptions& raw) {
  app.set_version_flag("--version", "simreplay " SIMREC_VERSION " (SimGrid " SIMREC_SIMGRID_VERSION ")");
  app.add_option("trace", options.trace_path, "Trace made by simrec (- = standard input), or a program saved from one")
      ->required()
      ->type_name("TRACE");
  app.add_option("platform", options.platform_path, "SimGrid platform file; default: the twin of the recording host")
      ->type_name("PLATFORM.xml");
  app.add_option("more", raw.more_files, "With --same-experiment: traces and a platform (.xml) in any order")
      ->type_name("TRACE");

  const char* const where = "Placement and speed";
  app.add_option("--place", raw.places, "Put matching processes on a platform host (repeatable; the last match wins)")
      ->type_name("PATTERN=HOST")
      ->allow_extra_args(false)
      ->group(where);
  app.add_option("--deploy", options.deployment_path, "Place processes with a SimGrid deployment file")
      ->type_name("FILE.xml")
      ->group(where);
  app.add_option("--host-speed", raw.host_speed,
                 "Speed of the recording host's cores, instead of the one simrec measured")
      ->type_name("SPEED")
      ->group(where);

  declare_what_if(app, raw.what_if);

  const char* const what = "Output";
  app.add_flag("--json", options.json, "Print the prediction as JSON instead of the summary")->group(what);
  app.add_option("-o,--output", options.output_path,
                 "Also write the prediction, with its timeline, to a file (- = standard output)")
      ->type_name("FILE")
      ->group(what);
  app.add_option("--save-program", options.save_program_path,
                 "Write the compiled program to FILE and stop: give it instead of the trace to skip compiling")
      ->type_name("FILE")
      ->group(what);
  app.add_flag("--timeline", raw.timeline, "Keep the timeline of each thread in FILE (the default)")->group(what);
  app.add_flag("--no-timeline", raw.no_timeline, "Leave timeline and critical path out of FILE: much smaller")
      ->group(what);
  app.add_flag("--no-path", raw.no_path, "Do not follow the critical path (\"where the time goes\")")->group(what);
  app.add_flag("-q,--quiet", options.quiet, "No summary, no progress bar; errors only")->group(what);
  app.add_flag("-v,--verbose", options.verbose, "Say on standard error what is being done")->group(what);

  const char* const how = "Simulation";
  app.add_option("--engine", raw.engine, "event (fast) or reference (plain SimGrid, for comparison)")
      ->type_name("ENGINE")
      ->capture_default_str()
      ->group(how);
  app.add_option("--order", raw.order,
                 "Event loops serve their sources in order of arrival on the platform (the default), or as recorded")
      ->type_name("ORDER")
      ->group(how);
  app.add_option("--model", raw.model, "Switch a term of the model on or off (repeatable); its terms are listed below")
      ->type_name("TERM=on|off")
      ->allow_extra_args(false)
      ->group(how);
  app.add_option("--cfg", options.simgrid_config, "Set a SimGrid option, behind ours (repeatable)")
      ->type_name("KEY:VALUE")
      ->allow_extra_args(false)
      ->group(how);
  app.add_flag("--no-closure", raw.no_closure, "Do not replay on the twin as well to find the closure error")
      ->group(how);
  app.add_flag("--no-validity", raw.no_validity,
               "Do not replay otherwise as well to find how much depends on what a trace cannot tell")
      ->group(how);
  app.add_flag("--same-experiment", raw.same_experiment,
               "The traces are recordings of one program: predict their median, and the interval from their spread")
      ->group(how);
  app.add_flag("--dump-program", options.dump_program, "Print the causal program instead of simulating it")->group(how);
  app.footer(terms_of_model() + kFooter);
}

PlaceRule parse_place(const std::string& text) {
  // A command line pattern may hold '=' itself; host names do not.
  const std::size_t at = text.rfind('=');
  if (at == std::string::npos || at == 0 || at + 1 == text.size()) {
    throw UsageError("--place '" + text + "' is not PATTERN=HOST, e.g. --place 'redis-server*=h2'");
  }
  return {text.substr(0, at), text.substr(at + 1)};
}

void switch_term(NetworkModel& model, const std::string& text) {
  const std::size_t at = text.find('=');
  const std::string name = text.substr(0, at), value = at == std::string::npos ? "" : text.substr(at + 1);
  std::vector<std::string> names;
  for (const ModelTerm& term : model_terms()) {
    names.emplace_back(term.name);
    if (name != term.name) continue;
    if (value != "on" && value != "off")
      throw UsageError("--model '" + text + "' is not TERM=on or TERM=off, e.g. --model " + name + "=off");
    model.*term.on = value == "on";
    return;
  }
  throw UsageError("--model '" + text + "': there is no term '" + name + "'" + suggestion(name, names) +
                   "; see the terms in `simreplay --help`");
}

double parse_host_speed(const std::string& text) {
  const auto speed = parse_speed(text);
  if (!speed)
    throw UsageError("--host-speed '" + text +
                     "' is not a speed in flop/s like 100Mf, 2.5Gf or 1Tf (the f is needed, k M G T P E before it)");
  return *speed;
}

template <class Value>
struct Choice {
  std::string name;
  Value value;
};

/// The one of two values that `text` names.
template <class Value>
Value parse_choice(const char* option, const std::string& text, const Choice<Value> (&choices)[2]) {
  for (const Choice<Value>& choice : choices)
    if (choice.name == text) return choice.value;
  const std::string names[] = {choices[0].name, choices[1].name};
  throw UsageError(std::string(option) + " '" + text + "' does not exist" + suggestion(text, names) +
                   (closest(text, names).empty() ? "; choose " + names[0] + " or " + names[1] : ""));
}

void require_readable(const std::string& path, const char* what) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    throw UsageError(std::string("cannot read ") + what + " '" + path + "': " + std::strerror(errno));
  if (S_ISDIR(status.st_mode))
    throw UsageError(std::string("cannot read ") + what + " '" + path + "': it is a directory");
  if (S_ISREG(status.st_mode) && status.st_size == 0) throw UsageError(std::string(what) + " '" + path + "' is empty");
}

/// Several recordings and perhaps a platform, in any order; a platform is what ends in .xml.
void sort_out_files(Options& options, const RawOptions& raw) {
  if (!raw.same_experiment) {
    if (!raw.more_files.empty())
      throw UsageError("'" + raw.more_files.front() +
                       "' is one argument too many: simreplay TRACE [PLATFORM.xml], or several traces of one program "
                       "with --same-experiment; try `simreplay --help`");
    if (options.platform_path.ends_with(".capnp") && !options.trace_path.ends_with(".xml"))
      throw UsageError("'" + options.platform_path +
                       "' is no platform; for several recordings of one program add --same-experiment");
    return;
  }
  std::vector<std::string> files = {options.trace_path, options.platform_path}, traces;
  files.insert(files.end(), raw.more_files.begin(), raw.more_files.end());
  options.platform_path.clear();
  for (const std::string& file : files) {
    if (!file.ends_with(".xml")) {
      if (!file.empty()) traces.push_back(file);
    } else if (options.platform_path.empty()) {
      options.platform_path = file;
    } else {
      throw UsageError("there are two platforms, '" + options.platform_path + "' and '" + file + "'; give one");
    }
  }
  if (traces.size() < 2)
    throw UsageError("--same-experiment is for several recordings of one program; give at least two traces");
  options.trace_path = traces.front();
  options.other_traces.assign(traces.begin() + 1, traces.end());
}

void check(const Options& options, const RawOptions& raw) {
  if (options.trace_path.ends_with(".xml") && options.platform_path.ends_with(".capnp"))
    throw UsageError("trace and platform are swapped: simreplay TRACE PLATFORM.xml");
  if (options.trace_path != "-") require_readable(options.trace_path, "trace");
  for (const std::string& trace : options.other_traces) require_readable(trace, "trace");
  if (!options.platform_path.empty()) require_readable(options.platform_path, "platform");
  if (!options.deployment_path.empty()) require_readable(options.deployment_path, "deployment");
  check_what_if(options);
  if (options.json && options.output_path == "-" && !options.what_if.is_study())
    throw UsageError("--json and -o - both want standard output; give -o a file name");
  if (!options.save_program_path.empty() && (!options.platform_path.empty() || !options.output_path.empty()))
    throw UsageError("--save-program only compiles: a platform or -o belongs to the next command");
  if (options.quiet && options.verbose) throw UsageError("-q and -v contradict each other");
  if (raw.timeline && raw.no_timeline) throw UsageError("--timeline and --no-timeline contradict each other");
  if ((raw.timeline || raw.no_timeline) && (options.output_path.empty() || options.what_if.is_study()))
    throw UsageError("--timeline and --no-timeline need -o FILE, which holds the timeline of a prediction");
  for (const std::string& setting : options.simgrid_config) {
    if (setting.find(':') == std::string::npos || setting.front() == ':')
      throw UsageError("--cfg '" + setting + "' is not KEY:VALUE, e.g. --cfg network/TCP-gamma:4194304");
  }
}

/// The options that change the numbers, in the order typed.
std::vector<std::string> shaping_options(const Options& options, const RawOptions& raw) {
  std::vector<std::string> list;
  for (const std::string& place : raw.places) list.push_back("--place=" + place);
  if (!options.deployment_path.empty()) list.push_back("--deploy=" + options.deployment_path);
  if (!raw.host_speed.empty()) list.push_back("--host-speed=" + raw.host_speed);
  for (std::string& option : shaping_options(raw.what_if)) list.push_back(std::move(option));
  if (raw.engine != "event") list.push_back("--engine=" + raw.engine);
  for (const std::string& term : raw.model) list.push_back("--model=" + term);
  for (const std::string& setting : options.simgrid_config) list.push_back("--cfg=" + setting);
  return list;
}

std::vector<std::string> long_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  std::string text = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && !app.remaining().empty()) {
    std::string word = app.remaining().front();
    word = word.substr(0, word.find('='));
    text = "there is no option " + word + suggestion(word, long_names(app));
  }
  for (char& c : text) c = c == '\n' ? ' ' : c;
  return text;
}

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv) {
  CLI::App app("Predicts how long a recorded run takes on another platform, by simulating its trace with SimGrid.",
               "simreplay");
  Options options;
  RawOptions raw;
  declare(app, options, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app.exit(error);
      return std::nullopt;
    }
    const std::string text = explain(app, error);
    throw UsageError(text + (text.ends_with("?") ? " T" : "; t") + "ry `simreplay --help`");
  }
  for (const std::string& place : raw.places) options.placement.push_back(parse_place(place));
  if (!raw.host_speed.empty()) options.host_speed_flops = parse_host_speed(raw.host_speed);
  for (const std::string& term : raw.model) switch_term(options.model, term);
  options.engine = parse_choice<EngineKind>("--engine", raw.engine,
                                            {{"event", EngineKind::event}, {"reference", EngineKind::reference}});
  if (!raw.order.empty())
    options.order =
        parse_choice<Order>("--order", raw.order, {{"arrival", Order::arrival}, {"recorded", Order::recorded}});
  options.what_if = parse_what_if(raw.what_if);
  options.closure = !raw.no_closure;
  options.validity = !raw.no_validity;
  sort_out_files(options, raw);
  options.timeline = !options.output_path.empty() && !raw.no_timeline;
  options.path_steps = raw.no_path || raw.no_timeline ? 0 : options.timeline ? SIZE_MAX : kPathSteps;
  options.shaping = shaping_options(options, raw);
  check(options, raw);
  return options;
}

}  // namespace simrec::replay
