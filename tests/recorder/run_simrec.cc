#include "tests/recorder/run_simrec.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace simrec::record::testing {
namespace {

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void redirect(int fd, const std::string& path, int flags) { dup2(open(path.c_str(), flags | O_CLOEXEC, 0600), fd); }

}  // namespace

ScratchDirectory::ScratchDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "simrec-test-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

RunningSimrec::RunningSimrec(const ScratchDirectory& directory, const std::vector<std::string>& arguments)
    : directory_(directory), pid_(fork()) {
  if (pid_ != 0) return;
  setsid();
  if (chdir(directory.path().c_str()) != 0) _exit(99);
  redirect(0, "/dev/null", O_RDONLY);
  redirect(1, directory.file("stdout"), O_WRONLY | O_CREAT | O_TRUNC);
  redirect(2, directory.file("stderr"), O_WRONLY | O_CREAT | O_TRUNC);
  std::vector<char*> argv{const_cast<char*>("simrec")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(SIMREC_EXECUTABLE, argv.data());
  _exit(99);
}

RunningSimrec::~RunningSimrec() {
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

Finished RunningSimrec::wait() {
  Finished finished;
  waitpid(pid_, &finished.status, 0);
  pid_ = 0;
  finished.out = contents(directory_.file("stdout"));
  finished.err = contents(directory_.file("stderr"));
  return finished;
}

Finished run_simrec(const ScratchDirectory& directory, const std::vector<std::string>& arguments) {
  return RunningSimrec(directory, arguments).wait();
}

bool appears(const std::string& file) {
  for (int i = 0; i < 6000; ++i) {
    std::error_code missing;
    if (std::filesystem::file_size(file, missing) > 0 && !missing) return true;
    usleep(10000);
  }
  return false;
}

}  // namespace simrec::record::testing
