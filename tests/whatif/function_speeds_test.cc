#include "replayer/compile/function_speeds.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include "replayer/compile/compile.h"
#include "trace-format/trace.h"

namespace simrec::replay::test {
namespace {

constexpr Ns kMs = 1'000'000;

/// One thread. It computes 10 ms in deflate, 30 ms in crc and 4 ms behind its last sample.
class Sampled {
 public:
  /// `more`: samples before those, with their stacks.
  explicit Sampled(bool samples, const std::vector<std::pair<Ns, std::vector<std::string>>>& more = {}) {
    const ProcessId process = builder_.process(100);
    thread_ = builder_.thread(process, 100);
    const StackId deflate = builder_.stack({"longest_match", "deflate", "main"});
    const StackId crc = builder_.stack({"crc32", "main"});
    const StackId none{};
    pseudo(PseudoEvent::threadStart, 0, {}, none);
    for (const auto& [cpu, stack] : more) {
      call(cpu, none);
      pseudo(PseudoEvent::sample, 0, {cpu}, builder_.stack(stack));
    }
    if (samples) {
      call(4 * kMs, none);
      pseudo(PseudoEvent::sample, 6 * kMs, {10 * kMs}, deflate);
      call(10 * kMs, none);
      pseudo(PseudoEvent::sample, 20 * kMs, {30 * kMs}, crc);
      call(4 * kMs, none);
    } else {
      call(10 * kMs, deflate);
      call(30 * kMs, crc);
      call(4 * kMs, none);
    }
    pseudo(PseudoEvent::threadExit, 0, {0, 1}, none);
    trace_ = builder_.build(at_);
  }

  double computing_ms(const std::vector<FunctionSpeed>& speeds) const {
    CompileOptions options;
    options.functions = speeds;
    Ns sum = 0;
    const Program program = compile(trace_, options);
    for (const Op& op : program.threads.at(0).ops)
      if (op.kind == OpKind::compute) sum += op.value;
    return static_cast<double>(sum) / 1e6;
  }
  const Trace& trace() const { return trace_; }

 private:
  void add(std::uint16_t kind, Ns burst, const std::vector<std::int64_t>& arguments, StackId stack) {
    Event e;
    e.thread = thread_;
    e.kind = kind;
    at_ += burst;
    e.entry_ns = e.exit_ns = at_;
    e.burst_ns = burst;
    e.arguments = arguments;
    e.stack = stack;
    builder_.event(e);
  }
  void call(Ns burst, StackId stack) { add(SYS_getppid, burst, {}, stack); }
  void pseudo(PseudoEvent event, Ns burst, const std::vector<std::int64_t>& arguments, StackId stack) {
    add(event_kind(event), burst, arguments, stack);
  }

  TraceBuilder builder_;
  ThreadId thread_;
  Ns at_ = 0;
  Trace trace_;
};

TEST(FunctionSpeeds, ASampleStandsForTheTimeSinceTheOneBefore) {
  const Sampled sampled(true);
  EXPECT_NEAR(sampled.computing_ms({}), 44, 0.001);
  // Behind the last sample a quarter of the time is deflate's, as before.
  EXPECT_NEAR(sampled.computing_ms({{"deflate", 2}}), 5 + 30 + 4 * 0.875, 0.001);
  EXPECT_NEAR(sampled.computing_ms({{"crc32", 3}}), 10 + 10 + 4 * 0.5, 0.001);
  EXPECT_NEAR(sampled.computing_ms({{"main", 2}}), 22, 0.001) << "with what it calls";
  EXPECT_NEAR(sampled.computing_ms({{"crc*", 0.5}}), 10 + 60 + 4 * 1.75, 0.001);
}

TEST(FunctionSpeeds, WithoutSamplesABurstBelongsToTheStackOfItsCall) {
  const Sampled stacks(false);
  EXPECT_NEAR(stacks.computing_ms({{"deflate", 2}}), 5 + 30 + 4, 0.001);
}

TEST(FunctionSpeeds, ACallIsTheFunctionThere) {
  const Sampled sampled(true, {{8 * kMs, {"crc32", "deflate", "main"}}});
  EXPECT_NEAR(sampled.computing_ms({}), 52, 0.001);
  const double behind = 4;  // computed behind the last sample: of 48 ms, 8 and 30 in crc32
  EXPECT_NEAR(sampled.computing_ms({{"deflate;crc32", 2}}), 52 - 4 - behind * 4 / 48, 0.001);
  EXPECT_NEAR(sampled.computing_ms({{"main;crc32", 2}}), 52 - 15 - behind * 15 / 48, 0.001) << "not through deflate";
  EXPECT_NEAR(sampled.computing_ms({{"main;d*;c*", 2}}), 52 - 4 - behind * 4 / 48, 0.001);
  EXPECT_NEAR(sampled.computing_ms({{"crc32", 2}}), 52 - 19 - behind * 19 / 48, 0.001);
  EXPECT_THROW(sampled.computing_ms({{"crc32;deflate", 2}}), TraceError);
  EXPECT_EQ(functions_worth_a_look(sampled.trace(), 5),
            (std::vector<std::string>{"crc32", "longest_match", "deflate", "main;crc32", "deflate;crc32"}));
}

TEST(FunctionSpeeds, ParametersNeedNotBeTyped) {
  const Sampled sampled(true, {{8 * kMs, {"zip::hash(std::string const&) const", "main"}}});
  const double less = 4 + 4.0 * 4 / 48;  // half of 8 ms, and of its share behind the last sample
  EXPECT_NEAR(sampled.computing_ms({{"zip::hash", 2}}), 52 - less, 0.001);
  EXPECT_NEAR(sampled.computing_ms({{"zip::hash(std*", 2}}), 52 - less, 0.001);
  EXPECT_THROW(sampled.computing_ms({{"hash", 2}}), TraceError);
}

TEST(FunctionSpeeds, SaysWhatThereIs) {
  const Sampled sampled(true);
  try {
    sampled.computing_ms({{"inflate", 2}});
    FAIL();
  } catch (const TraceError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'deflate'?"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("crc32"), std::string::npos) << error.what();
  }
  TraceBuilder builder;
  builder.thread(builder.process(1), 1);
  EXPECT_THROW(compile(builder.build(0), {.functions = {{"f", 2}}}), TraceError);
}

TEST(FunctionSpeeds, LooksAtThoseWithMostTime) {
  EXPECT_EQ(functions_worth_a_look(Sampled(true).trace(), 5),
            (std::vector<std::string>{"crc32", "longest_match", "deflate"}));
  EXPECT_EQ(functions_worth_a_look(Sampled(true).trace(), 1), (std::vector<std::string>{"crc32"}));
}

}  // namespace
}  // namespace simrec::replay::test
