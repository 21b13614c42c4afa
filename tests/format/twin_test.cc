#include "trace-format/twin.h"

#include <gtest/gtest.h>

#include "sample.h"

namespace simrec::test {
namespace {

TEST(Twin, SaysWhatWasCalibrated) {
  Header header = full_header();
  header.host.name = "my \"host\" <&>";
  header.host.cpu_model = "A & B <C>";
  const std::string xml = twin_platform_xml(header, IdleCores::native);
  for (const char* part :
       {"<host id=\"my--host-----\" speed=\"1.25e+09f\" core=\"7\">", "value=\"A &amp; B &lt;C&gt;\"",
        "bandwidth=\"3.5e+09Bps\" latency=\"1.2345e-05s\"", "<prop id=\"wakeup_ns\" value=\"6789\"/>",
        "<prop id=\"tcp_congestion_control\" value=\"bbr\"/>", "<platform version=\"4.1\">"}) {
    EXPECT_NE(xml.find(part), std::string::npos) << part << " is not in\n" << xml;
  }
  EXPECT_EQ(xml.find("speed_unknown"), std::string::npos);
}

TEST(Twin, HasIdleCoresAsTheyWereWhileRecordingIfThatIsKnown) {
  Header header = full_header();
  const std::string as_recorded = twin_platform_xml(header, IdleCores::recording);
  EXPECT_NE(as_recorded.find("<prop id=\"wakeup_ns\" value=\"123\"/>"), std::string::npos) << as_recorded;
  EXPECT_NE(as_recorded.find("<prop id=\"native_wakeup_ns\" value=\"6789\"/>"), std::string::npos) << as_recorded;
  header.calibration.wake_up_recording_ns = -1;  // traces of older versions
  EXPECT_EQ(twin_platform_xml(header, IdleCores::recording), twin_platform_xml(header, IdleCores::native));
}

TEST(Twin, SurvivesATraceThatKnowsNothing) {
  const std::string xml = twin_platform_xml(Header{}, IdleCores::native);
  EXPECT_NE(xml.find("<host id=\"host\" speed=\"1e+09f\" core=\"1\">"), std::string::npos) << xml;
  EXPECT_NE(xml.find("speed_unknown"), std::string::npos);
}

}  // namespace
}  // namespace simrec::test
