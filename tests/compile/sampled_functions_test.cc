// Samples of a thread's computing by function.
#include <gtest/gtest.h>

#include "tests/compile/script.h"

namespace simrec::replay::test {
namespace {

TEST(SampledFunctions, WeightsAreSummedByThread) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.thread(a, 201, 0x7001, {1 * kMs, 1 * kMs + 10});
  const auto sample = [&](ThreadId thread, Ns at, std::vector<std::int64_t> weight) {
    s.pseudo(thread, PseudoEvent::sample, std::move(weight), at);
  };
  sample(a, 2 * kMs, {500});
  sample(b, 3 * kMs, {70});
  sample(a, 4 * kMs, {30});
  sample(a, 5 * kMs, {});  // where the recording ended: no weight
  const Program p = s.compile();
  ASSERT_EQ(p.sampled.size(), 2U);
  EXPECT_EQ(p.sampled[0].thread, a.value);
  EXPECT_EQ(p.sampled[0].cpu_ns, 530);
  EXPECT_EQ(p.sampled[0].name, "?") << "no stack";
  EXPECT_EQ(p.sampled[1].thread, b.value);
  EXPECT_EQ(p.sampled[1].cpu_ns, 70);
}

}  // namespace
}  // namespace simrec::replay::test
