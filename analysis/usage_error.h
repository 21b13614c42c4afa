// Says what is wrong with a command line, and what was probably meant.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace simrec::analysis {

/// One line for an error of parsing; `app` is the whole program, with its subcommands.
std::string explain_usage_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace simrec::analysis
