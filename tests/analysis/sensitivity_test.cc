// The validity meter on small programs, with a replay that adds up what the first thread does; and what becomes of
// several recordings.
#include "replayer/cli/sensitivity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "replayer/cli/conclusion.h"

namespace simrec::replay {
namespace {

Program program_of(std::vector<Op> ops) {
  Program program;
  program.processes.resize(1);
  program.threads.resize(1);
  program.threads[0].ops = std::move(ops);
  return program;
}

Op compute(Ns ns) { return {OpKind::compute, Cause::none, 0, 0, ns}; }
Op sleep(Ns ns, std::uint16_t flags) { return {OpKind::sleep, Cause::sleep, flags, 0, ns}; }

Outcome add_up(const Program& program) {
  Outcome outcome;
  for (const Op& op : program.threads[0].ops)
    if (op.kind == OpKind::compute || op.kind == OpKind::sleep) outcome.predicted_ns += op.value;
  return outcome;
}

Sensitivity measure(const Program& program, Laboratory laboratory = {add_up, {}}) {
  return measure_sensitivity(program, add_up(program), Order::arrival, laboratory);
}

TEST(Sensitivity, TheShareIsWhatThePredictionLosesWithoutTheDoubtfulThing) {
  const Sensitivity found =
      measure(program_of({compute(600), sleep(300, kOutside), sleep(100, kExpired), sleep(0, 0)}));
  EXPECT_NEAR(share_of(found.doubts, kOutsideWaits), 0.3, 1e-9);
  EXPECT_NEAR(share_of(found.doubts, kExpiredTimeouts), 0.1, 1e-9);
  EXPECT_EQ(found.doubts.size(), 2u) << "what did not occur is no doubt";
  EXPECT_EQ(found.doubts[0].count, 1u);
}

TEST(Sensitivity, ASleepThatWasAskedForIsNoDoubt) {
  EXPECT_TRUE(measure(program_of({compute(10), sleep(1000, 0)})).doubts.empty());
}

TEST(Sensitivity, CpuShareIsTheElasticity) {
  EXPECT_NEAR(measure(program_of({compute(1'000'000), sleep(3'000'000, 0)})).cpu_share.value(), 0.25, 1e-6);
}

TEST(Sensitivity, ChanceInOneBurstCancelsOutAndIsNoDoubt) {
  const Op wait{OpKind::wait, Cause::sync, kWoke, 0, 0};
  const Sensitivity found = measure(program_of({compute(100'000), wait}));
  EXPECT_NEAR(share_of(found.doubts, kRecordedOrder), 0, 1e-9);
  EXPECT_NEAR(found.burst_chance.value(), 0.1, 1e-6);
  EXPECT_NEAR(measure(program_of({compute(100'000'000)})).burst_chance.value(), 0.01, 1e-6) << "100 ms vary less";
}

TEST(Sensitivity, WaitsThatOutlastATimeoutDependOnItWholly) {
  Outcome outcome = add_up(program_of({compute(600)}));
  outcome.outlasting_waits = 2;
  outcome.outlasting_ns = 150;
  const Sensitivity found = measure_sensitivity(program_of({compute(600)}), outcome, Order::arrival, {add_up, {}});
  EXPECT_NEAR(share_of(found.doubts, kOutlastedTimeouts), 0.25, 1e-9);
}

TEST(Sensitivity, SmallWritesAndUnseenEndsAreTurnedRound) {
  const auto replay = [](const Program& program) {
    Outcome outcome;
    for (const Op& op : program.threads[0].ops) {
      outcome.predicted_ns += 100;
      if (op.kind == OpKind::send && (op.flags & kNagle)) outcome.predicted_ns += 450;
      if (op.kind == OpKind::sleep) outcome.predicted_ns += op.value;
      if (op.kind == OpKind::wait && (op.flags & kAfterAll)) outcome.predicted_ns += 200;
    }
    return outcome;
  };
  const Program program = program_of({{OpKind::send, Cause::none, kNagle, 0, 1},
                                      {OpKind::sleep, Cause::network, kNagle, 0, 50},
                                      {OpKind::wait, Cause::sync, kAfterAll, 0, 0}});
  Outcome outcome = replay(program);
  outcome.counts = {{"network flows", 1}};
  const auto found = measure_sensitivity(program, outcome, Order::arrival, {replay, {}}).doubts;
  EXPECT_NEAR(share_of(found, kSmallWrites), 0.5, 1e-9);
  EXPECT_NEAR(share_of(found, kUnseenEnds), 0.2, 1e-9);
  outcome.counts.clear();  // on one host nothing waits for acknowledgements
  EXPECT_EQ(measure_sensitivity(program, outcome, Order::arrival, {replay, {}}).doubts.size(), 1u);
}

TEST(Sensitivity, PacketsBetweenHostsCostAKernelMoreThanLoopbacks) {
  constexpr Ns kUs = 1000;
  Program program = program_of({{OpKind::recv, Cause::none, kWoke, 0, 10},
                                {OpKind::recv, Cause::none, 0, 1, 10},
                                compute(80 * kUs),
                                {OpKind::recv, Cause::none, kWoke, 2, 10},
                                compute(20 * kUs)});
  program.processes.resize(2);
  program.threads.resize(2);
  program.threads[1].process = 1;
  program.streams.resize(3);
  program.streams[0].writer_thread = program.streams[1].writer_thread = 1;  // stream 2 stays on its host
  Outcome outcome = add_up(program);
  outcome.counts = {{"network flows", 3}};
  outcome.processes.resize(2);
  outcome.processes[0].host = "h1";
  outcome.processes[1].host = "h2";
  const auto share = [&] {
    return share_of(measure_sensitivity(program, outcome, Order::arrival, {add_up, {}}).doubts, kPacketWork);
  };
  EXPECT_NEAR(share(), 0.22, 1e-9);  // of stream 1, nobody slept
  outcome.processes[1].host = "h1";
  EXPECT_EQ(share(), 0);
}

TEST(Sensitivity, BeyondADeadlineThePredictionIsOtherWork) {
  Program program = program_of({compute(400)});
  program.native_estimate_ns = 100;
  EXPECT_EQ(share_of(measure(program).doubts, kDeadlines), 0);
  program.quality.deadline_ns = 90;
  EXPECT_NEAR(share_of(measure(program).doubts, kDeadlines), 0.75, 1e-9);
}

TEST(Sensitivity, CompilesOtherwiseWhereThatIsNeeded) {
  Program program = program_of({compute(1000)});
  program.counts = {{"spins folded", 7}, {"event-loop handlers in order of arrival", 5}, {"EAGAIN", 2}};
  const Sensitivity found = measure(
      program, {add_up, [](Order order, Spins spins) {
                  return program_of({compute(order == Order::recorded ? 1500 : spins == Spins::unfolded ? 1200 : 900)});
                }});
  EXPECT_NEAR(share_of(found.doubts, kArrivalOrder), 0.5, 1e-9);
  EXPECT_NEAR(share_of(found.doubts, kSpins), 0.2, 1e-9);
  EXPECT_NEAR(share_of(found.doubts, kEmptyHanded), 0.1, 1e-9);
}

TEST(Sensitivity, WhatCannotBeReplayedIsCountedButNotMeasured) {
  const Program program = program_of({compute(600), sleep(300, kOutside)});
  const auto unmeasured = [](const Sensitivity& found) {
    ASSERT_EQ(found.doubts.size(), 1u);
    EXPECT_LT(found.doubts[0].share, 0);
    EXPECT_FALSE(found.cpu_share);
  };
  unmeasured(measure(program, {}));
  unmeasured(measure(program, {[](const Program&) -> Outcome { throw ReplayError("it stands still"); }, {}}));
  Outcome huge = add_up(program);
  huge.operations = kMostOperations + 1;
  unmeasured(measure_sensitivity(program, huge, Order::arrival, {add_up, {}}));
}

Replayed replayed(double seconds, const std::string& name) {
  Replayed r;
  r.prediction.summary.trace_name = name;
  r.prediction.summary.predicted_ns = std::llround(seconds * 1e9);
  r.prediction.summary.warnings = {"of " + name};
  r.evidence.closure_error = r.evidence.closure_effect = 0.01;
  r.evidence.predicted_s = {seconds};
  return r;
}

TEST(Conclusion, IsTheMedianRecording) {
  const PredictionSummary summary = conclude({replayed(5, "a"), replayed(5.5, "b"), replayed(5.2, "c")}).summary;
  EXPECT_EQ(summary.predicted_ns, 5'200'000'000);
  EXPECT_EQ(summary.trace_name, "c");
  EXPECT_EQ(summary.recordings, 3u);
  EXPECT_LT(summary.interval_low_ns, summary.predicted_ns);
  EXPECT_GT(summary.interval_high_ns, summary.predicted_ns);
  EXPECT_EQ(summary.warnings.size(), 3u) << "the others' warnings are not lost";
  EXPECT_EQ(summary.options.back(), "--same-experiment=a b c");
}

TEST(Conclusion, OfAnEvenNumberIsTheMiddleOfTheTwoInTheMiddle) {
  const PredictionSummary summary = conclude({replayed(6, "a"), replayed(5, "b")}).summary;
  EXPECT_EQ(summary.predicted_ns, 5'500'000'000);
  EXPECT_EQ(summary.trace_name, "b");
}

TEST(Conclusion, OneRecordingStaysAsItIs) {
  const PredictionSummary summary = conclude({replayed(5, "a")}).summary;
  EXPECT_EQ(summary.predicted_ns, 5'000'000'000);
  EXPECT_EQ(summary.trust, "high");
  EXPECT_TRUE(summary.options.empty());
}

TEST(Gather, TellsWhatOtherProgramsTookFromWhatTheReplayMisses) {
  Program program = program_of({});
  program.native_estimate_ns = 1000;
  program.quality.program_cpu_ns = 500;
  program.quality.waited_for_core_ns = 300;
  Outcome twin, outcome;
  twin.predicted_ns = 600;
  outcome.predicted_ns = 2000;
  twin.processes.resize(1);
  twin.processes[0].ready_ns = 50;
  const Evidence e = gather(program, outcome, twin, {}, 1e9);
  EXPECT_NEAR(e.closure_error.value(), -0.4, 1e-9);
  EXPECT_NEAR(e.other_load_share.value(), 0.5, 1e-9);
  EXPECT_NEAR(e.closure_effect.value(), (400 - 250) / 2000.0, 1e-9);
  EXPECT_FALSE(gather(program, outcome, std::nullopt, {}, 1e9).closure_error);
}

TEST(Gather, SharingACoreWithOnesWakerIsNoErrorOnceTheyAreOnDifferentHosts) {
  Program program = program_of({});
  program.native_estimate_ns = 1000;
  program.quality.crowded_ns = 300;
  Outcome twin, outcome;
  twin.predicted_ns = 600;
  outcome.predicted_ns = 2000;
  outcome.hosts.resize(1);
  EXPECT_NEAR(gather(program, outcome, twin, {}, 1e9).closure_effect.value(), 400 / 2000.0, 1e-9);
  outcome.hosts.resize(2);
  outcome.counts.push_back({"network flows", 7});
  const Evidence apart = gather(program, outcome, twin, {}, 1e9);
  EXPECT_NEAR(apart.closure_error.value(), -0.4, 1e-9);
  EXPECT_NEAR(apart.closure_effect.value(), 100 / 2000.0, 1e-9);
}

}  // namespace
}  // namespace simrec::replay
