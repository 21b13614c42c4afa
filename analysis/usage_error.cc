#include "analysis/usage_error.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "trace-format/closest.h"

namespace simrec::analysis {
namespace {

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// CLI11 puts some of its messages on several lines.
std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> rest = app.remaining(true);
  const std::vector<CLI::App*> parsed = app.get_subcommands();
  const bool missing_or_extra = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr ||
                                dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  if (!missing_or_extra || rest.empty()) return one_line(error.what());
  const auto option = std::ranges::find_if(rest, [](const std::string& w) { return w.size() > 1 && w.front() == '-'; });
  if (option != rest.end()) {
    const std::string word = option->substr(0, option->find('='));
    return "there is no option " + word + suggestion(word, options_of(parsed.empty() ? app : *parsed.front()));
  }
  if (parsed.empty())
    return "there is no subcommand '" + rest.front() + "'" + suggestion(rest.front(), commands_of(app));
  return "'" + rest.front() + "' is one argument too many";
}

}  // namespace

std::string explain_usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const std::string text = explain(app, error);
  const std::vector<CLI::App*> parsed = app.get_subcommands();
  return text + (text.ends_with("?") ? " T" : "; t") + "ry `simtrace " +
         (parsed.empty() ? "" : parsed.front()->get_name() + " ") + "--help`";
}

}  // namespace simrec::analysis
