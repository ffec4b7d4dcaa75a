#include "app/parameter_flags.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/installation.h"
#include "base/file.h"

namespace intelliclinix::app {
namespace {

using testing::HasSubstr;

/// The parameters that a command line of `segment` means for Cellpose.
Result<Json> Parse(const std::string& command_line) {
  const auto runners = MakeRunners({});
  CLI::App command;
  const ParameterFlags flags(command, runners);
  std::vector<std::string> paths;
  command.add_option("paths", paths);
  command.parse(command_line);
  return flags.Resolve(runners.front()->Describe().parameters);
}

TEST(ParameterFlagsTest, WithoutFlagsTheDefaultsHold) {
  const auto params = Parse("image.png");
  ASSERT_TRUE(params) << params.error().message;
  EXPECT_EQ((*params)["flow_threshold"], 0.4);
  EXPECT_EQ((*params)["diameter"], nullptr);
}

TEST(ParameterFlagsTest, EveryTypeIsRead) {
  const auto params = Parse(
      "image.png --diameter 17.5 --min-size -1 --cellprob-threshold=-2 --channels 2,1 --invert --resample=false "
      "--precision f32");
  ASSERT_TRUE(params) << params.error().message;
  EXPECT_EQ((*params)["diameter"], 17.5);
  EXPECT_EQ((*params)["min_size"], -1);
  EXPECT_EQ((*params)["cellprob_threshold"], -2);
  EXPECT_EQ((*params)["channels"], Json({2, 1}));
  EXPECT_EQ((*params)["invert"], true);
  EXPECT_EQ((*params)["resample"], false);
}

TEST(ParameterFlagsTest, ASwitchDoesNotSwallowTheImage) {
  const auto params = Parse("--invert image.png");
  ASSERT_TRUE(params) << params.error().message;
  EXPECT_EQ((*params)["invert"], true);
}

TEST(ParameterFlagsTest, ASwitchTakesAnObject) {
  const auto params = Parse(R"(image.png '--normalize={"sharpen_radius": 3}')");
  ASSERT_TRUE(params) << params.error().message;
  EXPECT_EQ((*params)["normalize"]["sharpen_radius"], 3);
}

TEST(ParameterFlagsTest, WhatIsOutOfRangeIsRefusedWithTheField) {
  const auto params = Parse("image.png --diameter=-3");
  ASSERT_FALSE(params);
  EXPECT_EQ(params.error().field, "params.diameter");
  EXPECT_EQ(Parse("image.png --diameter wide").error().field, "params.diameter");
}

TEST(ParameterFlagsTest, AFlagThatTheModelDoesNotKnowIsRefusedByName) {
  const auto runners = MakeRunners({});
  CLI::App command;
  const ParameterFlags flags(command, runners);
  command.parse("--diameter 17");
  const auto params = flags.Resolve(runners::ParameterTable());
  ASSERT_FALSE(params);
  EXPECT_THAT(params.error().message, HasSubstr("'diameter'"));
}

TEST(ParameterFlagsTest, TheTablesInTheDocsAreThoseOfTheRunners) {
  const auto docs = ReadTextFile(INTELLICLINIX_SOURCE_DIR "/docs/cli.md");
  ASSERT_TRUE(docs) << docs.error().message;
  for (const auto& runner : MakeRunners({})) {
    const std::string table = ParametersMarkdown(runner->Describe().parameters);
    EXPECT_NE(docs->find(table), std::string::npos)
        << "Put this into docs/cli.md, for " << runner->Describe().name << ":\n"
        << table;
  }
}

}  // namespace
}  // namespace intelliclinix::app
