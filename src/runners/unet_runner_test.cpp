#include "runners/unet_runner.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/byte_source.h"
#include "base/file.h"
#include "base/hashing.h"
#include "image/decode_labels.h"
#include "image/regions.h"
#include "runners/source_image.h"

namespace intelliclinix::runners {
namespace {

using testing::HasSubstr;

const std::string kSource = INTELLICLINIX_SOURCE_DIR;

records::ModelFile Described(const std::string& path) {
  const std::vector<std::byte> bytes = ReadAll(**FileSource::Open(path), 1 << 30).value();
  return {.path = path, .sha256 = Sha256Hex(bytes), .bytes = bytes.size()};
}

records::ModelEntry Nuclei() {
  const std::string models = kSource + "/models/";
  records::ModelEntry entry;
  entry.id = "unet_default";
  entry.runner_name = "unet";
  entry.files = {{"weights", Described(models + "unet_nuclei_bbbc038.onnx")},
                 {"description", Described(models + "unet_nuclei_bbbc038.toml")},
                 {"test_input", Described(models + "unet_self_test_input.npy")},
                 {"test_output", Described(models + "unet_self_test_output.npy")}};
  return entry;
}

class UnetRunnerTest : public testing::Test {
 protected:
  UnetRunnerTest() { std::filesystem::create_directories(folder_); }
  ~UnetRunnerTest() override { std::filesystem::remove_all(folder_); }

  Result<RunOutput> Run(const char* params, std::stop_token stop = {}) {
    const auto file = FileSource::Open(kSource + "/examples/fluorescence_small_256x256.png").value();
    const Json resolved = runner_->Describe().parameters.Resolve(ParseJson(params).value()).value();
    return RunSourceImage(*runner_, {*file, nuclei_, resolved, "cells"}, {},
                          {.pool = pool_, .stop = std::move(stop), .progress = progress_});
  }

  /// Why the model is not fit with another text as the file in `role`.
  Error RefusalOf(const char* role, std::span<const std::byte> bytes) {
    const std::string path = folder_ + "/" + role;
    EXPECT_TRUE(WriteFileAtomically(path, bytes).has_value());
    records::ModelEntry entry = nuclei_;
    entry.files[role] = Described(path);
    const auto report = runner_->Prepare(entry);
    return report ? Error{} : report.error();
  }

  const std::string folder_ = testing::TempDir() + "unet_runner_test." + std::to_string(getpid());
  const std::unique_ptr<ModelRunner> runner_ = MakeUnetRunner({.threads = 2});
  const records::ModelEntry nuclei_ = Nuclei();
  ComputePool pool_{2};
  std::function<void(int, int)> progress_;
};

TEST_F(UnetRunnerTest, PreparesAndReports) {
  const ModelReport report = runner_->Prepare(nuclei_).value();
  EXPECT_THAT(report.engine, HasSubstr("openvino"));
  EXPECT_EQ(report.precision, "f32");
  EXPECT_EQ(report.weights_sha256, nuclei_.files.at("weights").sha256);
  EXPECT_GT(report.max_error, 0);
  EXPECT_LT(report.max_error, 1e-3);
}

TEST_F(UnetRunnerTest, MakesTheSameArtifactsAsOtherRunners) {
  int tiles = 0;
  progress_ = [&](int, int total) { tiles = total; };
  const RunOutput output = Run("{}").value();
  EXPECT_EQ(tiles, 1);
  EXPECT_GT(output.objects, 5U);
  EXPECT_GT(output.diameter, 5);
  EXPECT_TRUE(output.timings_ms.contains("network"));
  ASSERT_EQ(output.artifacts.size(), 7U);
  MemorySource mask{std::span<const std::byte>(output.artifacts.front().bytes)};
  EXPECT_EQ(image::MaxLabel(image::DecodeLabels(mask, {}).value()), output.objects);
}

TEST_F(UnetRunnerTest, ParametersChangeWhatIsFound) {
  const std::uint32_t objects = Run("{}")->objects;
  EXPECT_LT(Run(R"({"min_size": 300})")->objects, objects);
  EXPECT_LE(Run(R"({"watershed": false})")->objects, objects);
  EXPECT_LT(Run(R"({"exclude_on_edges": true})")->objects, objects);
  const RunOutput none = Run(R"({"interior_threshold": 1})").value();
  EXPECT_EQ(none.objects, 0U);
  EXPECT_THAT(none.warnings, testing::Contains(HasSubstr("No cells were found")));
}

TEST_F(UnetRunnerTest, RefusesAChannelThatTheImageDoesNotHave) {
  const records::ImageFacts grey{.height = 10, .width = 10, .channels = 1};
  const Json params = runner_->Describe().parameters.Resolve({{"channel", 3}}).value();
  const Status status = runner_->CheckParams(params, grey);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().field, "params.channel");
}

TEST_F(UnetRunnerTest, IsStopped) {
  std::stop_source stop;
  stop.request_stop();
  const auto output = Run("{}", stop.get_token());
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::kCancelled);
}

TEST_F(UnetRunnerTest, NamesTheFileThatIsWrong) {
  EXPECT_EQ(RefusalOf("weights", AsBytes("no network")).field, "files.weights");
  const Error classes =
      RefusalOf("description",
                AsBytes("interpretation = 'semantic_watershed'\n[semantic_watershed]\nclasses = 4\ninterior = 1\n"));
  EXPECT_EQ(classes.field, "files.description");
  EXPECT_THAT(classes.message, HasSubstr("this gives [any, 3, any, any]"));
  const std::vector<std::byte> input =
      ReadAll(**FileSource::Open(nuclei_.files.at("test_input").path), 1 << 20).value();
  EXPECT_EQ(RefusalOf("test_output", input).field, "files.test_input") << "of another shape";
  std::vector<std::byte> output = ReadAll(**FileSource::Open(nuclei_.files.at("test_output").path), 1 << 20).value();
  output[output.size() - 1] ^= std::byte{0x40};
  const Error off = RefusalOf("test_output", output);
  EXPECT_EQ(off.field, "files.test_output");
  EXPECT_THAT(off.message, HasSubstr("failed its self-test"));
}

TEST_F(UnetRunnerTest, TellsItsMemory) {
  const Json params = runner_->Describe().parameters.Resolve(Json::object()).value();
  const records::ImageFacts small{.height = 256, .width = 256, .channels = 1};
  const records::ImageFacts large{.height = 10'000, .width = 10'000, .channels = 1};
  EXPECT_LT(runner_->EstimateBytes(nuclei_, params, small), 400'000'000U);
  EXPECT_GT(runner_->EstimateBytes(nuclei_, params, large), 2'000'000'000U);
}

}  // namespace
}  // namespace intelliclinix::runners
