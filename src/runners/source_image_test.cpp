#include "runners/source_image.h"

#include <new>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/decode.h"
#include "image/encode.h"
#include "runners/runner_registry.h"

namespace intelliclinix::runners {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kExamples = std::string(INTELLICLINIX_SOURCE_DIR) + "/examples/";

std::unique_ptr<FileSource> Example(const std::string& name) { return *FileSource::Open(kExamples + name); }

/// Says how large the image was that it got; asks for more memory than there is when told to.
class SizeRunner final : public ModelRunner {
 public:
  const RunnerDescription& Describe() const override { return description_; }
  Result<ModelReport> Prepare(const records::ModelEntry&) override { return ModelReport{}; }
  Status CheckParams(const Json&, const records::ImageFacts&) const override { return {}; }
  Result<RunOutput> Run(const RunInput& input, const RunContext&) override {
    if (input.params["greedy"].get<bool>()) throw std::bad_alloc();
    RunOutput output;
    output.objects = static_cast<std::uint32_t>(input.source.pixel_count());
    output.timings_ms["count"] = 1.5;
    output.artifacts.push_back({"size", input.stem + "_size.txt", "text/plain", {}});
    return output;
  }

 private:
  RunnerDescription description_{
      .name = "size",
      .parameters = ParameterTable(
          {{.name = "greedy", .type = ParameterType::kBoolean, .default_value = false, .description = "g"}})};
};

Result<RunOutput> RunSize(ByteSource& file, const char* params) {
  RunnerRegistry registry;
  registry.Register(std::make_unique<SizeRunner>());
  ModelRunner& runner = *registry.Find("size");
  records::ModelEntry model;
  model.runner_name = "size";
  const Json resolved = runner.Describe().parameters.Resolve(ParseJson(params).value()).value();
  ComputePool pool(1);
  return RunSourceImage(runner, {file, model, resolved, "cells"}, {}, {.pool = pool});
}

TEST(SourceImage, TellsWhatAnImageIs) {
  const auto file = Example("histology_he_256x320.png");
  const records::ImageFacts facts = CheckSourceImage(*file, {}).value();
  EXPECT_EQ(facts.height, 256);
  EXPECT_EQ(facts.width, 320);
  EXPECT_EQ(facts.channels, 3);
  EXPECT_EQ(facts.bit_depth, 8);
  EXPECT_EQ(facts.content_type, "image/png");
  EXPECT_TRUE(facts.browser_shows);
}

TEST(SourceImage, BrowsersDoNotShowSixteenBits) {
  const auto file = Example("tissue_256x256_truth.png");
  const records::ImageFacts facts = CheckSourceImage(*file, {}).value();
  EXPECT_EQ(facts.bit_depth, 16);
  EXPECT_FALSE(facts.browser_shows);

  MemorySource preview(MakePreview(*file, {}).value());
  const records::ImageFacts shown = CheckSourceImage(preview, {}).value();
  EXPECT_TRUE(shown.browser_shows);
  EXPECT_EQ(shown.height, facts.height);
}

TEST(SourceImage, RefusesWhatCannotBeRunLater) {
  MemorySource text(AsBytes("these are no pixels"));
  EXPECT_EQ(CheckSourceImage(text, {}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(MakePreview(text, {}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(RunSize(text, "{}").error().code, ErrorCode::kInvalidArgument);

  std::vector<std::byte> bytes = ReadAll(*Example("tissue_256x256.png"), 1 << 20).value();
  bytes.resize(bytes.size() / 2);
  MemorySource truncated(std::move(bytes));
  EXPECT_EQ(CheckSourceImage(truncated, {}).error().code, ErrorCode::kInvalidArgument);

  const auto file = Example("tissue_256x256.png");
  EXPECT_EQ(CheckSourceImage(*file, {.max_pixels = 65'535}).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(MakePreview(*file, {.max_pixels = 65'535}).error().code, ErrorCode::kTooLarge);
}

TEST(SourceImage, RunsWhatItDecodes) {
  const auto file = Example("histology_he_256x320.png");
  const RunOutput output = RunSize(*file, "{}").value();
  EXPECT_EQ(output.objects, 256U * 320U);
  ASSERT_EQ(output.artifacts.size(), 1U);
  EXPECT_EQ(output.artifacts[0].filename, "cells_size.txt");
  std::vector<std::string> stages;
  for (const auto& [stage, time] : output.timings_ms.items()) stages.push_back(stage);
  EXPECT_THAT(stages, ElementsAre("decode", "count", "total"));
}

TEST(SourceImage, SaysWhenMemoryRunsOut) {
  const auto file = Example("tissue_256x256.png");
  const Error error = RunSize(*file, R"({"greedy": true})").error();
  EXPECT_EQ(error.code, ErrorCode::kResourceExhausted);
  EXPECT_THAT(error.message, HasSubstr("memory"));
}

}  // namespace
}  // namespace intelliclinix::runners
