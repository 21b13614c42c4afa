// simrec: records a program into a trace.
#include <exception>
#include <iostream>

#include "recorder/doctor.h"
#include "recorder/launch.h"
#include "recorder/options.h"
#include "recorder/recording.h"
#include "trace-format/terminal.h"

int main(int argc, char** argv) {
  using namespace simrec::record;
  int exit_status = 0;
  try {
    const auto options = parse_options(argc, argv, exit_status);
    if (!options) return exit_status;
    if (options->doctor) return doctor(std::cout, simrec::wants_colour(1));
    return record(*options);
  } catch (const LaunchError& error) {
    std::cerr << "simrec: " << error.what() << '\n';
    return error.exit_code();
  } catch (const std::exception& error) {
    std::cerr << "simrec: " << error.what() << '\n';
    return kExitOwnFailure;
  }
}
