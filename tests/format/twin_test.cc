#include "trace-format/twin.h"

#include <gtest/gtest.h>

#include "sample.h"

namespace simrec::test {
namespace {

TEST(Twin, SaysWhatWasCalibrated) {
  Header header = full_header();
  header.host.name = "my \"host\" <&>";
  header.host.cpu_model = "A & B <C>";
  const std::string xml = twin_platform_xml(header);
  for (const char* part : {"<host id=\"my--host-----\" speed=\"1.25e+09f\" core=\"7\">",
                           "value=\"A &amp; B &lt;C&gt;\"", "bandwidth=\"3.5e+09Bps\" latency=\"1.2345e-05s\"",
                           "<prop id=\"wakeup_ns\" value=\"6789\"/>", "<platform version=\"4.1\">"}) {
    EXPECT_NE(xml.find(part), std::string::npos) << part << " is not in\n" << xml;
  }
  EXPECT_EQ(xml.find("speed_unknown"), std::string::npos);
}

TEST(Twin, SurvivesATraceThatKnowsNothing) {
  const std::string xml = twin_platform_xml(Header{});
  EXPECT_NE(xml.find("<host id=\"host\" speed=\"1e+09f\" core=\"1\">"), std::string::npos) << xml;
  EXPECT_NE(xml.find("speed_unknown"), std::string::npos);
}

}  // namespace
}  // namespace simrec::test
