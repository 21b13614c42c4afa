#include "recorder/unwind.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "recorder/symbols.h"
#include "recorder/symbols_debug.h"
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
                                         Case{"static_signal", DEEP_SLEEPER_STATIC, "signal", kSignal},
                                         Case{"static_pie", DEEP_SLEEPER_STATIC_PIE, "plain", kPlain},
                                         Case{"static_pie_signal", DEEP_SLEEPER_STATIC_PIE, "signal", kSignal}),
                         [](const auto& info) { return info.param.name; });

TEST(Unwind, InnermostFrameIsTheLibrarysCall) {
  const StoppedProgram program({DEEP_SLEEPER, "plain"});
  ASSERT_TRUE(program.stopped());
  CodeModules modules;
  Unwinder unwinder(program.pid(), modules);
  EXPECT_EQ(functions(unwinder, program.pid()).front(), "read");
}

/// Frames of the main thread that lie in this file.
std::vector<RawFrame> frames_in(const StoppedProgram& program, const std::string& file) {
  CodeModules modules;
  Unwinder unwinder(program.pid(), modules);
  std::vector<RawFrame> found;
  const auto registers = user_registers(program.pid());
  if (!registers) return found;
  std::ranges::copy_if(unwinder.unwind(*registers), std::back_inserter(found), [&](const RawFrame& frame) {
    const Mapping* map = unwinder.code().code_at(frame.address);
    return map != nullptr && map->path == file;
  });
  return found;
}

TEST(Unwind, NeedsNoSymbols) {
  const StoppedProgram whole({DEEP_SLEEPER, "plain"}), stripped({DEEP_SLEEPER_STRIPPED, "plain"});
  ASSERT_TRUE(whole.stopped() && stripped.stopped());
  EXPECT_EQ(frames_in(stripped, DEEP_SLEEPER_STRIPPED).size(), frames_in(whole, DEEP_SLEEPER).size());
  EXPECT_GE(frames_in(stripped, DEEP_SLEEPER_STRIPPED).size(), kPlain.size());
}

TEST(Unwind, TakesRegistersFromElsewhere) {
  const StoppedProgram program({DEEP_SLEEPER, "plain"});
  ASSERT_TRUE(program.stopped());
  CodeModules modules;
  Unwinder unwinder(program.pid(), modules);
  const auto registers = user_registers(program.pid());
  ASSERT_TRUE(registers);
  const std::vector<RawFrame> all = unwinder.unwind(*registers);
  ASSERT_GE(all.size(), 3U);
  // From where read(2) was called, as if it had returned already: the word at rsp is its return address.
  UserRegisters caller = *registers;
  StackMemory stack(program.pid());
  stack.restart(registers->rsp);
  while (stack.word(caller.rsp) != all[1].address && caller.rsp < registers->rsp + 4096) caller.rsp += 8;
  caller.rip = all[1].address;
  caller.rsp += 8;
  std::vector<RawFrame> rest(all.begin() + 1, all.end());
  rest.front().exact = true;
  EXPECT_EQ(unwinder.unwind(caller), rest);
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

TEST(Symbols, OfTheVdsoHaveNames) {
  const auto image = open_vdso();
  if (!image) GTEST_SKIP() << "this kernel lends processes no vDSO";
  std::set<std::string> names;
  const SymbolTable symbols(kVdsoPath);
  for (std::uint64_t offset = 0; offset < 16384; offset += 16) names.insert(symbols.function_at(offset));
  EXPECT_TRUE(names.contains("clock_gettime"));
}

TEST(Symbols, OfStrippedFilesComeFromTheirDebugFile) {
  const std::string objcopy = OBJCOPY;
  if (objcopy.empty()) GTEST_SKIP() << "no objcopy to make a debug file with";
  const std::string original = DEEP_SLEEPER;
  // The address of a function that only .symtab names, found by its name.
  const SymbolTable named(original);
  std::uint64_t inside = 0;
  while (inside < 65536 && named.function_at(inside) != "middle_call") ++inside;
  const auto file = ElfFile::open(original);
  ASSERT_TRUE(file && !file->build_id().empty());
  std::string pattern = (std::filesystem::temp_directory_path() / "simrec-test-XXXXXX").string();
  const std::filesystem::path root = mkdtemp(pattern.data());
  const std::string stripped = root / "stripped", debug = root / "debug";
  std::string hex;
  for (const char c : file->build_id()) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
    hex += digits;
  }
  std::filesystem::create_directories(root / hex.substr(0, 2));
  const std::string place = root / hex.substr(0, 2) / (hex.substr(2) + ".debug");
  const bool made = std::system((objcopy + " --strip-all " + original + " " + stripped).c_str()) == 0 &&
                    std::system((objcopy + " --only-keep-debug " + original + " " + debug).c_str()) == 0;
  EXPECT_TRUE(made);
  EXPECT_EQ(SymbolTable(stripped, root).function_at(inside), "");
  std::filesystem::rename(debug, place);
  EXPECT_EQ(SymbolTable(stripped, root).function_at(inside), "middle_call");
  // Of another build: not to be believed.
  std::filesystem::copy_file(DEEP_SLEEPER_STRIPPED, place, std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(SymbolTable(stripped, root).function_at(inside), "");
  std::filesystem::remove_all(root);
}

TEST(Symbols, UnreadableFilesAreEmpty) {
  EXPECT_TRUE(SymbolTable("/does/not/exist").empty());
  EXPECT_TRUE(SymbolTable("/etc/hostname").empty());
  EXPECT_EQ(SymbolTable("/does/not/exist").function_at(1234), "");
}

}  // namespace
}  // namespace simrec::record
