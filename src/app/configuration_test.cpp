#include "app/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/temporary_folder_test.h"
#include "base/file.h"

namespace intelliclinix::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

SettingLayer Flag(const std::string& name, std::vector<std::string> texts) {
  return {{name, GivenValue{std::move(texts), "--" + name}}};
}

TEST(ConfigurationTest, FlagsGoOverEnvironmentOverFileOverDefaults) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("settings.toml", "port = 1001\nworkers = 2\nhost = '0.0.0.0'\n");
  const std::vector<std::string> environment = {"PATH=/bin", "INTELLICLINIX_PORT=1002", "INTELLICLINIX_WORKERS=3",
                                                "INTELLICLINIX_CONFIG=" + file};
  const auto configuration = Configure(Flag("port", {"1003"}), environment, true);
  ASSERT_TRUE(configuration) << configuration.error().message;
  EXPECT_EQ(configuration->settings.port, 1003);
  EXPECT_EQ(configuration->settings.workers, 3);
  EXPECT_EQ(configuration->settings.host, "0.0.0.0");
  EXPECT_EQ(configuration->settings.max_files, 10'000);
  EXPECT_EQ(configuration->origins.at("port"), "--port");
  EXPECT_EQ(configuration->origins.at("workers"), "environment INTELLICLINIX_WORKERS");
  EXPECT_EQ(configuration->origins.at("host"), file + ", line 3");
  EXPECT_FALSE(configuration->origins.contains("max_files"));
}

TEST(ConfigurationTest, TheFileInTheDataFolderCountsOnlyForTheServer) {
  const TemporaryFolder folder;
  folder.Write("intelliclinix.toml", "port = 1001\n");
  const SettingLayer data = Flag("data", {folder / ""});
  EXPECT_EQ(Configure(data, {}, true)->settings.port, 1001);
  EXPECT_EQ(Configure(data, {}, false)->settings.port, 5001);
}

TEST(ConfigurationTest, ListsComeFromEveryPlace) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("settings.toml", "cors_origin = ['http://a', 'http://b']\n");
  const SettingLayer config = Flag("config", {file});
  EXPECT_THAT(Configure(config, {}, true)->settings.cors_origin, ElementsAre("http://a", "http://b"));
  EXPECT_THAT(Configure(config, {"INTELLICLINIX_CORS_ORIGIN=http://c,https://d"}, true)->settings.cors_origin,
              ElementsAre("http://c", "https://d"));
}

TEST(ConfigurationTest, WhatIsPrintedCanBeReadAgain) {
  const TemporaryFolder folder;
  SettingLayer flags = Flag("data", {folder / "with \"quotes\" and \\"});
  flags.merge(Flag("max_pixels", {"77"}));
  const auto first = Configure(flags, {}, true);
  ASSERT_TRUE(first) << first.error().message;
  const std::string file = folder.Write("printed.toml", PrintConfiguration(*first));
  const auto second = Configure(Flag("config", {file}), {}, true);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->settings.data, first->settings.data);
  EXPECT_EQ(second->settings.max_pixels, 77);
  EXPECT_EQ(second->settings.cors_origin, first->settings.cors_origin);
}

TEST(ConfigurationTest, SecretsAreNotPrinted) {
  const std::string secret(32, 's');
  const auto configuration = Configure({}, {"INTELLICLINIX_JWT_SECRET=" + secret}, true);
  ASSERT_TRUE(configuration) << configuration.error().message;
  EXPECT_EQ(configuration->settings.jwt_secret, secret);
  EXPECT_THAT(PrintConfiguration(*configuration), HasSubstr("# jwt_secret = \"********\"  # environment"));
  EXPECT_THAT(PrintConfiguration(*configuration), Not(HasSubstr("ssss")));
}

TEST(ConfigurationTest, SecretsAreNotRepeatedInErrors) {
  const auto configuration = Configure({}, {"INTELLICLINIX_JWT_SECRET=too-short"}, true);
  ASSERT_FALSE(configuration);
  EXPECT_EQ(configuration.error().field, "jwt_secret");
  EXPECT_THAT(configuration.error().message, Not(HasSubstr("too-short")));
}

