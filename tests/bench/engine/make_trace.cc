// make_trace MILLIONS_OF_EVENTS TRACE: a trace as simrec would write one of 8 clients and 8 servers that ask and answer
// through pipes, each computing in between. Memory does not grow with the number of events.
#include <sys/syscall.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "trace-format/trace_writer.h"

namespace {

using namespace simrec;

constexpr std::uint32_t kPairs = 8;
constexpr std::int64_t kAskBytes = 40, kAnswerBytes = 5;

/// Writes the events of all threads, interleaved as time goes.
class Recording {
 public:
  Recording(TraceWriter& writer, std::uint64_t rounds) : writer_(writer), rounds_(rounds) {}

  Ns write() {
    for (std::uint32_t p = 0; p < 2 * kPairs; ++p) begin(p);
    for (std::uint64_t r = 0; r < rounds_; ++r)
      for (std::uint32_t pair = 0; pair < kPairs; ++pair) exchange(pair);
    for (std::uint32_t p = 0; p < 2 * kPairs; ++p) {
      event(p, event_kind(PseudoEvent::threadExit), 0, 0, 0, {0, 1});
    }
    return *std::ranges::max_element(now_);
  }

 private:
  void begin(std::uint32_t p) {
    Process process;
    process.index.value = p;
    process.pid = 100 + p;
    process.parent_plus_one = p == 0 ? 0 : 1;
    if (p % 2 == 0)
      for (int i = 0; i < 2; ++i) {
        Object pipe;
        pipe.kind = ObjectKind::pipe;
        pipe.inode = 1000 + objects_.size();
        pipe.capacity_bytes = 65'536;
        objects_.push_back(writer_.put(pipe));
      }
    const std::size_t own = objects_.size() - 2;  // both ends are open when the programs start
    process.descriptors = {{3, objects_[own], false, false}, {4, objects_[own + 1], false, false}};
    writer_.put(process);
    Thread thread;
    thread.index.value = p;
    thread.process.value = p;
    thread.tid = 100 + p;
    writer_.put(thread);
    Image image;
    image.process.value = p;
    image.name = writer_.intern(p % 2 ? "server" : "client");
    image.executable = writer_.intern(p % 2 ? "/bin/server" : "/bin/client");
    image.arguments = {image.executable};
    writer_.put(image);
    now_.push_back(0);
  }

  /// The client asks, the server answers; each waits for the other.
  void exchange(std::uint32_t pair) {
    const std::uint32_t client = 2 * pair, server = client + 1;
    event(client, SYS_write, 40'000 + vary(), 1'500, kAskBytes, {3, kAskBytes});
    event(server, SYS_read, 10'000 + vary(), 1'000, kAskBytes, {3, 4096}, now_[client]);
    event(server, SYS_write, 30'000 + vary(), 1'500, kAnswerBytes, {4, kAnswerBytes});
    event(client, SYS_read, 20'000 + vary(), 1'000, kAnswerBytes, {4, 4096}, now_[server]);
  }

  /// A call that does not return before `not_before`.
  void event(std::uint32_t p, std::uint16_t kind, Ns burst, Ns call, std::int64_t result,
             std::vector<std::int64_t> arguments, Ns not_before = 0) {
    constexpr Ns kWakeUp = 5'000;
    Event e;
    e.thread.value = p;
    e.kind = kind;
    e.burst_ns = burst;
    e.entry_ns = now_[p] + burst;
    e.exit_ns = e.entry_ns + call;
    if (not_before > e.exit_ns) e.exit_ns = not_before + kWakeUp;
    e.call_cpu_ns = call;
    e.result = result;
    e.arguments = arguments;
    writer_.append(e);
    now_[p] = e.exit_ns;
  }

  /// Bursts of real programs are not all alike.
  Ns vary() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<Ns>(state_ >> 54) * 2;
  }

  TraceWriter& writer_;
  std::uint64_t rounds_;
  std::vector<ObjectId> objects_;
  std::vector<Ns> now_;  ///< by thread
  std::uint64_t state_ = 1;
};

void write(const std::string& path, std::uint64_t events) {
  Header header;
  header.tool_version = std::string(kTraceTool) + "synthetic";
  header.host = {"synthetic", "x86_64", "", "", "", "", 2 * kPairs, 0};
  header.calibration.core_speed_flops = 1e9;
  header.calibration.wake_up_ns = 5'000;
  header.command = {"client"};
  TraceWriter writer(path, header);
  const std::uint64_t rounds = std::max<std::uint64_t>(events / (4 * kPairs), 1);
  const Ns end = Recording(writer, rounds).write();
  Footer footer;
  footer.end_ns = footer.root_end_ns = end;
  footer.processes = footer.threads = 2 * kPairs;
  writer.finish(footer);
  std::printf("{\"events\": %llu, \"bytes\": %llu}\n", static_cast<unsigned long long>(writer.events_written()),
              static_cast<unsigned long long>(writer.bytes_written()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: make_trace MILLIONS_OF_EVENTS TRACE\n");
    return 2;
  }
  try {
    write(argv[2], static_cast<std::uint64_t>(std::atof(argv[1]) * 1e6));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_trace: %s\n", error.what());
    return 2;
  }
}
