// What users get wrong: one clear message each, never a crash, a hang or SimGrid's own noise.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/simulate/program_builder.h"

namespace simrec::replay::test {
namespace {

class Errors : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() / ("simrec-errors-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  std::string file(const std::string& text) {
    const std::string name = path_ / "platform.xml";
    std::ofstream(name) << text;
    return name;
  }
  /// A platform file with this inside its zone.
  std::string zone(const std::string& inside, const std::string& routing = "Full") {
    return file(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
        "<platform version=\"4.1\">\n<zone id=\"world\" routing=\"" +
        routing + "\">\n" + inside + "\n</zone>\n</platform>\n");
  }
  static ProgramBuilder client_and_server() {
    ProgramBuilder b;
    b.process("client", {compute(1 * kMs), send(0, 1000)});
    b.process("server", {recv(0, 1000)});
    b.stream(0, 1);
    return b;
  }
  /// The message simulate() ends with; also checks that nothing reaches stderr or stdout.
  static std::string error(const std::string& platform_file, const SimulateOptions& options = {},
                           const Program& program = client_and_server().program) {
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    std::string message = "no error";
    try {
      simulate(program, platform_file, options);
    } catch (const ReplayError& e) {
      message = e.what();
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  }
  static void expect_says(const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
  static SimulateOptions placed(const std::string& pattern, const std::string& host) {
    SimulateOptions options;
    options.placement = {{pattern, host}};
    return options;
  }

  std::filesystem::path path_;
};

constexpr const char* kHostA = "<host id=\"a\" speed=\"1Gf\"/>";

TEST_F(Errors, FilesThatAreNoPlatform) {
  expect_says(error("/does/not/exist.xml"), "/does/not/exist.xml does not exist");
  expect_says(error(path_.string()), "is a directory");
  expect_says(error(file("")), "not well-formed XML");
  expect_says(error(file("just text\n")), "not well-formed XML");
  expect_says(error(file("<platform version=\"4.1\">\n<zone id=\"w\"\n")), "line ");
  expect_says(error(file("<html><body/></html>")), "not a SimGrid platform");
  expect_says(error(file(std::string("\x7f"
                                     "ELF\x02\x01\x01\0\0\0",
                                     10))),
              "not well-formed XML");
}

TEST_F(Errors, PlatformsThatSimgridRefuses) {
  expect_says(error(zone("")), "has no host");
  expect_says(error(zone("<host id=\"a\" speed=\"fast\"/>")), "cannot parse number");
  expect_says(error(zone(std::string(kHostA) + "<bogus/>")), "platform.xml");
  expect_says(error(zone(std::string(kHostA) + kHostA)), "second host named 'a'");
  expect_says(error(zone(kHostA, "Wrong")), "Not a valid model");
  expect_says(error(zone("<host id=\"a\" speed=\"0f\"/>")), "host a has speed 0");
  expect_says(error(zone("<host id=\"a\" speed=\"10f\"/>")), "does its speed lack a unit");
  expect_says(error(file("<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n<platform "
                         "version=\"3\"><zone id=\"w\" routing=\"Full\"/></platform>")),
              "TOO OLD");
}

TEST_F(Errors, NoWayBetweenHosts) {
  const std::string hosts = std::string(kHostA) + "<host id=\"b\" speed=\"1Gf\"/>";
  expect_says(error(zone(hosts), placed("server", "b")), "no route from a to b");
  for (const char* bandwidth : {"0Bps", "-1MBps"})
    expect_says(error(zone(hosts + "<link id=\"dead\" bandwidth=\"" + bandwidth +
                           "\" latency=\"1ms\"/><route src=\"a\" dst=\"b\"><link_ctn id=\"dead\"/></route>"),
                      placed("server", "b")),
                "link dead (a to b) has no bandwidth");
}

TEST_F(Errors, Placement) {
  expect_says(error(platform("cluster"), placed("server", "nod-3")),
              "no host \"nod-3\" (asked for server); nearest names: node-3");
  expect_says(error(platform("two_hosts"), placed("srv*", "b")),
              "no recorded process matches \"srv*\"; processes: client[100], server[101]");
  ProgramBuilder b = client_and_server();
  b.program.processes[1].sharing_group = b.program.processes[0].sharing_group;
  b.program.processes[1].sharing_reason = "both map /dev/shm/x writable";
  expect_says(error(platform("two_hosts"), placed("server", "b"), b.program),
              "client[100] and server[101] cannot run on different hosts (a, b): both map /dev/shm/x writable");
}

TEST_F(Errors, Deployment) {
  SimulateOptions options;
  options.deployment_file = "/does/not/exist.xml";
  expect_says(error(platform("two_hosts"), options), "deployment file /does/not/exist.xml cannot be read");
  options.deployment_file = file("<platform version=\"4.1\"></platform>");
  expect_says(error(platform("two_hosts"), options), "has no <actor");
  options.deployment_file = file("<platform version=\"4.1\"><actor host=\"b\"/></platform>");
  expect_says(error(platform("two_hosts"), options), "lacks its host or function");
}

TEST_F(Errors, NoneForAGoodDeployment) {
  SimulateOptions options;
  options.deployment_file =
      file("<platform version=\"4.1\"><actor host=\"b\" function=\"serv*\"><argument value=\"1\"/></actor></platform>");
  const Outcome o = simulate(client_and_server().program, platform("two_hosts"), options);
  EXPECT_EQ(o.processes[0].host, "a");
  EXPECT_EQ(o.processes[1].host, "b");
}

TEST_F(Errors, Options) {
  SimulateOptions options;
  options.simgrid_config = {"no/such:option"};
  expect_says(error(platform("two_hosts"), options), "no/such:option");
  options.simgrid_config = {"nonsense"};
  expect_says(error(platform("two_hosts"), options), "key:value");
  ProgramBuilder b = client_and_server();
  b.program.recorded_speed_flops = 0;
  expect_says(error(platform("two_hosts"), {}, b.program), "does not say how fast");
}

TEST_F(Errors, CycleOfWaitsIsNamed) {
  for (const EngineKind engine : {EngineKind::event, EngineKind::reference}) {
    ProgramBuilder b;
    b.process("left", {compute(1 * kMs), wait(0), signal(1)});
    b.process("right", {wait(1), signal(0)});
    b.program.tokens = 2;
    SimulateOptions options;
    options.engine = engine;
    const std::string message = error(platform("two_hosts"), options, b.program);
    expect_says(message, "cycle of waits");
    expect_says(message, "left[100]");
    expect_says(message, "right[101]");
  }
}

}  // namespace
}  // namespace simrec::replay::test
