// Where system call instructions can be replaced, and by what.
#include "recorder/fast/call_site.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "recorder/fast/hook_image.h"
#include "recorder/fast/stub_code.h"

namespace simrec::record {
namespace {

constexpr std::uint64_t kBegin = 0x7f00'0000'1000;

/// Code at kBegin; the site is the first syscall instruction.
struct Sample {
  std::vector<std::uint8_t> code;
  std::optional<PatchPlan> plan(std::uint32_t number) const {
    const std::uint8_t call[] = {0x0f, 0x05};
    const auto* at = static_cast<const std::uint8_t*>(memmem(code.data(), code.size(), call, sizeof call));
    return plan_patch({kBegin, code}, kBegin + static_cast<std::uint64_t>(at - code.data()), number);
  }
};

std::vector<std::uint8_t> joined(std::initializer_list<std::vector<std::uint8_t>> pieces) {
  std::vector<std::uint8_t> all;
  for (const auto& piece : pieces) all.insert(all.end(), piece.begin(), piece.end());
  return all;
}

const std::vector<std::uint8_t> kFiller(8, 0x90);
const std::vector<std::uint8_t> kXorEax = {0x31, 0xc0};
const std::vector<std::uint8_t> kLoadOne = {0xb8, 1, 0, 0, 0};
const std::vector<std::uint8_t> kCall = {0x0f, 0x05};
const std::vector<std::uint8_t> kCheck = {0x48, 0x3d, 0x00, 0xf0, 0xff, 0xff};  // cmp $-4096, %rax
const std::vector<std::uint8_t> kReturn = {0xc3};
const std::vector<std::uint8_t> kNop10 = {0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0};
const std::vector<std::uint8_t> kNop4 = {0x0f, 0x1f, 0x40, 0x00};
const std::vector<std::uint8_t> kMoveEndingLikeReturn = {0x48, 0x89, 0xc3};  // mov %rax, %rbx

TEST(CallSite, UsesPaddingBehindTheFunction) {
  const Sample sample{joined({kFiller, kXorEax, kCall, kCheck, kReturn, kNop10, kFiller})};
  const auto plan = sample.plan(0);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->kind, PatchKind::short_jump);
  EXPECT_EQ(plan->jump_at, kBegin + 8 + 2 + 2 + 6 + 1);
  EXPECT_EQ(plan->jump_bytes, 18U);  // the filler is padding, too
}

TEST(CallSite, TakesNoNopsThatAreExecuted) {
  const Sample sample{joined({kFiller, kXorEax, kCall, kMoveEndingLikeReturn, kNop10, kCheck, kReturn, kNop4, {0x50}})};
  EXPECT_FALSE(sample.plan(0));
}

TEST(CallSite, TakesNoPaddingOutOfReach) {
  const std::vector<std::uint8_t> far(130, 0x50);  // push %rax
  EXPECT_FALSE(Sample{joined({kFiller, kXorEax, kCall, far, kReturn, kNop10, {0x50}})}.plan(0));
  const std::vector<std::uint8_t> near(120, 0x50);
  EXPECT_TRUE(Sample{joined({kFiller, kXorEax, kCall, near, kReturn, kNop10, {0x50}})}.plan(0));
}

TEST(CallSite, FallsBackToTheLoadOfTheNumber) {
  const Sample sample{joined({kFiller, kLoadOne, kCall, kCheck, {0x50}})};
  const auto plan = sample.plan(1);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->kind, PatchKind::load_jump);
  EXPECT_EQ(plan->jump_at, kBegin + 8);
  EXPECT_FALSE(sample.plan(2)) << "another number was called: that load is not what it looks like";
  const Sample other{joined({kFiller, {0x41}, kLoadOne, kCall, kCheck, {0x50}})};  // mov $1, %r8d
  EXPECT_FALSE(other.plan(1));
}

TEST(CallSite, RefusesWhatIsNoSystemCall) {
  const std::vector<std::uint8_t> code(64, 0x90);
  EXPECT_FALSE(plan_patch({kBegin, code}, kBegin + 8, 0));
  EXPECT_FALSE(plan_patch({kBegin, code}, kBegin + 63, 0));
  EXPECT_FALSE(plan_patch({kBegin, code}, kBegin - 1, 0));
}

TEST(Stub, JumpsReachOrAreRefused) {
  const auto near = jump_code(0x1000, 0x2000, 7);
  ASSERT_TRUE(near);
  EXPECT_EQ(*near, (std::vector<std::uint8_t>{0xe9, 0xfb, 0x0f, 0, 0, 0x90, 0x90}));
  EXPECT_FALSE(jump_code(0x1000, 0x1'0000'0000, 5));
  EXPECT_EQ(short_jump_code(0x1000, 0x1012), (std::array<std::uint8_t, 2>{0xeb, 0x10}));
}

TEST(Stub, HoldsACallForTierOneAndTheWayBack) {
  constexpr std::uint64_t kStub = 0x5000, kSite = 0x4000;
  for (const PatchKind kind : {PatchKind::short_jump, PatchKind::load_jump}) {
    const auto code = stub_code(kStub, kSite, kind, 1);
    const std::uint64_t slow = slow_call_offset(kind);
    EXPECT_EQ(code[slow], 0x0f);
    EXPECT_EQ(code[slow + 1], 0x05);
    EXPECT_EQ(code[slow + 2], 0xe9);
    std::int32_t distance;
    std::memcpy(&distance, &code[slow + 3], sizeof distance);
    EXPECT_EQ(kStub + slow + 7 + static_cast<std::uint64_t>(distance), kSite + 2);
    HookStub data;
    std::memcpy(&data, &code[kStubBytes - sizeof data], sizeof data);
    EXPECT_EQ(data.resume, kSite + 2);
    EXPECT_EQ(data.slow_call, kStub + slow);
    EXPECT_EQ(data.hook, hook_table().entry);
  }
}

TEST(HookImage, FitsAndKnowsItsAddresses) {
  const HookTable& table = hook_table();
  EXPECT_LE(table.end, std::uint64_t{HOOK_CODE_ADDRESS + HOOK_CODE_BYTES});
  for (const std::uint64_t address :
       {table.entry, table.gate, table.remote, table.remote_stop, table.peek, table.specs})
    EXPECT_TRUE(address > HOOK_CODE_ADDRESS && address < table.end);
  const auto code = hook_code();
  for (const std::uint64_t call : {table.gate, table.remote, table.remote_stop}) {
    EXPECT_EQ(code[call - HOOK_CODE_ADDRESS], 0x0f);
    EXPECT_EQ(code[call - HOOK_CODE_ADDRESS + 1], 0x05);
  }
  // What the filter exempts must not hold the stop that the recorder waits for.
  EXPECT_GT(table.remote_stop + 2, hook_gate().last);
}

}  // namespace
}  // namespace simrec::record
