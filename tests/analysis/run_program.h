// Runs one of the programs as a user would and returns what it said.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace simrec::test {

struct Result {
  int status = -1;  ///< exit status; 128 + signal when killed
  std::string out;
  std::string err;
};

/// Runs argv[0] with its arguments, empty standard input, no terminal; waits for its end.
Result run_program(const std::vector<std::string>& argv);

/// Same, with standard output into a descriptor-like path ("/dev/full").
Result run_program_into(const std::vector<std::string>& argv, const std::string& output_path);

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& bytes);

/// A directory of its own for each test, removed afterwards.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace simrec::test