TEST(ConfigurationTest, AFileWithASecretMustBeItsOwnersAlone) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("settings.toml", "jwt_secret = '" + std::string(40, 's') + "'\n");
  chmod(file.c_str(), 0640);
  EXPECT_THAT(ReadSettingsFile(file).error().message, HasSubstr("chmod 600"));
  chmod(file.c_str(), 0600);
  EXPECT_TRUE(ReadSettingsFile(file));
}

struct BadFile {
  const char* content;
  const char* message;
};

class BadFileTest : public testing::TestWithParam<BadFile> {};

TEST_P(BadFileTest, IsRefusedByName) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("settings.toml", GetParam().content);
  const auto configuration = Configure(Flag("config", {file}), {}, true);
  ASSERT_FALSE(configuration);
  EXPECT_THAT(configuration.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadFileTest,
    testing::Values(BadFile{"prot = 1", "line 1: there is no setting 'prot'"},
                    BadFile{"config = 'x'", "there is no setting 'config'"},
                    BadFile{"port = '5001'", "must be a whole number without quotes"},
                    BadFile{"port = 70000", "must be a whole number from 0 to 65535; got '70000'"},
                    BadFile{"host = 1", "must be a text in quotes"},
                    BadFile{"cors_origin = 'http://a'", "must be a list of texts"},
                    BadFile{"cors_origin = ['http://a/']", "without a path; got 'http://a/'"},
                    BadFile{"log_level = 'loud'", "must be one of debug, info, warning, error, off; got 'loud'"},
                    BadFile{"port = 1\nport = 2", "line 2"}, BadFile{"\n\nport = ", "line 3, is not TOML"},
                    BadFile{"data = ''", "'data' is empty"},
                    BadFile{"store = 'mysql://u:hidden@h'", "begins with mongodb"}));

TEST(ConfigurationTest, TheStoresPasswordIsNotRepeated) {
  const auto configuration = Configure(Flag("store", {"mongodb://u:hidden@h/lab"}), {}, true);
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->settings.store, "mongodb://u:hidden@h/lab");
  EXPECT_THAT(PrintConfiguration(*configuration), AllOf(HasSubstr("# store = "), Not(HasSubstr("hidden"))));
  EXPECT_THAT(Configure(Flag("store", {"mysql://u:hidden@h"}), {}, true).error().message, Not(HasSubstr("hidden")));
}

TEST(ConfigurationTest, UnknownVariablesAreRefusedByName) {
  const auto configuration = Configure({}, {"INTELLICLINIX_PROT=1"}, true);
  ASSERT_FALSE(configuration);
  EXPECT_THAT(configuration.error().message, HasSubstr("'INTELLICLINIX_PROT'"));
}

TEST(ConfigurationTest, WhatKubernetesSetsForAServiceIsNoSetting) {
  const auto configuration = Configure({},
                                       {"INTELLICLINIX_PORT=tcp://10.0.0.1:5001", "INTELLICLINIX_SERVICE_HOST=10.0.0.1",
                                        "INTELLICLINIX_PORT_5001_TCP_ADDR=10.0.0.1"},
                                       true);
  ASSERT_TRUE(configuration);
  EXPECT_EQ(configuration->settings.port, 5001);
}

TEST(ConfigurationTest, AFileThatIsNamedMustBeThere) {
  EXPECT_FALSE(Configure(Flag("config", {"/does/not/exist.toml"}), {}, true));
}

TEST(ConfigurationTest, OneValueForASettingThatIsNoList) {
  EXPECT_THAT(Configure(Flag("port", {"1", "2"}), {}, true).error().message, HasSubstr("takes one value"));
}

TEST(ConfigurationTest, TheTableInTheDocsIsTheTable) {
  const auto docs = ReadTextFile(INTELLICLINIX_SOURCE_DIR "/docs/configuration.md");
  ASSERT_TRUE(docs) << docs.error().message;
  EXPECT_NE(docs->find(SettingsMarkdown()), std::string::npos) << "Put this into docs/configuration.md:\n"
                                                               << SettingsMarkdown();
}

}  // namespace
}  // namespace intelliclinix::app
