// Runs a function in a forked child and brings its answer back. SimGrid needs this: one engine per process, and it
// may exit, abort or print at will.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace simrec::replay {

/// What the child may say while it runs.
class ChildReport {
 public:
  explicit ChildReport(int fd) : fd_(fd) {}
  void progress(double fraction);
  /// Sends the answer resp. the error and ends the child process.
  [[noreturn]] void succeed(const std::string& answer);
  [[noreturn]] void fail(const std::string& message);

 private:
  void send(char tag, const std::string& payload);
  int fd_;
};

/// Runs `body` in a child and returns what it handed to succeed(). Throws ReplayError with the message it failed
/// with; if it just died, with the useful line of what it printed about `subject` ("platform x.xml").
/// `progress` (may be empty) runs in the parent.
std::string run_in_child(const std::string& subject, const std::function<void(ChildReport&)>& body,
                         const std::function<void(double)>& progress);

/// How a child ended.
struct ChildEnd {
  bool failed = false;
  std::string text;  ///< what it handed to succeed(), else the message that run_in_child() would throw
};

/// Runs `body(i, …)` for each i below `count` in a child of its own, at most `jobs` (at least 1) at a time, started in
/// order. `done(i, …)` runs in the parent as they end, in any order; so does `progress(i, fraction)`, which may be
/// empty. Throws ReplayError only if no child can be started.
void run_in_children(std::size_t count, std::size_t jobs, const std::string& subject,
                     const std::function<void(std::size_t, ChildReport&)>& body,
                     const std::function<void(std::size_t, ChildEnd)>& done,
                     const std::function<void(std::size_t, double)>& progress);

/// Many lines as one.
std::string one_line(const std::string& text);

/// The line of SimGrid's or the C++ runtime's dying words that tells a user what is wrong; "" if there is none.
std::string useful_line(const std::string& output);

}  // namespace simrec::replay
