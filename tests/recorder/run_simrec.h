// Runs simrec in a directory of its own that is gone afterwards.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace simrec::record::testing {

class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

struct Finished {
  int status = 0;  ///< as wait(2) encodes it
  std::string out;
  std::string err;
};

/// A running simrec, in a session of its own. Kills it and its group if it is still there at the end.
class RunningSimrec {
 public:
  RunningSimrec(const ScratchDirectory& directory, const std::vector<std::string>& arguments);
  ~RunningSimrec();
  RunningSimrec(const RunningSimrec&) = delete;
  RunningSimrec& operator=(const RunningSimrec&) = delete;
  pid_t pid() const { return pid_; }
  Finished wait();

 private:
  const ScratchDirectory& directory_;
  pid_t pid_;
};

/// Runs `simrec ARGUMENTS` in `directory` and waits.
Finished run_simrec(const ScratchDirectory& directory, const std::vector<std::string>& arguments);

/// Waits until the file exists and is not empty; false after a minute.
bool appears(const std::string& file);

}  // namespace simrec::record::testing
