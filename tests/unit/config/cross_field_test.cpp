// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "loading.h"

namespace airspool::config::test {
namespace {

using testing::HasSubstr;

TEST(ConfigCrossFieldTest, LatitudeNeedsLongitude) {
  EXPECT_EQ(wrong("[station]\nlat = 4\n"), "a.toml:2:1: lat needs lon beside it: give both or neither\n");
}

TEST(ConfigCrossFieldTest, LongitudeNeedsLatitude) {
  EXPECT_EQ(wrong("[station]\nlon = 4\n"), "a.toml:2:1: lon needs lat beside it: give both or neither\n");
}

TEST(ConfigCrossFieldTest, SinkNamesAreUnique) {
  EXPECT_EQ(wrong("[[sink]]\nname='a'\ntype='file'\npath='x'\n[[sink]]\ntype='file'\nname='a'\npath='y'\n"),
            "a.toml:7:1: two sinks are named \"a\" (the other is in line 1): give this one another name\n");
}

TEST(ConfigCrossFieldTest, TwoSinksWithoutNameOfOneTypeNeedNames) {
  EXPECT_EQ(wrong("[[sink]]\ntype='file'\npath='x'\n[[sink]]\ntype='file'\npath='y'\n"),
            "a.toml:4:1: two sinks are named \"file\" (the other is in line 1): give this one another name\n");
}

TEST(ConfigCrossFieldTest, AroundAndAreaExcludeEachOther) {
  EXPECT_EQ(wrong("[opensky]\narea = [{south=1, west=1, north=2, east=2}]\naround = {lat=1, lon=1, radius_km=5}\n"),
            "a.toml:3:1: opensky.around and opensky.area cannot both be given: remove one\n");
}

TEST(ConfigCrossFieldTest, AroundNeedsAllItsKeys) {
  EXPECT_EQ(wrong("[opensky.around]\nlat = 1\nlon = 2\n"),
            "a.toml:1:10: [opensky.around] needs the key \"radius_km\": a number from 1 to 20000 km\n");
}

TEST(ConfigCrossFieldTest, AreaNeedsAllItsEdges) {
  EXPECT_EQ(wrong("[opensky]\narea = [{south=1, west=1, north=2}]\n"),
            "a.toml:2:9: [[opensky.area]] needs the key \"east\": a number from -180 to 180 degrees\n");
}

TEST(ConfigCrossFieldTest, SouthIsBelowNorth) {
  EXPECT_EQ(wrong("[opensky]\narea = [{south=2, west=1, north=1.5, east=3}]\n"),
            "a.toml:2:10: south (2) must be less than north (1.5)\n");
}

TEST(ConfigCrossFieldTest, AreaMaySpanTheAntimeridian) {
  const Loaded loaded = right("[opensky]\narea = [{south=-20, west=175, north=-10, east=-175}]\n");
  ASSERT_EQ(loaded.config.opensky.areas.size(), 1U);
  EXPECT_EQ(loaded.config.opensky.areas[0].west_deg, 175.0);
}

TEST(ConfigCrossFieldTest, ClientIdNeedsItsSecret) {
  EXPECT_EQ(wrong("[opensky]\nclient_id = \"x\"\n"),
            "a.toml:2:1: client_id needs client_secret_file beside it: give both or neither\n");
}

TEST(ConfigCrossFieldTest, AnonymousHasNoCredentials) {
  EXPECT_EQ(wrong("[opensky]\ncredentials_file = 'c'\naccount = \"anonymous\"\n"),
            "a.toml:3:1: an anonymous account has no credentials: remove one of the two\n");
}

TEST(ConfigCrossFieldTest, AFixedIntervalIsNotStretched) {
  EXPECT_EQ(wrong("[opensky]\npoll_interval_s = 30\nonly_when_needed = true\n"),
            "a.toml:3:1: only_when_needed chooses the interval, and poll_interval_s fixes it: remove one\n");
}

TEST(ConfigCrossFieldTest, OneKindOfCredentialsIsEnough) {
  EXPECT_EQ(wrong("[opensky]\ncredentials_file='c'\nclient_id='x'\nclient_secret_file='s'\n"),
            "a.toml:3:1: client_id and credentials_file cannot both be given: remove one\n");
}

TEST(ConfigCrossFieldTest, OwnSensorsAndAccountsNeedCredentials) {
  EXPECT_EQ(wrong("[opensky]\nown = true\naccount = \"feeder\"\n"),
            "a.toml:2:1: own sensors need an account: give credentials_file, or client_id and client_secret_file\n"
            "a.toml:3:1: this class of account needs credentials_file, or client_id and client_secret_file\n");
}

TEST(ConfigCrossFieldTest, PlainHttpOnlyToThisMachine) {
  EXPECT_EQ(wrong("[opensky]\nbase_url = \"http://example.org/api\"\n"),
            "a.toml:2:1: opensky.base_url: plain http is only for this machine (127.0.0.1, localhost); use https://\n");
  EXPECT_EQ(wrong("[opensky]\nbase_url = \"http://127.0.0.1:8080/api\"\ntoken_url = \"http://localhost/t\"\n"), "");
  EXPECT_THAT(wrong("[opensky]\nbase_url = \"http://127.0.0.1@example.org/\"\n"), HasSubstr("plain http"));
  EXPECT_THAT(wrong("[opensky]\nbase_url = \"http://127.0.0.1.example.org/\"\n"), HasSubstr("plain http"));
}

TEST(ConfigCrossFieldTest, AnOutputHasTheUsualPortOfItsTypeOnThisMachine) {
  const Config config = right(
                            "[[output]]\ntype='beast'\n[[output]]\ntype='avr'\n[[output]]\ntype='sbs'\nlisten='0.0.0.0:"
                            "30103'\nfrom='radio'\n")
                            .config;
  ASSERT_EQ(config.outputs.size(), 3U);
  EXPECT_EQ(config.outputs[0].listen, "127.0.0.1:30005");
  EXPECT_EQ(config.outputs[0].from, OutputFrom::kAll);
  EXPECT_EQ(config.outputs[1].listen, "127.0.0.1:30002");
  EXPECT_EQ(config.outputs[2].listen, "0.0.0.0:30103");
  EXPECT_EQ(config.outputs[2].from, OutputFrom::kRadio);
  EXPECT_TRUE(right("").config.outputs.empty());
}

TEST(ConfigCrossFieldTest, TwoCannotHaveOnePort) {
  EXPECT_EQ(wrong("[[input]]\nlisten='127.0.0.1:30104'\n[[output]]\ntype='beast'\n[[output]]\ntype='beast'\n"
                  "[[output]]\ntype='avr'\nlisten='127.0.0.1:30104'\n"),
            "a.toml:5:1: another [[output]] listens on \"127.0.0.1:30005\" already: give this one another port\n"
            "a.toml:9:1: an [[input]] listens on \"127.0.0.1:30104\" already: give this one another port\n");
  EXPECT_EQ(wrong("[[output]]\ntype='beast'\nlisten='127.0.0.1:0'\n[[output]]\ntype='avr'\nlisten='127.0.0.1:0'\n"),
            "");
  EXPECT_THAT(wrong("[[output]]\nlisten='a:1'\n"), testing::HasSubstr("[[output]] needs the key \"type\""));
}

TEST(ConfigCrossFieldTest, InputConnectsOrListens) {
  EXPECT_EQ(wrong("[[input]]\n[[input]]\nconnect = \"a:1\"\nlisten = \"b:2\"\n"),
            "a.toml:1:1: an input needs connect = \"host:port\" or listen = \"address:port\"\n"
            "a.toml:4:1: an input either connects or listens: remove one, or write a second [[input]]\n");
}

TEST(ConfigCrossFieldTest, SinkNeedsAType) {
  EXPECT_EQ(wrong("[[sink]]\nname = \"a\"\n"),
            "a.toml:1:1: [[sink]] needs the key \"type\": \"kafka\", \"mqtt\" or \"file\"\n");
}

TEST(ConfigCrossFieldTest, EachTypeOfSinkNeedsItsKeys) {
  EXPECT_THAT(wrong("[[sink]]\ntype = \"mqtt\"\n"),
              HasSubstr("a.toml:1:1: a sink of type \"mqtt\" needs the key \"url\""));
  EXPECT_THAT(wrong("[[sink]]\ntype = \"file\"\n"),
              HasSubstr("a.toml:1:1: a sink of type \"file\" needs the key \"path\""));
  EXPECT_THAT(wrong("[[sink]]\ntype = \"kafka\"\nbrokers = []\n"),
              HasSubstr("a.toml:3:11: sink.brokers must be a list"));
}

TEST(ConfigCrossFieldTest, KeyOfAnotherTypeOfSinkIsRefused) {
  EXPECT_EQ(wrong("[[sink]]\nname='disk'\ntype='file'\npath='x'\nbrokers=['a:1']\n[sink.properties]\nx='y'\n"),
            "a.toml:5:1: \"brokers\" is a key of sinks of type kafka, and \"disk\" is of type file: remove it\n"
            "a.toml:6:7: \"properties\" is a key of sinks of type kafka, and \"disk\" is of type file: remove it\n");
}

TEST(ConfigCrossFieldTest, ABadTypeIsTheOnlyComplaintAboutIt) {
  EXPECT_EQ(wrong("[[sink]]\ntype = \"kafak\"\nbrokers = ['a:1']\n"),
            "a.toml:2:8: sink.type must be \"kafka\", \"mqtt\" or \"file\", not \"kafak\"; did you mean \"kafka\"?\n");
}

TEST(ConfigCrossFieldTest, PasswordsAndKeysComeInPairs) {
  EXPECT_EQ(wrong("[[sink]]\ntype='mqtt'\nurl='mqtts://h'\nusername='u'\ncert_file='c'\n"),
            "a.toml:4:1: username needs password_file beside it: give both or neither\n"
            "a.toml:5:1: cert_file needs key_file beside it: give both or neither\n");
}

TEST(ConfigCrossFieldTest, AnMqttSinkTellsItsHealthUnlessItIsToldNotTo) {
  const std::string sink = "[[sink]]\ntype='mqtt'\nurl='mqtt://h'\n";
  EXPECT_EQ(right(sink).config.sinks[0].status_topic, "airspool/{station}/status");
  EXPECT_EQ(right(sink + "status_topic = ''\n").config.sinks[0].status_topic, "");
  EXPECT_THAT(wrong(sink + "status_topic = 'a/#'\n"), HasSubstr("a.toml:4:16: sink.status_topic must be a topic"));
}

TEST(ConfigCrossFieldTest, TheTopicOfSingleAircraftNamesThem) {
  const std::string sink = "[[sink]]\ntype='mqtt'\nurl='wss://h/mqtt'\nproxy='http://p:3128'\n";
  EXPECT_EQ(right(sink + "aircraft_topic='a/{station}/{icao24}'\n").config.sinks[0].aircraft_topic,
            "a/{station}/{icao24}");
  EXPECT_THAT(wrong(sink + "aircraft_topic='a/{station}'\n"), HasSubstr("a topic with {icao24}"));
  EXPECT_THAT(wrong(sink + "topic='a/{icao24}'\n"), HasSubstr("placeholders other than {station}"));
  EXPECT_THAT(wrong("[[sink]]\ntype='mqtt'\nurl='wss://h'\nproxy='p:3128'\n"),
              HasSubstr("http://host:port, or \"none\""));
}

TEST(ConfigCrossFieldTest, AwsTopicsAreShortAndNotDeep) {
  const std::string sink = "[station]\nname='roof-1'\n[[sink]]\ntype='mqtt'\nprofile='aws-iot'\nurl='mqtts://h'\n";
  EXPECT_EQ(wrong(sink + "topic='$aws/rules/lake/1/2/3/4/5/6/7/8'\n"), "");
  EXPECT_EQ(wrong(sink + "topic='1/2/3/4/5/6/7/8'\n"), "");
  EXPECT_EQ(wrong(sink + "topic='1/2/3/4/5/6/7/8/9'\n"),
            "a.toml:7:1: topic \"1/2/3/4/5/6/7/8/9\" has 8 slashes: AWS IoT Core takes 7 at most\n");
  EXPECT_THAT(wrong(sink + "topic='$aws/rules/lake'\n"), HasSubstr("names no rule"));
  EXPECT_THAT(wrong(sink + "topic='$aws/things/x'\n"), HasSubstr("begins with $"));
  EXPECT_EQ(wrong(sink + "topic='{station}" + std::string(244, 'x') + "{station}'\n"), "");
  EXPECT_THAT(wrong(sink + "topic='{station}" + std::string(245, 'x') + "{station}'\n"), HasSubstr("has 257 bytes"));
  EXPECT_THAT(wrong(sink + "topic='{station}/{station}/" + std::string(225, 'x') + "{station}'\n",
                    {"station.name=" + std::string(40, 'y')}),
              HasSubstr("256"));
  EXPECT_THAT(wrong(sink + "status_topic='$aws/rules/lake/status'\n"), HasSubstr("no retained messages"));
  EXPECT_THAT(wrong("[[sink]]\ntype='mqtt'\nprofile='aws-iot'\nurl='mqtt://h'\n"), HasSubstr("TLS only"));
}

TEST(ConfigCrossFieldTest, ABrokerThatCannotSayNoDeservesAWord) {
  const std::string sink = "[[sink]]\ntype='mqtt'\nurl='mqtt://h'\nprofile=";
  EXPECT_THAT(cautions(right(sink + "'standard'\n").config), testing::IsEmpty());
  EXPECT_THAT(cautions(right(sink + "'plain'\n").config), testing::ElementsAre(HasSubstr("3.1.1")));
}

TEST(ConfigCrossFieldTest, ASimulatedSkyBesideARealOneDeservesAWord) {
  EXPECT_THAT(cautions(right("[radio]\nsource='sim'\n[[input]]\nconnect='a:1'\n").config),
              testing::ElementsAre(HasSubstr("count as simulated")));
  EXPECT_THAT(cautions(right("[radio]\nsource='none'\n[[input]]\nconnect='a:1'\n").config), testing::IsEmpty());
}

TEST(ConfigCrossFieldTest, LoginSecurityNeedsALogin) {
  EXPECT_EQ(wrong("[[sink]]\ntype='kafka'\nbrokers=['a:1']\nsecurity='scram-sha-512'\n"),
            "a.toml:4:1: this security needs username and password_file\n");
}

TEST(ConfigCrossFieldTest, PlayingAFileNeedsThePath) {
  EXPECT_EQ(wrong("[radio]\nsource = \"file\"\n"),
            "a.toml:2:1: radio.source = \"file\" needs radio.path, the recording to play\n");
}

// A sink that logs in to Amazon MSK, with these lines.
std::string msk(const std::string& lines) {
  return "[[sink]]\ntype = \"kafka\"\nbrokers = [\"b:9098\"]\nsecurity = \"msk-iam\"\n" + lines;
}

TEST(ConfigCrossFieldTest, TheKeysOfMskMayBeLeftToAwsOwnChain) { EXPECT_EQ(wrong(msk("")), ""); }

TEST(ConfigCrossFieldTest, TheKeysOfMskComeFromOnePlace) {
  EXPECT_EQ(wrong(msk("access_key_id = \"AKIA1\"\nsecret_access_key_file = \"/s\"\n")), "");
  EXPECT_EQ(wrong(msk("aws_profile = \"roof\"\n")), "");
  EXPECT_EQ(wrong(msk("aws_profile = \"roof\"\naccess_key_id = \"AKIA1\"\nsecret_access_key_file = \"/s\"\n")),
            "a.toml:5:1: aws_profile and access_key_id are two ways to the same keys: remove one\n");
}

TEST(ConfigCrossFieldTest, AnAccessKeyNeedsItsSecretAndTheOtherWayRound) {
  EXPECT_NE(wrong(msk("access_key_id = \"AKIA1\"\n")).find("secret_access_key_file"), std::string::npos);
  EXPECT_NE(wrong(msk("secret_access_key_file = \"/s\"\n")).find("access_key_id"), std::string::npos);
}

TEST(ConfigCrossFieldTest, TheIotCredentialProviderNeedsAnAliasAndACertificate) {
  const std::string certificate = "cert_file = \"/c\"\nkey_file = \"/k\"\n";
  const std::string endpoint = "iot_credentials_endpoint = \"c1.credentials.iot.eu-central-1.amazonaws.com\"\n";
  EXPECT_EQ(wrong(msk(endpoint + "iot_role_alias = \"a\"\niot_thing_name = \"t\"\n" + certificate)), "");
  EXPECT_NE(wrong(msk(endpoint + certificate)).find("iot_role_alias"), std::string::npos);
  EXPECT_NE(wrong(msk(endpoint + "iot_role_alias = \"a\"\n")).find("cert_file"), std::string::npos);
  EXPECT_NE(wrong(msk("iot_thing_name = \"t\"\n")).find("iot_credentials_endpoint"), std::string::npos);
  EXPECT_NE(wrong(msk("iot_credentials_endpoint = \"https://x/\"\niot_role_alias = \"a\"\n" + certificate))
                .find("host name or address"),
            std::string::npos);
}

TEST(ConfigCrossFieldTest, AwsKeysAreForTheLoginOfMsk) {
  EXPECT_NE(wrong("[[sink]]\ntype = \"kafka\"\nbrokers = [\"b:9092\"]\naws_profile = \"roof\"\n").find("msk-iam"),
            std::string::npos);
}

TEST(ConfigCrossFieldTest, TheSchemaBlockIsAMatterOfDebezium) {
  const std::string sink = "[[sink]]\ntype = \"kafka\"\nbrokers = [\"b:9092\"]\nschema_block = false\n";
  EXPECT_NE(wrong(sink).find("debezium"), std::string::npos);
  EXPECT_FALSE(right(sink + "format = \"debezium\"\n").config.sinks.at(0).schema_block);
}

}  // namespace
}  // namespace airspool::config::test
