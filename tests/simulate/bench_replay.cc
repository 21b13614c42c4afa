// Speed of both engines: `bench_replay [MILLIONS_OF_OPS]` on synthetic programs. Figures, no verdict.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "tests/simulate/program_builder.h"

namespace simrec::replay::test {
namespace {

/// Clients that ask a server each, like redis-benchmark: think, send 40 bytes, wait for 5 bytes.
Program request_response(std::uint32_t pairs, std::uint32_t requests) {
  ProgramBuilder b;
  b.program.wake_up_ns = 5 * kUs;
  for (std::uint32_t p = 0; p < pairs; ++p) {
    std::vector<Op> client, server;
    const std::uint32_t there = 2 * p, back = 2 * p + 1;
    for (std::uint32_t i = 1; i <= requests; ++i) {
      client.insert(client.end(), {compute(4 * kUs), send(there, 40), compute(2 * kUs), recv(back, 5 * i)});
      server.insert(server.end(), {recv(there, 40 * i), compute(3 * kUs), send(back, 5), compute(1 * kUs)});
    }
    const std::uint32_t c = b.process("client", std::move(client), p), s = b.process("server", std::move(server), p);
    b.stream(c, s, 2'500'000);
    b.stream(s, c, 2'500'000);
  }
  return b.program;
}

void measure(const char* name, const Program& program, EngineKind engine, bool apart) {
  SimulateOptions options;
  options.engine = engine;
  if (apart) options.placement = {{"server", "b"}};
  const auto start = std::chrono::steady_clock::now();
  const Outcome outcome = simulate(program, platform("two_hosts"), options);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  std::printf("%-34s %-9s %9.2f M ops  %8.3f s  %9.0f ops/s  predicted %.3f s  peak child %ld MB\n", name,
              engine == EngineKind::event ? "event" : "reference", static_cast<double>(outcome.operations) / 1e6,
              seconds, static_cast<double>(outcome.operations) / seconds,
              static_cast<double>(outcome.predicted_ns) / 1e9, usage.ru_maxrss / 1024);
}

}  // namespace
}  // namespace simrec::replay::test

int main(int argc, char** argv) {
  using namespace simrec::replay;
  using namespace simrec::replay::test;
  const double millions = argc > 1 ? std::atof(argv[1]) : 4;
  const auto requests = [&](std::uint32_t pairs) { return static_cast<std::uint32_t>(millions * 1e6 / 8 / pairs); };
  for (const EngineKind engine : {EngineKind::event, EngineKind::reference}) {
    const std::uint32_t slower = engine == EngineKind::event ? 1 : 10;
    for (const std::uint32_t pairs : {1U, 50U})
      for (const bool apart : {false, true}) {
        const std::string name = std::to_string(pairs) + " client/server pairs, " + (apart ? "two hosts" : "one host");
        measure(name.c_str(), request_response(pairs, requests(pairs) / slower), engine, apart);
      }
  }
}
