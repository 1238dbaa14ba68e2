// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <airspool/config/reference.h>

#include "loading.h"

namespace airspool::config::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ConfigRedactionTest, PasswordsInUrlsAreHidden) {
  const std::string shown = show_text(right("[[sink]]\ntype='mqtt'\nurl='mqtt://user:hunter2@h:1883'\n"));
  EXPECT_THAT(shown, HasSubstr("url = \"mqtt://user:***@h:1883\""));
  EXPECT_THAT(shown, Not(HasSubstr("hunter2")));
}

TEST(ConfigRedactionTest, PasswordsWithSlashesAndAtSignsAreHidden) {
  const std::string shown =
      show_text(right("[[sink]]\ntype='kafka'\nbrokers=['a:1']\nproperties={ proxy = 'http://user:hun/t@er2@h' }\n"));
  EXPECT_THAT(shown, HasSubstr("proxy = \"http://user:***@h\""));
}

TEST(ConfigRedactionTest, TokensInUrlsAreHidden) {
  const std::string shown = show_text(right("[opensky]\nbase_url='https://hunter2@h/api?key=hunter3'\n"));
  EXPECT_THAT(shown, HasSubstr("base_url = \"https://***@h/api?***\""));
}

TEST(ConfigRedactionTest, PropertiesAreHiddenByTheirName) {
  const std::string shown = show_text(
      right("[[sink]]\ntype='kafka'\nbrokers=['a:1']\n[sink.properties]\n'sasl.password'='hunter2'\n"
            "'ssl.key.pem'='hunter2'\n'sasl.oauthbearer.client.secret'='hunter2'\n'SASL.Jaas.Config'='hunter2'\n"
            "'client.rack'='r1'\n'https.proxy'='http://u:hunter2@p'\n"));
  EXPECT_THAT(shown, Not(HasSubstr("hunter2")));
  EXPECT_THAT(shown, HasSubstr("\"sasl.password\" = \"***\""));
  EXPECT_THAT(shown, HasSubstr("\"client.rack\" = \"r1\""));
}

TEST(ConfigRedactionTest, FilesWithSecretsAreNamed) {
  EXPECT_THAT(show_text(right("[[sink]]\ntype='mqtt'\nurl='mqtts://h'\nusername='u'\npassword_file='/etc/p'\n")),
              HasSubstr("password_file = \"/etc/p\""));
}

TEST(ConfigRedactionTest, ARefusedUrlIsNotRepeated) {
  EXPECT_THAT(wrong("[[sink]]\ntype='mqtt'\nurl='mqtt:/user:hunter2@h'\n"), Not(HasSubstr("hunter2")));
}

TEST(ConfigRedactionTest, APasswordInThePlaceOfAFileNameIsNotRepeated) {
  const std::string text = wrong("[[sink]]\ntype='mqtt'\nurl='mqtts://h'\npassword='hunter2'\n");
  EXPECT_THAT(text, HasSubstr("unknown key \"password\" in [[sink]]; did you mean \"password_file\"?"));
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
}

TEST(ConfigRedactionTest, SettingsAreNamedWithoutTheirSecret) {
  const std::string sinks = "[[sink]]\ntype='kafka'\nbrokers=['a:1']\n";
  EXPECT_THAT(wrong(sinks, {"sink.kafka.password=hunter2"}), HasSubstr("--set sink.kafka.password=***: unknown key"));
  EXPECT_THAT(wrong(sinks, {"sink.kafak.properties.sasl.password=hunter2"}), Not(HasSubstr("hunter2")));
  EXPECT_THAT(wrong(sinks, {"sink.kafak.url=mqtt://u:hunter2@h"}), Not(HasSubstr("hunter2")));
}

TEST(ConfigRedactionTest, BrokenTomlIsNotQuoted) {
  EXPECT_THAT(wrong("[sink.properties]\n'sasl.password' = hunter2\n"), Not(HasSubstr("hunter2")));
  EXPECT_THAT(wrong("[sink.properties]\n'sasl.password' = \"hunter2\n"), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace airspool::config::test
