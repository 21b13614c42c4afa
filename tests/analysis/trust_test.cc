// The rules of the verdict, one by one: below the thresholds high, above them medium or low, with a reason.
#include "replayer/cli/trust.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "replayer/cli/interval.h"

namespace simrec::replay {
namespace {

/// Nothing to complain about.
Evidence good() {
  Evidence e;
  e.closure_error = 0.02;
  e.closure_effect = 0.02;
  e.recorded_cores = e.target_cores = 2;
  e.other_load_share = 0.01;
  e.predicted_s = {5.6};
  return e;
}

template <class Field, class Value>
Evidence with(Field Evidence::*field, Value value) {
  Evidence e = good();
  e.*field = value;
  return e;
}

Evidence with_doubt(const char* what, double share) {
  Evidence e = good();
  e.validity = {{what, 3, share}};
  return e;
}

/// Recorded on two, of which the program kept so much busy, asking so often how many there are.
Evidence on_eight_cores(std::uint64_t core_queries, double recorded_use) {
  Evidence e = with(&Evidence::target_cores, 8U);
  e.core_queries = core_queries;
  e.recorded_use = recorded_use;
  return e;
}

struct Case {
  const char* rule;
  Trust expected;
  const char* reason;  ///< part of the first one
  Evidence (*evidence)();
};

class Rules : public testing::TestWithParam<Case> {};

TEST_P(Rules, Judge) {
  const Verdict verdict = judge(GetParam().evidence());
  EXPECT_STREQ(name_of(verdict.trust), name_of(GetParam().expected)) << GetParam().rule;
  if (GetParam().expected == Trust::high) {
    EXPECT_TRUE(verdict.reasons.empty()) << verdict.reasons.front();
  } else {
    ASSERT_EQ(verdict.reasons.size(), 1u);
    EXPECT_NE(verdict.reasons[0].find(GetParam().reason), std::string::npos) << verdict.reasons[0];
  }
}

const Case kCases[] = {
    {"none", Trust::high, "", good},
    {"closure", Trust::medium, "misses the recorded run",
     [] {
       Evidence e = good();
       e.closure_error = e.closure_effect = 0.06;
       return e;
     }},
    {"closure", Trust::low, "16 %",
     [] {
       Evidence e = good();
       e.closure_error = -0.16;
       e.closure_effect = 0.16;
       return e;
     }},
    {"closure that does not matter here", Trust::high, "",
     [] {
       Evidence e = good();
       e.closure_error = -0.4;
       e.closure_effect = 0.03;
       return e;
     }},
    {"unchecked", Trust::medium, "not compared",
     [] {
       Evidence e = good();
       e.closure_error = e.closure_effect = std::nullopt;
       return e;
     }},
    {"outside waits", Trust::high, "", [] { return with_doubt(kOutsideWaits, 0.04); }},
    {"outside waits", Trust::medium, "outside the trace", [] { return with_doubt(kOutsideWaits, 0.06); }},
    {"outside waits", Trust::low, "40 %", [] { return with_doubt(kOutsideWaits, 0.4); }},
    {"expired timeouts", Trust::medium, "timeouts", [] { return with_doubt(kExpiredTimeouts, 0.06); }},
    {"expired timeouts", Trust::low, "timeouts", [] { return with_doubt(kExpiredTimeouts, 0.31); }},
    {"cut timeouts", Trust::medium, "would not", [] { return with_doubt(kCutTimeouts, 0.06); }},
    {"order of arrival", Trust::high, "", [] { return with_doubt(kArrivalOrder, 0.9); }},
    {"order of arrival is never worse than medium", Trust::medium, "order",
     [] { return with_doubt(kArrivalOrder, 9); }},
    {"outlasted timeouts", Trust::medium, "outlast", [] { return with_doubt(kOutlastedTimeouts, 0.06); }},
    {"outlasted timeouts", Trust::low, "outlast", [] { return with_doubt(kOutlastedTimeouts, 0.9); }},
    {"disk", Trust::medium, "disks", [] { return with(&Evidence::disk_share, 0.2); }},
    {"winners", Trust::medium, "may not come first", [] { return with_doubt(kWinners, 0.06); }},
    {"winners", Trust::low, "may not come first", [] { return with_doubt(kWinners, 0.5); }},
    {"shared work", Trust::high, "", [] { return with_doubt(kKeptShares, 0.06); }},
    {"shared work", Trust::medium, "even share", [] { return with_doubt(kKeptShares, 0.12); }},
    {"shared work", Trust::low, "even share", [] { return with_doubt(kKeptShares, 0.5); }},
    {"deadlines", Trust::medium, "until a time is over", [] { return with_doubt(kDeadlines, 0.06); }},
    {"deadlines", Trust::low, "until a time is over", [] { return with_doubt(kDeadlines, 0.9); }},
    {"small writes", Trust::high, "", [] { return with_doubt(kSmallWrites, 0.09); }},
    {"small writes", Trust::medium, "TCP_NODELAY", [] { return with_doubt(kSmallWrites, 0.4); }},
    {"small writes", Trust::low, "worth 90 %", [] { return with_doubt(kSmallWrites, 0.9); }},
    {"unseen ends", Trust::high, "", [] { return with_doubt(kUnseenEnds, 0.09); }},
    {"unseen ends are never worse than medium", Trust::medium, "unseen", [] { return with_doubt(kUnseenEnds, 0.9); }},
    {"spins", Trust::medium, "busy waiting", [] { return with_doubt(kSpins, 0.06); }},
    {"spins", Trust::low, "busy waiting", [] { return with_doubt(kSpins, 0.5); }},
    {"empty-handed calls", Trust::high, "", [] { return with_doubt(kEmptyHanded, 0.09); }},
    {"empty-handed calls", Trust::medium, "EAGAIN", [] { return with_doubt(kEmptyHanded, 0.2); }},
    {"recorded order", Trust::medium, "recorded order", [] { return with_doubt(kRecordedOrder, 0.11); }},
    {"recorded order", Trust::low, "recorded order", [] { return with_doubt(kRecordedOrder, 0.31); }},
    {"a doubt that was not measured counts for nothing by itself", Trust::high, "",
     [] { return with_doubt(kOutsideWaits, -1); }},
    {"unmeasured", Trust::medium, "not measured", [] { return with(&Evidence::unmeasured_share, 0.02); }},
    {"packets", Trust::high, "", [] { return with_doubt(kPacketWork, 0.04); }},
    {"packets", Trust::medium, "packets", [] { return with_doubt(kPacketWork, 0.4); }},
    {"interpreter", Trust::high, "", [] { return with(&Evidence::ruby_lock_waits, 0.04); }},
    {"interpreter", Trust::medium, "Ruby's threads", [] { return with(&Evidence::ruby_lock_waits, 2.0); }},
    {"Python's lock", Trust::high, "", [] { return with(&Evidence::python_lock_waits, 0.9); }},
    {"Python's lock", Trust::medium, "Python's threads", [] { return with(&Evidence::python_lock_waits, 3.0); }},
    {"requests", Trust::high, "", [] { return with(&Evidence::doubtful_requests, 0.04); }},
    {"requests", Trust::medium, "under way at once", [] { return with(&Evidence::doubtful_requests, 0.4); }},
    {"queues of interpreters", Trust::high, "", [] { return with(&Evidence::ordered_waits, 0.6); }},
    {"queues of interpreters", Trust::medium, "0.95 times per message",
     [] { return with(&Evidence::ordered_waits, 0.95); }},
    {"pace", Trust::medium, "timer starts requests", [] { return with(&Evidence::paced_delay, 0.2); }},
    {"pace", Trust::low, "up to 40 %", [] { return with(&Evidence::paced_delay, 0.4); }},
    {"core speed", Trust::high, "", [] { return with(&Evidence::speed_factor, 2); }},
    {"core speed", Trust::high, "", [] { return with(&Evidence::speed_factor, 1 / 1.7); }},
    {"core speed", Trust::medium, "2 times faster", [] { return with(&Evidence::speed_factor, 0.5); }},
    {"core speed", Trust::medium, "4 times faster", [] { return with(&Evidence::speed_factor, 0.25); }},
    {"core speed of a program that hardly computes", Trust::high, "",
     [] {
       Evidence e = good();
       e.speed_factor = 8;
       e.cpu_share = 0.1;
       return e;
     }},
    {"core speed", Trust::low, "16 times slower", [] { return with(&Evidence::speed_factor, 16); }},
    {"more cores", Trust::medium, "kept 90 % of 2 busy: with 8", [] { return on_eight_cores(1, 0.9); }},
    {"more cores", Trust::high, "", [] { return on_eight_cores(0, 0.9); }},
    {"more cores", Trust::high, "", [] { return on_eight_cores(1, 0.5); }},
    {"fewer cores", Trust::medium, "1 core",
     [] {
       Evidence e = good();
       e.target_cores = 1;
       e.core_wait_share = 0.6;
       return e;
     }},
    {"as many cores as recorded", Trust::high, "", [] { return with(&Evidence::core_wait_share, 0.6); }},
    {"interception", Trust::medium, "60 %", [] { return with(&Evidence::interception_share, 0.6); }},
    {"interception", Trust::low, "own CPU time", [] { return with(&Evidence::interception_share, 4); }},
    {"busy machine", Trust::medium, "busy machine", [] { return with(&Evidence::other_load_share, 0.3); }},
    {"busy machine and no computing", Trust::high, "",
     [] {
       Evidence e = good();
       e.other_load_share = 0.3;
       e.cpu_share = 0.2;
       return e;
     }},
    {"spread", Trust::medium, "2 recordings",
     [] {
       Evidence e = good();
       e.predicted_s = {5, 6};
       return e;
     }},
    {"spread", Trust::low, "2 recordings",
     [] {
       Evidence e = good();
       e.predicted_s = {4, 8};
       return e;
     }},
    {"losses", Trust::medium, "missed something 2 times", [] { return with(&Evidence::lost, 2); }},
    {"part of a run", Trust::medium, "part of a run", [] { return with(&Evidence::partial, true); }},
    {"forced", Trust::medium, "full buffers", [] { return with(&Evidence::forced, 1); }},
    {"io_uring", Trust::low, "io_uring", [] { return with(&Evidence::io_uring, true); }},
};

INSTANTIATE_TEST_SUITE_P(Trust, Rules, testing::ValuesIn(kCases), [](const auto& info) {
  std::string name = std::to_string(info.index) + "_" + info.param.rule + "_" + name_of(info.param.expected);
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

TEST(Trust, EveryRuleHasACaseAbove) {
  for (const TrustRule& rule : trust_rules())
    EXPECT_TRUE(std::ranges::any_of(kCases, [&](const Case& c) {
      return c.expected != Trust::high && std::string_view(c.rule).starts_with(rule.name);
    })) << rule.name;
}

TEST(Trust, TheWorstReasonComesFirst) {
  Evidence e = with_doubt(kSpins, 0.5);
  e.partial = true;
  e.closure_error = e.closure_effect = 0.06;
  const Verdict verdict = judge(e);
  EXPECT_EQ(verdict.trust, Trust::low);
  ASSERT_EQ(verdict.reasons.size(), 3u);
  EXPECT_NE(verdict.reasons[0].find("busy waiting"), std::string::npos);
}

TEST(Interval, OneRecordingHasOne) {
  const Interval90 interval = interval_of(good());
  EXPECT_GT(interval.high_factor, 1.05);
  EXPECT_LT(interval.high_factor, 1.2);
  EXPECT_DOUBLE_EQ(interval.low_factor * interval.high_factor, 1);
}

TEST(Interval, IsTheQuadraticSumOfItsParts) {
  const Interval90 interval = interval_of(with_doubt(kOutsideWaits, 0.3));
  double squares = 0, before = 1e9;
  for (const Uncertainty& part : interval.parts) {
    EXPECT_LE(part.relative, before) << "the widest first";
    before = part.relative;
    squares += part.relative * part.relative;
  }
  EXPECT_NEAR(std::log(interval.high_factor), std::sqrt(squares), 1e-12);
}

TEST(Interval, StudentsOfThePooledVariance) {
  Evidence e = good();
  e.predicted_s = {1, 1, 1};
  const auto recordings = [](const Evidence& evidence) {
    for (const Uncertainty& part : interval_of(evidence).parts)
      if (part.what == "recordings") return part.relative;
    return 0.0;
  };
  // v = 2 + 2, s^2 = 2 * 0.03^2 / 4, t(0.95, 4) = 2.132
  EXPECT_NEAR(recordings(e), 2.132 * std::sqrt(2 * 0.03 * 0.03 / 4 / 3), 1e-9);
  Evidence apart = good();
  apart.predicted_s = {0.8, 1, 1.25};
  EXPECT_GT(recordings(apart), 3 * recordings(e));
  EXPECT_GT(recordings(good()), recordings(e)) << "one recording says less than three that agree";
}

TEST(Interval, WidensWithEachCause) {
  const double narrow = interval_of(good()).high_factor;
  const auto wider = [&](auto change) {
    Evidence e = good();
    change(e);
    EXPECT_GT(interval_of(e).high_factor, narrow);
  };
  wider([](Evidence& e) { e.closure_effect = 0.2; });
  wider([](Evidence& e) { e.ledger_share = 0.2; });
  wider([](Evidence& e) { e.burst_chance = 0.2; });
  wider([](Evidence& e) { e.validity = {{kSpins, 1, 0.3}}; });
  wider([](Evidence& e) { e.speed_factor = 4; });
  wider([](Evidence& e) { e.other_load_share = 2; });
  wider([](Evidence& e) {
    e.cpu_share = 0.2;
    e.several_hosts = true;
  });
}

}  // namespace
}  // namespace simrec::replay
