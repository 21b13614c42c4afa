#include "replayer/simulate/child_run.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <list>
#include <regex>
#include <sstream>
#include <utility>
#include <vector>

#include "replayer/simulate/simulate.h"

namespace simrec::replay {
namespace {

constexpr std::size_t kKeptOutput = 64 * 1024;  ///< of the child's stderr

[[noreturn]] void fail_errno(const char* what) {
  throw ReplayError(std::string("cannot start the simulation: ") + what + ": " + std::strerror(errno));
}

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { reset(); }
  int get() const { return fd_; }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

std::pair<Fd, Fd> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail_errno("pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

/// Kills and reaps the child unless it was waited for.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_;
};

void write_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t n = ::write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) ::_exit(1);  // the parent is gone: nobody left to tell
    data += n;
    size -= static_cast<std::size_t>(n);
  }
}

/// Takes what there is; false at the end of the file.
bool read_some(int fd, std::string& into) {
  std::array<char, 65536> buffer;
  const ssize_t n = ::read(fd, buffer.data(), buffer.size());
  if (n > 0) into.append(buffer.data(), static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

/// The frames a child sent so far: a tag, the payload's size, the payload.
class Frames {
 public:
  std::string bytes;
  bool next(char& tag, std::string& payload) {
    std::uint64_t size = 0;
    if (bytes.size() - at_ < 1 + sizeof size) return compact();
    std::memcpy(&size, bytes.data() + at_ + 1, sizeof size);
    if (bytes.size() - at_ - 1 - sizeof size < size) return compact();
    tag = bytes[at_];
    payload.assign(bytes, at_ + 1 + sizeof size, size);
    at_ += 1 + sizeof size + size;
    return true;
  }

 private:
  bool compact() {
    bytes.erase(0, std::exchange(at_, 0));
    return false;
  }
  std::size_t at_ = 0;
};

[[noreturn]] void run_child(const std::function<void(ChildReport&)>& body, int answers, int errors) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(errors, STDERR_FILENO);
  ::dup2(errors, STDOUT_FILENO);  // machine output is the parent's alone
  ::signal(SIGPIPE, SIG_IGN);
  ChildReport report(answers);
  try {
    body(report);
    report.fail("the simulation ended without a result");
  } catch (const std::bad_alloc&) {
    report.fail("not enough memory for this simulation");
  } catch (const std::exception& e) {
    report.fail(one_line(e.what()));
  }
}

std::string cause_of_death(const std::string& subject, int status, const std::string& output) {
  if (std::string line = useful_line(output); !line.empty()) return "SimGrid gives up on " + subject + ": " + line;
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    if (signal == SIGKILL) return "the simulation was killed (out of memory?)";
    return std::string("the simulation died of signal ") + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
  }
  return "the simulation ended without a result";
}

}  // namespace

void ChildReport::send(char tag, const std::string& payload) {
  const std::uint64_t size = payload.size();
  write_all(fd_, &tag, 1);
  write_all(fd_, reinterpret_cast<const char*>(&size), sizeof size);
  write_all(fd_, payload.data(), payload.size());
}

void ChildReport::progress(double fraction) {
  send('p', std::string(reinterpret_cast<const char*>(&fraction), sizeof fraction));
}

void ChildReport::succeed(const std::string& answer) {
  send('a', answer);
  ::_exit(0);  // no destructors: SimGrid's take long and may complain
}

void ChildReport::fail(const std::string& message) {
  send('e', message);
  ::_exit(2);
}

namespace {

/// A child under way: what it has said so far.
class Running {
 public:
  Running(std::size_t index, const std::function<void(std::size_t, ChildReport&)>& body)
      : index_(index), answers_(make_pipe()), errors_(make_pipe()), child_(start(body)) {
    answers_.second.reset();
    errors_.second.reset();
  }

  std::size_t index() const { return index_; }
  int answers() const { return answers_.first.get(); }
  int errors() const { return errors_.first.get(); }
  bool ended() const { return answers() < 0 && errors() < 0; }

