// Writes the sample predictions for scripts: write_prediction two-sites|bare FILE, or large FILE INTERVALS THREADS
#include <cstdio>
#include <exception>
#include <string>

#include "tests/analysis/sample_prediction.h"
#include "trace-format/prediction_file.h"

int main(int argc, char** argv) {
  using namespace simrec;
  try {
    const std::string kind = argc > 2 ? argv[1] : "";
    if (kind == "two-sites") {
      write_prediction(argv[2], test::two_site_prediction());
    } else if (kind == "bare") {
      write_prediction(argv[2], test::bare_prediction());
    } else if (kind == "large" && argc == 5) {
      write_prediction(argv[2],
                       test::large_prediction(std::stoull(argv[3]), static_cast<std::uint32_t>(std::stoul(argv[4]))));
    } else {
      std::fprintf(stderr, "usage: %s two-sites|bare FILE | large FILE INTERVALS THREADS\n", argv[0]);
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  return 0;
}
