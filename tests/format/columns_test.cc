// Column coding: units, rounding without drift, and refusal of columns that cannot be.
#include <gtest/gtest.h>

#include <algorithm>

#include "sample.h"
#include "trace-format/event_columns.h"
#include "trace-format/varint.h"

namespace simrec::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(Varint, KnownEncodings) {
  const auto coded = [](std::uint64_t value) {
    Bytes bytes;
    put_varint(bytes, value);
    return bytes;
  };
  EXPECT_EQ(coded(0), (Bytes{0}));
  EXPECT_EQ(coded(127), (Bytes{0x7F}));
  EXPECT_EQ(coded(128), (Bytes{0x80, 0x01}));
  EXPECT_EQ(coded(624'485), (Bytes{0xE5, 0x8E, 0x26}));  // the example of the DWARF standard
  EXPECT_EQ(coded(UINT64_MAX), (Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}));
  EXPECT_EQ(zigzag(-1), 1U);
  EXPECT_EQ(zigzag(1), 2U);
  for (const std::int64_t value : {INT64_MIN, INT64_MAX, std::int64_t{0}, std::int64_t{-1}}) {
    EXPECT_EQ(unzigzag(zigzag(value)), value);
  }
}

TEST(Varint, RefusesMoreThan64Bits) {
  const Bytes too_long(10, 0xFF);
  EXPECT_THROW(ColumnReader(too_long, "x").get(), FormatError);
  const Bytes too_large{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02};
  EXPECT_THROW(ColumnReader(too_large, "x").get(), FormatError);
  const Bytes cut{0x80};
  EXPECT_THROW(ColumnReader(cut, "x").get(), FormatError);
}

/// Events of one thread through encoder and decoder.
DecodedEvents recoded(const std::vector<SampleEvent>& samples, std::uint32_t wall_unit, std::uint32_t cpu_unit) {
  EventEncoder encoder({0}, 0, wall_unit, cpu_unit);
  for (const SampleEvent& sample : samples) encoder.add(sample.event);
  DecodedEvents decoded;
  decode_events(encoder.block(), decoded);
  return decoded;
}

TEST(Columns, UnitOneIsExact) {
  const auto samples = sample_events(1, 500, 3, 1);
  const DecodedEvents decoded = recoded(samples, 1, 1);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    Event expected = samples[i].event;
    Event actual = decoded.events[i];
    expected.ready_ns = actual.ready_ns;  // coarser by definition
    ASSERT_EQ(text_of(actual), text_of(expected));
  }
}

