#include "tests/recorder/recorded.h"

#include <gtest/gtest.h>

namespace simrec::record::testing {

void expect_whole(const Recorded& r, const Losses& losses) {
  const Trace& trace = r.trace();
  EXPECT_EQ(trace.incomplete, "");
  ASSERT_TRUE(trace.footer.has_value());
  EXPECT_EQ(trace.footer->root_exit_status, 0);
  EXPECT_EQ(trace.footer->threads, r.threads());
  EXPECT_EQ(trace.footer->processes, r.processes());
  Losses found;
  for (const NamedCount& loss : trace.footer->losses) found[loss.name] = loss.count;
  EXPECT_EQ(found, losses);
  EXPECT_EQ(r.calls("thread-start"), static_cast<int>(r.threads()));
  EXPECT_EQ(r.calls("thread-exit"), static_cast<int>(r.threads()));
  int last_exits = 0;
  r.each("thread-exit", [&](const Event& e) { last_exits += e.argument(1) == 1; });
  EXPECT_EQ(last_exits, static_cast<int>(r.processes()));
  for (const ThreadEvents& events : trace.events) {
    ASSERT_GE(events.size(), 2U);
    EXPECT_TRUE(events[0].is(PseudoEvent::threadStart));
    EXPECT_TRUE(events[events.size() - 1].is(PseudoEvent::threadExit));
    Ns before = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
      EXPECT_GE(events[i].entry_ns, before);
      EXPECT_GE(events[i].exit_ns, events[i].entry_ns);
      before = events[i].exit_ns;
    }
  }
}

}  // namespace simrec::record::testing
