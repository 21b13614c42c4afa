// Host fingerprint, doctor, modules: compared with what this process knows about itself.
#include <gtest/gtest.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "recorder/doctor.h"
#include "recorder/doctor_checks.h"
#include "recorder/host_info.h"
#include "recorder/modules.h"
#include "recorder/symbols_elf.h"

namespace simrec::record {
namespace {

TEST(HostInfo, IsThisMachine) {
  const HostInfo info = host_info();
  utsname name{};
  uname(&name);
  EXPECT_EQ(info.kernel, name.release);
  EXPECT_EQ(info.machine, name.machine);
  EXPECT_GE(info.cores, 1U);
  EXPECT_LE(info.cores, static_cast<std::uint32_t>(sysconf(_SC_NPROCESSORS_CONF)));
  const auto memory =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  EXPECT_EQ(info.memory_bytes, memory);
  EXPECT_FALSE(info.virtualization.empty());
  EXPECT_FALSE(info.tcp_congestion_control.empty());
}

TEST(Doctor, ExitStatusAgreesWithTheVerdict) {
  std::ostringstream out;
  const int status = doctor(out, false);
  const bool can = out.str().find("simrec can record here") != std::string::npos;
  EXPECT_EQ(status, can ? 0 : 1) << out.str();
  EXPECT_EQ(out.str().find('\033'), std::string::npos);
  for (const Check& check : run_checks()) {
    EXPECT_NE(out.str().find(check.name), std::string::npos);
    if (check.required && check.health == Health::missing) {
      EXPECT_FALSE(check.remedy.empty()) << check.name;
    }
  }
}

TEST(Doctor, LeavesNoChildBehind) {
  run_checks();
  std::ifstream in("/proc/self/task/" + std::to_string(getpid()) + "/children");
  std::string children;
  std::getline(in, children);
  EXPECT_EQ(children, "");
}

TEST(Modules, ExecutableComesFirstAndLibrariesFollow) {
  const auto files = mapped_files(getpid());
  ASSERT_GE(files.size(), 2U);
  char path[4096] = {};
  ASSERT_GT(readlink("/proc/self/exe", path, sizeof path - 1), 0);
  EXPECT_EQ(files.front().path, path);
  EXPECT_TRUE(
      std::ranges::any_of(files, [](const MappedFile& f) { return f.path.find("libc.so") != std::string::npos; }));
}

TEST(Modules, OfAGoneProcessAreNone) { EXPECT_TRUE(mapped_files(999999999).empty()); }

TEST(ElfFile, BuildIdOfOurselves) {
  const auto elf = ElfFile::open("/proc/self/exe");
  ASSERT_TRUE(elf);
  EXPECT_EQ(elf->build_id().size(), 20U);  // the toolchain's --build-id=sha1
}

TEST(ElfFile, TruncatedAndForeignFilesAreRefusedOrEmpty) {
  EXPECT_FALSE(ElfFile::open("/etc/hostname"));
  EXPECT_FALSE(ElfFile::open("/dev/zero"));
  EXPECT_FALSE(ElfFile::open("/tmp"));
}

}  // namespace
}  // namespace simrec::record