  void hear_errors() {
    if (!read_some(errors(), output_)) errors_.first.reset();
    if (output_.size() > 2 * kKeptOutput) output_.erase(0, output_.size() - kKeptOutput);
  }

  void hear_answers(const std::function<void(std::size_t, double)>& progress) {
    if (!read_some(answers(), frames_.bytes)) answers_.first.reset();
    char tag = 0;
    for (std::string payload; frames_.next(tag, payload);) {
      if (tag == 'p' && progress && payload.size() == sizeof(double)) {
        double fraction = 0;
        std::memcpy(&fraction, payload.data(), sizeof fraction);
        progress(index_, fraction);
      }
      if (tag == 'a') answered_ = true, end_.text = std::move(payload);
      if (tag == 'e') end_ = {true, std::move(payload)};
    }
  }

  /// Once it has ended.
  ChildEnd reap(const std::string& subject) {
    const int status = child_.wait();
    if (!answered_ && !end_.failed) end_ = {true, cause_of_death(subject, status, output_)};
    return std::move(end_);
  }

 private:
  pid_t start(const std::function<void(std::size_t, ChildReport&)>& body) const {
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) fail_errno("fork");
    if (pid == 0) {
      if (::getppid() != parent) ::_exit(1);
      run_child([&](ChildReport& report) { body(index_, report); }, answers_.second.get(), errors_.second.get());
    }
    return pid;
  }

  std::size_t index_;
  std::pair<Fd, Fd> answers_, errors_;
  Child child_;
  Frames frames_;
  std::string output_;
  ChildEnd end_;
  bool answered_ = false;
};

}  // namespace

void run_in_children(std::size_t count, std::size_t jobs, const std::string& subject,
                     const std::function<void(std::size_t, ChildReport&)>& body,
                     const std::function<void(std::size_t, ChildEnd)>& done,
                     const std::function<void(std::size_t, double)>& progress) {
  std::list<Running> running;
  std::size_t next = 0;
  std::vector<pollfd> fds;
  while (next < count || !running.empty()) {
    while (next < count && running.size() < std::max<std::size_t>(jobs, 1)) running.emplace_back(next++, body);
    fds.clear();
    for (const Running& child : running) {
      fds.push_back({child.answers(), POLLIN, 0});
      fds.push_back({child.errors(), POLLIN, 0});
    }
    if (::poll(fds.data(), fds.size(), -1) < 0) {
      if (errno == EINTR) continue;
      fail_errno("poll");
    }
    auto fd = fds.begin();
    for (auto child = running.begin(); child != running.end(); fd += 2) {
      if (fd[0].revents) child->hear_answers(progress);
      if (fd[1].revents) child->hear_errors();
      if (!child->ended()) {
        ++child;
        continue;
      }
      done(child->index(), child->reap(subject));
      child = running.erase(child);
    }
  }
}

std::string run_in_child(const std::string& subject, const std::function<void(ChildReport&)>& body,
                         const std::function<void(double)>& progress) {
  ChildEnd end;
  std::function<void(std::size_t, double)> heard;
  if (progress) heard = [&](std::size_t, double fraction) { progress(fraction); };
  run_in_children(
      1, 1, subject, [&](std::size_t, ChildReport& report) { body(report); },
      [&](std::size_t, ChildEnd ended) { end = std::move(ended); }, heard);
  if (end.failed) throw ReplayError(end.text);
  return std::move(end.text);
}

std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string useful_line(const std::string& output) {
  static const std::regex log_line(R"(^\[[^\]]*\].*\[[a-z0-9_]+/(CRITICAL|ERROR)\] (.+)$)");
  std::istringstream lines(output);
  std::string best, line;
  std::smatch match;
  while (std::getline(lines, line)) {
    if (std::regex_match(line, match, log_line)) {
      if (best.empty()) best = match[2];
    } else if (const auto what = line.find("what():"); what != std::string::npos && best.empty()) {
      best = line.substr(line.find_first_not_of(' ', what + 7));
    }
  }
  return best;
}

}  // namespace simrec::replay
