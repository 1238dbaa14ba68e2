// SPDX-License-Identifier: Apache-2.0
#include "uplink/aws/sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/fake_http.h"
#include "fakes/http_test_server.h"
#include "fakes/tls_front.h"
#include "surroundings.h"

namespace airspool::uplink::aws {
namespace {

using test::HttpReply;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Credentials kOfAUser{"AKIA1", "sesame", ""};

class StaticKeys : public Surroundings {};

TEST_F(StaticKeys, AreAnIdAndAFile) {
  AwsCredentialSettings settings;
  settings.access_key_id = "AKIA1";
  settings.secret_access_key_file = file("secret", "sesame\n");
  const auto answer = from_settings(settings);
  ASSERT_TRUE(answer && *answer) << words(answer);
  EXPECT_EQ(**answer, kOfAUser);
}

TEST_F(StaticKeys, AreRefusedWhenOthersCanReadThem) {
  AwsCredentialSettings settings;
  settings.access_key_id = "AKIA1";
  settings.secret_access_key_file = file("secret", "sesame\n");
  let_others_read(settings.secret_access_key_file);
  const auto answer = from_settings(settings);
  EXPECT_THAT(words(answer), AllOf(HasSubstr("chmod 600"), HasSubstr("secret_access_key_file")));
  EXPECT_EQ(answer.error().code, ErrorCode::kPermissionDenied);
}

TEST_F(StaticKeys, AreNothingElseThanOneSecret) {
  AwsCredentialSettings settings;
  settings.access_key_id = "AKIA1";
  settings.secret_access_key_file = file("secret", "sesame and more\n");
  EXPECT_EQ(from_settings(settings).error().code, ErrorCode::kConfig);
  settings.secret_access_key_file = file("empty", "\n");
  EXPECT_EQ(from_settings(settings).error().code, ErrorCode::kConfig);
  settings.secret_access_key_file = (folder / "absent").string();
  EXPECT_EQ(from_settings(settings).error().code, ErrorCode::kNotFound);
}

class EnvironmentKeys : public Surroundings {};

TEST_F(EnvironmentKeys, AreTwoVariablesAndPerhapsAThird) {
  EXPECT_EQ(words(from_environment(world)), "not set up");
  variables = {{"AWS_ACCESS_KEY_ID", "AKIA1"}, {"AWS_SECRET_ACCESS_KEY", "sesame"}};
  EXPECT_EQ(from_environment(world).value(), kOfAUser);
  variables["AWS_SESSION_TOKEN"] = "t";
  EXPECT_EQ(from_environment(world).value()->session_token, "t");
}

TEST_F(EnvironmentKeys, ComeInPairs) {
  variables = {{"AWS_SECRET_ACCESS_KEY", "sesame"}};
  EXPECT_THAT(words(from_environment(world)), HasSubstr("AWS_ACCESS_KEY_ID"));
  variables = {{"AWS_ACCESS_KEY_ID", "AKIA1"}, {"AWS_SECRET_ACCESS_KEY", ""}};
  EXPECT_THAT(words(from_environment(world)), HasSubstr("set both"));
  variables["AWS_SECRET_ACCESS_KEY"] = "sesame\nX-Header: 1";
  EXPECT_THAT(words(from_environment(world)), HasSubstr("no secret key"));
}

class ProfileKeysOf : public Surroundings {
 protected:
  ProfileKeysOf() { variables["HOME"] = folder.string(); }
};

TEST_F(ProfileKeysOf, TheDefaultProfileNeedNotBeThere) {
  EXPECT_EQ(words(from_profile(world, "")), "not set up");
  file(".aws/config", "[default]\nregion = eu-central-1\n");
  EXPECT_EQ(words(from_profile(world, "")), "not set up");
}

TEST_F(ProfileKeysOf, TheDefaultProfileAreFoundInTheHomeFolder) {
  file(".aws/credentials", "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = sesame\n");
  EXPECT_EQ(from_profile(world, "").value(), kOfAUser);
}

TEST_F(ProfileKeysOf, ANamedProfileAreFoundByConfigurationOrVariable) {
  file(".aws/credentials",
       "[default]\naws_access_key_id=AKIA0\naws_secret_access_key=sesame\n"
       "[roof]\naws_access_key_id=AKIA1\naws_secret_access_key=sesame\n");
  EXPECT_EQ(from_profile(world, "roof").value(), kOfAUser);
  variables["AWS_PROFILE"] = "roof";
  EXPECT_EQ(from_profile(world, "").value(), kOfAUser);
  EXPECT_EQ(from_profile(world, "default").value()->access_key_id, "AKIA0");
  EXPECT_THAT(words(from_profile(world, "cellar")), AllOf(HasSubstr("\"cellar\""), HasSubstr(".aws/credentials")));
  EXPECT_EQ(from_profile(world, "cellar").error().code, ErrorCode::kNotFound);
}

TEST_F(ProfileKeysOf, TheFilesThatVariablesNameCount) {
  variables["AWS_SHARED_CREDENTIALS_FILE"] =
      file("elsewhere", "[default]\naws_access_key_id=AKIA1\naws_secret_access_key=sesame\n");
  variables["AWS_CONFIG_FILE"] = "~/settings";
  file("settings", "[profile roof]\naws_access_key_id=AKIA2\naws_secret_access_key=sesame\n");
  EXPECT_EQ(from_profile(world, "").value(), kOfAUser);
  EXPECT_EQ(from_profile(world, "roof").value()->access_key_id, "AKIA2");
}

TEST_F(ProfileKeysOf, TheCredentialsFileWinOverTheSettings) {
  file(".aws/credentials", "[roof]\naws_access_key_id=AKIA1\naws_secret_access_key=sesame\n");
  file(".aws/config", "[profile roof]\naws_access_key_id=AKIA2\naws_secret_access_key=other\n");
  EXPECT_EQ(from_profile(world, "roof").value(), kOfAUser);
}

TEST_F(ProfileKeysOf, AFileThatOthersReadAreRefused) {
  let_others_read(file(".aws/credentials", "[default]\naws_access_key_id=AKIA1\naws_secret_access_key=sesame\n"));
  EXPECT_THAT(words(from_profile(world, "")), HasSubstr("chmod 600"));
  // Without a secret in it nobody is kept from reading it.
  let_others_read(file(".aws/credentials", "[other]\nregion=x\n"));
  EXPECT_EQ(words(from_profile(world, "")), "not set up");
}

TEST_F(ProfileKeysOf, OtherKindsSayWhatIsMissing) {
  file(".aws/config",
       "[profile sso]\nsso_session=x\n[profile process]\ncredential_process=/bin/x\n"
       "[profile chain]\nrole_arn=arn:x\nsource_profile=default\n[profile bare]\nregion=x\n");
  EXPECT_THAT(words(from_profile(world, "sso")), HasSubstr("sso_session"));
  EXPECT_THAT(words(from_profile(world, "process")), HasSubstr("credential_process"));
  EXPECT_THAT(words(from_profile(world, "chain")), HasSubstr("role_arn"));
  EXPECT_THAT(words(from_profile(world, "bare")), HasSubstr("aws_access_key_id"));
}

// The metadata service of an instance: HTTP on loopback, version 2.
class InstanceMetadata : public Surroundings {
 protected:
  InstanceMetadata() { variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url(); }
  test::HttpTestServer server;
};

TEST_F(InstanceMetadata, IsAskedWithASessionOfItsOwn) {
  server.reply(HttpReply::ok("session=="));
  server.reply(HttpReply::ok("roof-role\n"));
  server.reply(HttpReply::ok(metadata_json("ASIA1")));
  const auto answer = from_instance(world);
  ASSERT_TRUE(answer && *answer) << words(answer);
  EXPECT_EQ((*answer)->access_key_id, "ASIA1");
  EXPECT_EQ((*answer)->session_token, "sesame-token");
  EXPECT_TRUE((*answer)->expires);
  const auto asked = server.requests();
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_THAT(asked[0],
              AllOf(StartsWith("PUT /latest/api/token HTTP/1.1\r\n"), HasSubstr("Content-Length: 0\r\n"),
                    HasSubstr("X-aws-ec2-metadata-token-ttl-seconds: 60\r\n"), Not(HasSubstr("Content-Type"))));
  EXPECT_THAT(asked[1], AllOf(StartsWith("GET /latest/meta-data/iam/security-credentials/ "),
                              HasSubstr("X-aws-ec2-metadata-token: session==\r\n")));
  EXPECT_THAT(asked[2], StartsWith("GET /latest/meta-data/iam/security-credentials/roof-role "));
}

TEST_F(InstanceMetadata, SaysThatThereIsNoRole) {
  server.reply(HttpReply::ok("session"));
  server.reply(HttpReply::with_status(404, ""));
  EXPECT_THAT(words(from_instance(world)), HasSubstr("instance profile"));
}

TEST_F(InstanceMetadata, SaysThatItIsTurnedOff) {
  server.reply(HttpReply::with_status(403, ""));
  EXPECT_THAT(words(from_instance(world)), HasSubstr("turned off"));
}

TEST_F(InstanceMetadata, DoesNotFallBackToVersionOne) {
  server.reply(HttpReply::with_status(404, ""));
  EXPECT_THAT(words(from_instance(world)), HasSubstr("404"));
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(InstanceMetadata, SaysThatItsSessionIsNotTaken) {
  server.reply(HttpReply::ok("session"));
  server.reply(HttpReply::with_status(401, ""));
  EXPECT_THAT(words(from_instance(world)), HasSubstr("401"));
}

TEST_F(InstanceMetadata, HasTroubleOfItsOwn) {
  server.reply(HttpReply::ok("session"));
  server.reply(HttpReply::ok("role"));
  server.reply(HttpReply::with_status(500, "sesame"));
  const auto answer = from_instance(world);
  EXPECT_THAT(words(answer), HasSubstr("status 500"));
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
}

TEST_F(InstanceMetadata, IsCutInTheMiddle) {
  server.reply(HttpReply::ok("session"));
  server.reply(HttpReply::ok("role"));
  server.reply(HttpReply::ok(metadata_json("ASIA1").substr(0, 120)));
  EXPECT_THAT(words(from_instance(world)), HasSubstr("not JSON"));
  HttpReply broken = HttpReply::ok(metadata_json("ASIA1"));
  broken.bytes.resize(broken.bytes.size() - 10);
  broken.then = HttpReply::Then::kClose;
  server.reply(HttpReply::ok("session"));
  server.reply(HttpReply::ok("role"));
  server.reply(broken);
  EXPECT_EQ(from_instance(world).error().code, ErrorCode::kIo);
}

TEST_F(InstanceMetadata, ThatIsSilentIsNotWaitedForLong) {
  HttpReply silence;
  silence.then = HttpReply::Then::kHang;
  world.nearby = std::chrono::milliseconds(50);
  server.reply(silence);
  EXPECT_THAT(words(from_instance(world)), AllOf(HasSubstr("timeout"), HasSubstr("hop limit")));
}

TEST_F(InstanceMetadata, ThatIsALoginPageIsNoMetadata) {
  server.reply(HttpReply::ok("<html>please log in</html>"));
  EXPECT_THAT(words(from_instance(world)), HasSubstr("no metadata service"));
}

TEST_F(InstanceMetadata, SaysWhyTheRoleIsNotToBeHad) {
  server.reply(HttpReply::ok("session"));
  server.reply(HttpReply::ok("roof-role"));
  server.reply(HttpReply::ok(R"({"Code":"AssumeRoleUnauthorizedAccess"})"));
  EXPECT_THAT(words(from_instance(world)), AllOf(HasSubstr("roof-role"), HasSubstr("AssumeRoleUnauthorizedAccess")));
}

TEST_F(InstanceMetadata, CanBeTurnedOffByVariable) {
  variables["AWS_EC2_METADATA_DISABLED"] = "True";
  EXPECT_EQ(words(from_instance(world)), "not set up");
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(InstanceMetadata, IsAtItsAddressUnlessItIsMoved) {
  test::FakeHttp fake;
  const World here{environment, fake, "eu-central-1"};
  variables.clear();
  EXPECT_FALSE(from_instance(here));
  variables["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6";
  EXPECT_FALSE(from_instance(here));
  ASSERT_EQ(fake.requests.size(), 2U);
  EXPECT_EQ(fake.requests[0].url, "http://169.254.169.254/latest/api/token");
  EXPECT_TRUE(fake.requests[0].no_proxy);
  EXPECT_EQ(fake.requests[1].url, "http://[fd00:ec2::254]/latest/api/token");
}

class ContainerCredentials : public Surroundings {
 protected:
  test::HttpTestServer server;
};

TEST_F(ContainerCredentials, AreNothingWithoutTheirVariables) { EXPECT_EQ(words(from_container(world)), "not set up"); }

TEST_F(ContainerCredentials, OfEksComeWithATokenFromAFile) {
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url("/v1/credentials");
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = file("token", "first\n");
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "never";
  server.reply(HttpReply::ok(metadata_json("ASIA1")));
  server.reply(HttpReply::ok(metadata_json("ASIA2")));
  EXPECT_EQ(from_container(world).value()->access_key_id, "ASIA1");
  file("token", "second\n");
  EXPECT_EQ(from_container(world).value()->access_key_id, "ASIA2");
  EXPECT_THAT(server.requests()[0], AllOf(StartsWith("GET /v1/credentials "), HasSubstr("Authorization: first\r\n")));
  EXPECT_THAT(server.requests()[1], HasSubstr("Authorization: second\r\n"));
}

TEST_F(ContainerCredentials, OfEcsAreAtAnAddressOfItsOwn) {
  test::FakeHttp fake;
  fake.script.push_back({200, metadata_json("ASIA1"), {}, {}, {}});
  variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/1-2";
  EXPECT_EQ(from_container({environment, fake, "eu-central-1"}).value()->access_key_id, "ASIA1");
  EXPECT_EQ(fake.requests.at(0).url, "http://169.254.170.2/v2/credentials/1-2");
  EXPECT_TRUE(fake.requests.at(0).no_proxy);
}

TEST_F(ContainerCredentials, DoNotTravelInTheClearToAnyOtherHost) {
  test::FakeHttp fake;
  const World here{environment, fake, "eu-central-1"};
  for (const char* url :
       {"http://10.0.0.1/x", "http://127.0.0.1.example.com/x", "http://localhost@example.com/x",
        "http://169.254.170.2.example.com/x", "http://example.com:80/127.0.0.1", "http://[fd00:ec2::24]/x",
        "http://example.com\\@127.0.0.1/x", "http://", "ftp://127.0.0.1/", "127.0.0.1"}) {
    variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    EXPECT_EQ(from_container(here).error().code, ErrorCode::kConfig) << url;
  }
  EXPECT_TRUE(fake.requests.empty());
  for (const char* url : {"https://example.com/x", "http://localhost:99/x", "http://127.0.0.2/x", "http://[::1]:99/x",
                          "http://169.254.170.2/x", "http://169.254.170.23/v1", "http://[fd00:ec2::23]/v1"}) {
    variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    EXPECT_EQ(from_container(here).error().code, ErrorCode::kUnavailable) << url;
  }
  EXPECT_EQ(fake.requests.size(), 7U);
}

TEST_F(ContainerCredentials, DoNotTakeATokenThatWouldWriteHeaders) {
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url();
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "sesame\r\nX: 1";
  EXPECT_THAT(words(from_container(world)), HasSubstr("line break"));
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = (folder / "absent").string();
  EXPECT_THAT(words(from_container(world)), HasSubstr("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"));
}

TEST_F(ContainerCredentials, SayWhatIsWrong) {
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url();
  for (const auto& [status, said] :
       {std::pair{401, "refused"}, {403, "refused"}, {404, "no role"}, {500, "trouble"}, {302, "elsewhere"}}) {
    server.reply(HttpReply::with_status(status, "sesame"));
    EXPECT_THAT(words(from_container(world)), HasSubstr(said));
  }
  server.reply(HttpReply::ok("{}"));
  EXPECT_EQ(from_container(world).error().code, ErrorCode::kInvalidData);
}

class WebIdentity : public Surroundings {
 protected:
  WebIdentity() {
    variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = file("token", "ey.sesame.x\n");
    variables["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/roof";
    variables["AWS_ENDPOINT_URL_STS"] = server.url("");
  }
  static std::string answer() {
    return "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
           "<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>sesame</SecretAccessKey>"
           "<SessionToken>sesame-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>"
           "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
  }
  static std::string refusal(const std::string& code) {
    return "<ErrorResponse><Error><Type>Sender</Type><Code>" + code +
           "</Code><Message>sesame</Message></Error></ErrorResponse>";
  }
  test::HttpTestServer server;
};

TEST_F(WebIdentity, ChangesATokenForKeys) {
  server.reply(HttpReply::ok(answer()));
  const auto found = from_web_identity(world);
  ASSERT_TRUE(found && *found) << words(found);
  EXPECT_EQ((*found)->access_key_id, "ASIA1");
  EXPECT_EQ((*found)->session_token, "sesame-token");
  EXPECT_THAT(server.requests().at(0), AllOf(StartsWith("POST / HTTP/1.1\r\n"),
                                             HasSubstr("\r\n\r\nAction=AssumeRoleWithWebIdentity&Version=2011-06-15"
                                                       "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Froof"
                                                       "&RoleSessionName=airspool&WebIdentityToken=ey.sesame.x")));
}

TEST_F(WebIdentity, NamesItsSessionAsItIsTold) {
  variables["AWS_ROLE_SESSION_NAME"] = "roof-1";
  server.reply(HttpReply::ok(answer()));
  EXPECT_TRUE(from_web_identity(world));
  EXPECT_THAT(server.requests().at(0), HasSubstr("&RoleSessionName=roof-1&"));
}

TEST_F(WebIdentity, SaysWhatTheServiceSays) {
  server.reply(HttpReply::with_status(400, refusal("ExpiredTokenException")));
  EXPECT_THAT(words(from_web_identity(world)), AllOf(HasSubstr("ExpiredTokenException"), HasSubstr("renew")));
  server.reply(HttpReply::with_status(403, refusal("AccessDenied")));
  EXPECT_THAT(words(from_web_identity(world)), HasSubstr("trust policy"));
  server.reply(HttpReply::with_status(400, "no XML: sesame"));
  EXPECT_THAT(words(from_web_identity(world)), HasSubstr("status 400"));
  server.reply(HttpReply::with_status(503, ""));
  EXPECT_THAT(words(from_web_identity(world)), HasSubstr("status 503"));
  server.reply(HttpReply::ok(answer().substr(0, 200)));
  EXPECT_EQ(from_web_identity(world).error().code, ErrorCode::kInvalidData);
}

TEST_F(WebIdentity, NeedsARoleAndAToken) {
  variables.erase("AWS_ROLE_ARN");
  EXPECT_THAT(words(from_web_identity(world)), HasSubstr("AWS_ROLE_ARN"));
  variables = {{"AWS_ROLE_ARN", "arn"}};
  EXPECT_EQ(words(from_web_identity(world)), "not set up");
  variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = file("two", "sesame one\ntwo\n");
  EXPECT_THAT(words(from_web_identity(world)), HasSubstr("no token"));
}

TEST_F(WebIdentity, AsksTheServiceOfTheRegion) {
  test::FakeHttp fake;
  variables.erase("AWS_ENDPOINT_URL_STS");
  EXPECT_FALSE(from_web_identity({environment, fake, "eu-central-1"}));
  EXPECT_FALSE(from_web_identity({environment, fake, "cn-north-1"}));
  variables["AWS_ENDPOINT_URL"] = "https://localhost:4566";
  EXPECT_FALSE(from_web_identity({environment, fake, "eu-central-1"}));
  ASSERT_EQ(fake.requests.size(), 3U);
  EXPECT_EQ(fake.requests[0].url, "https://sts.eu-central-1.amazonaws.com/");
  EXPECT_EQ(fake.requests[1].url, "https://sts.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(fake.requests[2].url, "https://localhost:4566/");
}

TEST_F(WebIdentity, DoesNotSendItsTokenInTheClear) {
  variables["AWS_ENDPOINT_URL_STS"] = "http://10.0.0.1/";
  EXPECT_THAT(words(from_web_identity(world)), HasSubstr("https"));
}

TEST_F(WebIdentity, IsWhatAProfileMayUse) {
  variables = {{"HOME", folder.string()}, {"AWS_ENDPOINT_URL_STS", server.url("")}};
  file(".aws/config",
       "[profile roof]\nrole_arn = arn:aws:iam::1:role/x\nrole_session_name = me\n"
       "web_identity_token_file = " +
           (folder / "token").string() + "\n");
  server.reply(HttpReply::ok(answer()));
  EXPECT_EQ(from_profile(world, "roof").value()->access_key_id, "ASIA1");
  EXPECT_THAT(server.requests().at(0), HasSubstr("RoleSessionName=me"));
}

// The credential provider of AWS IoT: HTTPS on loopback that lets in who shows a certificate of its authority.
class IotProvider : public Surroundings {
 protected:
  IotProvider() {
    settings.iot_endpoint = "localhost:" + std::to_string(front.port());
    settings.iot_role_alias = "roof alias";
    settings.iot_thing_name = "roof-1";
    settings.cert_file = certificates.path("client.pem");
    settings.key_file = certificates.path("client.key");
    settings.ca_file = certificates.path("ca.pem");
  }
  static std::string answer() {
    return R"({"credentials":{"accessKeyId":"ASIA1","secretAccessKey":"sesame","sessionToken":"sesame-token",)"
           R"("expiration":"2099-01-01T00:00:00Z"}})";
  }
  static std::uint16_t port_of(const std::string& url) {
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }

  // Once for all tests: they take a while to make.
  static const test::TestCertificates& made() {
    static const test::TestCertificates certificates("roof-1");
    return certificates;
  }
  const test::TestCertificates& certificates = made();
  test::HttpTestServer server;
  test::TlsFront front{{certificates.path("server.pem"), certificates.path("server.key"), certificates.path("ca.pem")},
                       port_of(server.url(""))};
  AwsCredentialSettings settings;
};

TEST_F(IotProvider, GivesKeysForTheDevicesCertificate) {
  server.reply(HttpReply::ok(answer()));
  const auto found = from_iot(world, settings);
  ASSERT_TRUE(found && *found) << words(found);
  EXPECT_EQ((*found)->access_key_id, "ASIA1");
  EXPECT_EQ((*found)->secret_access_key, "sesame");
  EXPECT_TRUE((*found)->expires);
  EXPECT_EQ(front.clients(), std::vector<std::string>{"roof-1"});
  EXPECT_THAT(server.requests().at(0), AllOf(StartsWith("GET /role-aliases/roof%20alias/credentials HTTP/1.1\r\n"),
                                             HasSubstr("x-amzn-iot-thingname: roof-1\r\n")));
}

TEST_F(IotProvider, NeedNotBeToldTheThing) {
  settings.iot_thing_name.clear();
  server.reply(HttpReply::ok(answer()));
  ASSERT_TRUE(from_iot(world, settings));
  EXPECT_THAT(server.requests().at(0), Not(HasSubstr("thingname")));
}

TEST_F(IotProvider, SaysWhatIsWrong) {
  for (const auto& [status, said] : {std::pair{403, "iot:AssumeRoleWithCertificate"},
                                     {404, "iot_role_alias"},
                                     {400, "iot_thing_name"},
                                     {500, "trouble"}}) {
    server.reply(HttpReply::with_status(status, R"({"message":"sesame"})"));
    EXPECT_THAT(words(from_iot(world, settings)), HasSubstr(said));
  }
  server.reply(HttpReply::ok(answer().substr(0, 60)));
  EXPECT_THAT(words(from_iot(world, settings)), HasSubstr("not JSON"));
}

TEST_F(IotProvider, DoesNotTrustAServerOfAnotherAuthority) {
  settings.ca_file = certificates.path("other-ca.pem");
  EXPECT_THAT(words(from_iot(world, settings)), HasSubstr("authority"));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(IotProvider, DoesNotLetInAStranger) {
  settings.cert_file = certificates.path("other-ca.pem");
  settings.key_file = certificates.path("other-ca.key");
  EXPECT_FALSE(from_iot(world, settings));
  EXPECT_TRUE(server.requests().empty());
  EXPECT_TRUE(front.clients().empty());
}

TEST_F(IotProvider, IsNotAskedWithAKeyThatOthersCanRead) {
  settings.key_file = file("device.key", "whatever is in it");
  let_others_read(settings.key_file);
  EXPECT_THAT(words(from_iot(world, settings)), AllOf(HasSubstr("key_file"), HasSubstr("chmod 600")));
  EXPECT_TRUE(front.clients().empty());
}

TEST_F(IotProvider, SaysThatTheCertificateIsNone) {
  settings.key_file = file("empty.key", "");
  EXPECT_THAT(words(from_iot(world, settings)), AllOf(HasSubstr("cert_file"), HasSubstr("key_file")));
}

}  // namespace
}  // namespace airspool::uplink::aws