TEST(Columns, RoundingNeverDrifts) {
  const auto samples = sample_events(1, 20'000, 5, 7);  // multiples of 7 ns, stored in units of 500 and 50
  const DecodedEvents decoded = recoded(samples, 500, 50);
  Ns cpu = 0, stored_cpu = 0, ready = 0, stored_ready = 0, last_exit = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Event& in = samples[i].event;
    const Event& out = decoded.events[i];
    ASSERT_LE(std::abs(out.entry_ns - in.entry_ns), 250);
    ASSERT_LE(std::abs(out.exit_ns - in.exit_ns), 250);
    ASSERT_GE(out.entry_ns, last_exit);
    ASSERT_GE(out.exit_ns, out.entry_ns);
    ASSERT_LE(out.ready_ns, out.exit_ns - out.entry_ns);
    last_exit = out.exit_ns;
    cpu += in.burst_ns + in.call_cpu_ns;
    stored_cpu += out.burst_ns + out.call_cpu_ns;
    ready += in.ready_ns;
    stored_ready += out.ready_ns;
    ASSERT_LE(std::abs(stored_cpu - cpu), 25);
  }
  EXPECT_LE(std::abs(stored_ready - ready), 10'000);
}

TEST(Columns, ImpossibleTimesAreRaisedToPossibleOnes) {
  SampleEvent first, second;
  first.event.entry_ns = 5'000;
  first.event.exit_ns = 3'000;  // before its entry
  first.event.burst_ns = -10;
  first.event.ready_ns = 90'000;  // longer than the call
  second.event.entry_ns = 1'000;  // before the first one
  second.event.exit_ns = 9'000;
  const DecodedEvents decoded = recoded({first, second}, 500, 50);
  EXPECT_EQ(decoded.events[0].entry_ns, 5'000);
  EXPECT_EQ(decoded.events[0].exit_ns, 5'000);
  EXPECT_EQ(decoded.events[0].burst_ns, 0);
  EXPECT_EQ(decoded.events[0].ready_ns, 0);
  EXPECT_EQ(decoded.events[1].entry_ns, 5'000);
  EXPECT_EQ(decoded.events[1].exit_ns, 9'000);
}

TEST(Columns, BlocksContinueEachOther) {
  const auto samples = sample_events(1, 100, 9, 13);
  EventEncoder split({0}, 0, 500, 50);
  EventEncoder whole({0}, 0, 500, 50);
  DecodedEvents all, piece;
  std::vector<std::string> pieces;
  for (const SampleEvent& sample : samples) {
    whole.add(sample.event);
    split.add(sample.event);
    decode_events(split.block(), piece);
    pieces.push_back(text_of(piece.events.at(0)));
    split.next_block();
  }
  decode_events(whole.block(), all);
  for (std::size_t i = 0; i < samples.size(); ++i) ASSERT_EQ(text_of(all.events[i]), pieces[i]);
}

TEST(TimeScale, CodesAreDenseAndKeepTheirBits) {
  const TimeScale scale{.bits = 4, .shift = 9};
  std::uint64_t last = 0;
  for (std::uint64_t code = 0; code < 3000; ++code) {
    const std::uint64_t units = scale.value(code);
    ASSERT_EQ(scale.code(units), code);
    ASSERT_EQ(scale.nearest(units), units);
    ASSERT_EQ(scale.below(units), units);
    if (code > 0) {
      ASSERT_GT(units, last);
      ASSERT_LE(units - last, std::max<std::uint64_t>(1, std::min<std::uint64_t>(512, last / 16)));
    }
    last = units;
  }
  EXPECT_EQ(scale.value(31), 31U);
  EXPECT_EQ(scale.value(33), 34U);  // from 32 on in steps of 2
  EXPECT_EQ(scale.nearest(5, 3), 8U);
  EXPECT_THROW(scale.value(UINT64_MAX), FormatError);
  EXPECT_EQ(TimeScale{}.value(UINT64_MAX), UINT64_MAX);
}

TEST(Columns, ScaledTimesStayNearAndNeverDrift) {
  for (const std::uint32_t flags : {std::uint32_t{kFast}, 0U}) {
    auto samples = sample_events(1, 20'000, 5, 7);
    EventEncoder encoder({0}, 0, kFastPathTimes);
    for (SampleEvent& sample : samples) {
      sample.event.flags = flags;
      encoder.add(sample.event);
    }
    DecodedEvents decoded;
    decode_events(encoder.block(), decoded);
    const Ns clock_error = flags == kFast ? 850 : 4'050;
    Ns cpu = 0, stored_cpu = 0, last_exit = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const Event& in = samples[i].event;
      const Event& out = decoded.events[i];
      ASSERT_LE(std::abs(out.entry_ns - in.entry_ns), clock_error) << i;
      ASSERT_LE(std::abs(out.exit_ns - in.exit_ns), clock_error) << i;
      ASSERT_GE(out.entry_ns, last_exit);
      ASSERT_GE(out.exit_ns, out.entry_ns);
      ASSERT_LE(out.ready_ns, out.exit_ns - out.entry_ns);
      last_exit = out.exit_ns;
      cpu += in.burst_ns + in.call_cpu_ns;
      stored_cpu += out.burst_ns + out.call_cpu_ns;
      ASSERT_LE(std::abs(stored_cpu - cpu), 5'200) << i;
    }
  }
}

TEST(Columns, SegmentsOfSeveralThreadsComeBack) {
  const auto samples = sample_events(3, 50, 11, 1);
  EventGroup group({});
  std::vector<std::string> expected;
  for (std::uint32_t t = 0; t < 3; ++t) {
    EventEncoder encoder({t}, 0, 1, 1);
    for (const SampleEvent& sample : samples) {
      if (sample.event.thread.value == t) encoder.add(sample.event);
    }
    DecodedEvents alone;
    decode_events(encoder.block(), alone);
    for (const Event& event : alone.events) expected.push_back(text_of(event));
    group.add(encoder);
  }
  EventBlock block = group.block();
  ASSERT_EQ(block.segments.size(), 3U);
  DecodedEvents decoded;
  decode_events(block, decoded);
  ASSERT_EQ(decoded.events.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(text_of(decoded.events[i]), expected[i]);
  ++block.segments[1].count;  // more than there are
  EXPECT_THROW(decode_events(block, decoded), FormatError);
}

TEST(Columns, IdsOfCallsThatOpenAreExact) {
  constexpr std::uint16_t kOpenat = 257;
  const std::vector<std::vector<std::int64_t>> arguments = {
      {0, 7, 3}, {0, 8, 0}, {0, 8, 3}, {0, 0, 4}, {0, -5, INT64_MIN}, {0, INT64_MAX, INT64_MIN}, {0, 1, 1}, {0}};
  EventEncoder encoder({0}, 0, 1, 1);
  for (const auto& list : arguments) {
    Event event;
    event.kind = kOpenat;
    event.arguments = list;
    encoder.add(event);
  }
  const EventBlock block = encoder.block();
  EXPECT_TRUE(std::ranges::count(block.id_arguments, IdArgument{kOpenat, 1}) == 1);
  DecodedEvents decoded;
  decode_events(block, decoded);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(decoded.events[i].arguments, arguments[i])) << i;
  }
}

/// A valid block of two plain events, to be damaged.
struct TwoEvents {
  Bytes kind{0, 1};
  EventBlock block;
  TwoEvents() {
    block.count = 2;
    block.columns[static_cast<std::size_t>(Column::kind)] = kind;
  }
  void set(Column column, const Bytes& bytes) { block.columns[static_cast<std::size_t>(column)] = bytes; }
  std::string error() const {
    DecodedEvents decoded;
    try {
      decode_events(block, decoded);
    } catch (const FormatError& e) {
      return e.what();
    }
    return "";
  }
};

TEST(Columns, EmptyColumnsAreZeros) { EXPECT_EQ(TwoEvents().error(), ""); }

TEST(Columns, RefusesWrongLengths) {
  for (std::size_t i = 0; i < kColumns; ++i) {
    for (const Bytes& wrong : {Bytes{0}, Bytes{0, 0, 0}, Bytes{0, 0x80}}) {
      TwoEvents two;
      two.block.columns[i] = wrong;
      EXPECT_NE(two.error().find("column"), std::string::npos);
    }
  }
  TwoEvents extra_argument;
  const Bytes one{2};
  extra_argument.block.arguments[0] = one;
  EXPECT_NE(extra_argument.error().find("arguments"), std::string::npos);
}

TEST(Columns, RefusesImpossibleValues) {
  const Bytes minus_one{1, 0};
  const Bytes huge{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0};
  for (const auto& [column, bytes] : {std::pair{Column::excess, minus_one},
                                      {Column::blocked, minus_one},
                                      {Column::burst, huge},
                                      {Column::call_cpu, huge},
                                      {Column::excess, huge},
                                      {Column::kind, huge},
                                      {Column::flags, huge},
                                      {Column::stack, huge},
                                      {Column::ready, Bytes{1, 0}},
                                      {Column::argument_count, huge}}) {
    TwoEvents two;
    two.set(column, bytes);
    EXPECT_NE(two.error(), "") << static_cast<int>(column);
  }
  TwoEvents unit;
  unit.block.wall_unit_ns = 0;
  EXPECT_NE(unit.error(), "");
}

}  // namespace
}  // namespace simrec::test
