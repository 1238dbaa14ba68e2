// SPDX-License-Identifier: Apache-2.0
#include "uplink/http_proxy.h"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "uplink/http_exchange.h"

namespace airspool::uplink {
namespace {

// The proxies of the environment, put back afterwards.
class HttpProxyTest : public testing::Test {
 protected:
  HttpProxyTest() {
    for (const char* name : kNames) ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
  }
  ~HttpProxyTest() override {
    for (const char* name : kNames) ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
  }
  static void set(const char* name, const char* value) { ::setenv(name, value, 1); }  // NOLINT(concurrency-mt-unsafe)
  static std::string proxy(const std::string& url, const std::string& key = "") {
    const auto found = proxy_for(*parse_mqtt_url(url), key);
    if (!found) return "error: " + found.error().message;
    return *found ? (*found)->host + ":" + std::to_string((*found)->port) : "straight";
  }
  static constexpr const char* kNames[] = {"https_proxy", "HTTPS_PROXY", "http_proxy", "no_proxy", "NO_PROXY"};
};

TEST_F(HttpProxyTest, ReadsHostPortAndLogin) {
  const auto proxy = parse_http_proxy("http://roof:s@cret@proxy.example:8080/");
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->host, "proxy.example");
  EXPECT_EQ(proxy->port, 8080);
  EXPECT_EQ(proxy->credentials, "roof:s@cret");
  EXPECT_EQ(parse_http_proxy("http://[2001:db8::1]")->host, "2001:db8::1");
  EXPECT_EQ(parse_http_proxy("http://[2001:db8::1]:81")->port, 81);
}

TEST_F(HttpProxyTest, RefusesWhatIsNoneWithoutRepeatingThePassword) {
  for (const char* url : {"proxy:3128", "https://proxy", "http://", "http://a:0", "http://a:x", "http://me:hunter2@"}) {
    const auto proxy = parse_http_proxy(url);
    ASSERT_FALSE(proxy) << url;
    EXPECT_EQ(proxy.error().message.find("hunter2"), std::string::npos);
  }
}

TEST_F(HttpProxyTest, TheEnvironmentCountsForTheWebOnly) {
  set("https_proxy", "http://secure:1");
  set("http_proxy", "clear:2");
  EXPECT_EQ(proxy("wss://broker.example"), "secure:1");
  EXPECT_EQ(proxy("ws://broker.example"), "clear:2");
  EXPECT_EQ(proxy("mqtts://broker.example"), "straight");
  EXPECT_EQ(proxy("mqtts://broker.example", "http://secure:1"), "secure:1");
  EXPECT_EQ(proxy("wss://broker.example", "none"), "straight");
}

TEST_F(HttpProxyTest, NoProxyNamesHostsAndTheirDomains) {
  set("https_proxy", "http://secure:1");
  set("no_proxy", "other, .example");
  EXPECT_EQ(proxy("wss://broker.example"), "straight");
  EXPECT_EQ(proxy("wss://example"), "straight");
  EXPECT_EQ(proxy("wss://notexample"), "secure:1");
  set("no_proxy", "*");
  EXPECT_EQ(proxy("wss://notexample"), "straight");
}

TEST_F(HttpProxyTest, ThisMachineIsNeverBehindAProxy) {
  EXPECT_EQ(proxy("mqtt://127.0.0.1", "http://proxy:1"), "straight");
  EXPECT_EQ(proxy("ws://localhost", "http://proxy:1"), "straight");
}

TEST_F(HttpProxyTest, Base64AsRfc4648SaysIt) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace airspool::uplink
