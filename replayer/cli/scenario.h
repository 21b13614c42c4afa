// What a program is replayed on, as the command line asks for it: a platform file, the recording host's twin, or
// either of them changed; and the twin itself, for the closure error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "replayer/cli/options.h"
#include "replayer/program/program_file.h"
#include "replayer/whatif/platform_document.h"
#include "replayer/whatif/platform_file.h"

namespace simrec::replay {

/// A platform as a prediction names it.
struct NamedPlatform {
  std::string path;
  std::string name;
  std::string sha256;
};

class Scenario {
 public:
  /// Throws ReplayError: a what-if that does not apply, no platform. `recorded` must outlive it.
  Scenario(const Options& options, const SavedProgram& recorded);

  const NamedPlatform& platform() const { return platform_; }
  const NamedPlatform& twin() const { return twin_; }
  /// The platform, to be changed further. Throws ReplayError.
  PlatformDocument document() const;
  /// How to simulate on it.
  SimulateOptions simulation() const;
  /// True if that is the replay on the twin already.
  bool is_closure_run() const;
  /// What was decided that nobody asked for, in words.
  const std::vector<std::string>& remarks() const { return remarks_; }

 private:
  void split(const SavedProgram& recorded);
  std::string base_text() const;
  void change();
  void check_patterns(const Program& program) const;

  const Options& options_;
  PlatformFile twin_file_;
  NamedPlatform twin_, platform_;
  std::string base_text_;  ///< of a platform made by split()
  std::optional<PlatformFile> file_;
  std::vector<PlaceRule> placement_;
  std::vector<std::string> remarks_;
};

}  // namespace simrec::replay
