#include "recorder/unwind.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "recorder/symbols.h"
#include "tests/recorder_aux/stopped_program.h"

namespace simrec::record {
namespace {

/// Function names of the stopped program's main thread, innermost first ("?" = unknown).
std::vector<std::string> functions(Unwinder& unwinder, pid_t pid) {
  std::vector<std::string> names;
  const auto registers = user_registers(pid);
  if (!registers) return names;
  for (const RawFrame& frame : unwinder.unwind(*registers)) {
    const std::uint64_t address = frame.exact ? frame.address : frame.address - 1;
    const Mapping* map = unwinder.code().code_at(address);
    CodeModule* module = map != nullptr ? unwinder.code().module_of(*map) : nullptr;
    const std::string name = module != nullptr ? module->symbols().function_at(address - map->start + map->offset) : "";
    names.push_back(name.empty() ? "?" : name);
  }
  return names;
}

std::vector<std::string> only(const std::vector<std::string>& names, const std::vector<std::string>& wanted) {
  std::vector<std::string> found;
  std::ranges::copy_if(names, std::back_inserter(found),
                       [&](const std::string& name) { return std::ranges::count(wanted, name) > 0; });
  return found;
}

struct Case {
  const char* name;
  std::string program;
  const char* mode;
  std::vector<std::string> expected;
};

class UnwindTest : public testing::TestWithParam<Case> {};

TEST_P(UnwindTest, FindsCallersInOrder) {
  const Case& param = GetParam();
  const StoppedProgram program({param.program, param.mode});
  ASSERT_TRUE(program.stopped());
  CodeModules modules;
  Unwinder unwinder(program.pid(), modules);
  const auto names = functions(unwinder, program.pid());
  std::vector<std::string> wanted = param.expected;
  EXPECT_EQ(only(names, wanted), param.expected) << testing::PrintToString(names);
  EXPECT_EQ(functions(unwinder, program.pid()), names) << "the caches change the answer";
  Unwinder second(program.pid(), modules);
  EXPECT_EQ(functions(second, program.pid()), names) << "what modules remember changes the answer";
  const auto registers = user_registers(program.pid());
  ASSERT_TRUE(registers);
  StackMemory stack(program.pid());
  stack.restart(registers->rsp);
  EXPECT_EQ(TableReader(unwinder.code()).walk(*registers, stack, kMaxFrames), unwinder.unwind(*registers))
      << "rules and libunwind's own walk disagree";
}

const std::vector<std::string> kPlain{"inner_wait", "middle_call", "outer_call", "main"};
const std::vector<std::string> kSignal{"inner_wait", "middle_call", "outer_call", "on_signal", "raise_it", "main"};

INSTANTIATE_TEST_SUITE_P(Programs, UnwindTest,
                         testing::Values(Case{"plain", DEEP_SLEEPER, "plain", kPlain},
                                         Case{"signal", DEEP_SLEEPER, "signal", kSignal},
                                         Case{"static", DEEP_SLEEPER_STATIC, "plain", kPlain},
                                         Case{"static_signal", DEEP_SLEEPER_STATIC, "signal", kSignal}),
                         [](const auto& info) { return info.param.name; });

TEST(Unwind, InnermostFrameIsTheLibrarysCall) {
  const StoppedProgram program({DEEP_SLEEPER, "plain"});
  ASSERT_TRUE(program.stopped());
  CodeModules modules;
  Unwinder unwinder(program.pid(), modules);
  EXPECT_EQ(functions(unwinder, program.pid()).front(), "read");
}

TEST(Unwind, GarbageStacksEndWithoutHarm) {
  for (int seed = 1; seed <= 12; ++seed) {
    const StoppedProgram program({GARBAGE_STACK, std::to_string(seed)});
    ASSERT_TRUE(program.stopped());
    CodeModules modules;
    Unwinder unwinder(program.pid(), modules);
    const auto registers = user_registers(program.pid());
    ASSERT_TRUE(registers);
    const auto frames = unwinder.unwind(*registers);
    EXPECT_GE(frames.size(), 1U);
    EXPECT_LE(frames.size(), kMaxFrames);
  }
}

TEST(Unwind, AGoneThreadHasNoStack) {
  EXPECT_FALSE(user_registers(999999999));
  CodeModules modules;
  Unwinder unwinder(999999999, modules);
  EXPECT_TRUE(unwinder.unwind({.rip = 0x1000, .rsp = 0x2000}).empty());
}

TEST(Symbols, AreDemangled) {
  EXPECT_EQ(demangled("_ZN3foo3barEi"), "foo::bar(int)");
  EXPECT_EQ(demangled("_Znonsense"), "_Znonsense");
  EXPECT_EQ(demangled("read"), "read");
}

TEST(Symbols, UnreadableFilesAreEmpty) {
  EXPECT_TRUE(SymbolTable("/does/not/exist").empty());
  EXPECT_TRUE(SymbolTable("/etc/hostname").empty());
  EXPECT_EQ(SymbolTable("/does/not/exist").function_at(1234), "");
}

}  // namespace
}  // namespace simrec::record
