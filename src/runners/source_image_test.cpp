#include "runners/source_image.h"

#include <bit>
#include <chrono>
#include <limits>
#include <new>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/decode.h"
#include "image/encode.h"
#include "runners/plane_choice.h"
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
  std::uint64_t EstimateBytes(const records::ModelEntry&, const Json&, const records::ImageFacts&) const override {
    return 60;
  }
  Result<RunOutput> Run(const RunInput& input, const RunContext& context) override {
    if (input.params["hungry"].get<bool>()) IC_RETURN_IF_ERROR(context.take_more(80));
    if (input.params["greedy"].get<bool>()) throw std::bad_alloc();
    RunOutput output;
    output.objects = static_cast<std::uint32_t>(input.source.pixel_count());
    if (input.source.type == image::PixelType::kFloat32) output.diameter = *input.source.As<float>();
    output.timings_ms["count"] = 1.5;
    output.artifacts.push_back({"size", input.stem + "_size.txt", "text/plain", {}});
    return output;
  }

 private:
  RunnerDescription description_{.name = "size", .parameters = ParameterTable(Parameters())};

  static std::vector<Parameter> Parameters() {
    std::vector<Parameter> parameters = PlaneParameters();
    parameters.push_back(
        {.name = "greedy", .type = ParameterType::kBoolean, .default_value = false, .description = "g"});
    parameters.push_back(
        {.name = "hungry", .type = ParameterType::kBoolean, .default_value = false, .description = "h"});
    return parameters;
  }
};

void Append(std::string& bytes, std::uint64_t number, int size) {
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(number >> 8 * i & 0xff);
}

/// A stack as ImageJ keeps large ones: one directory, and planes of 2 x 1 pixels of 32-bit float behind it.
std::vector<std::byte> Stack(const std::string& description, const std::vector<float>& pixels) {
  constexpr std::uint32_t kEntries = 10;
  constexpr std::uint32_t kText = 8 + 2 + 12 * kEntries + 4;
  const auto text = static_cast<std::uint32_t>(description.size() + 1);
  const std::uint32_t entries[kEntries][4] = {
      {256, 4, 1, 2}, {257, 4, 1, 1},        {258, 3, 1, 32},           {259, 3, 1, 1},
      {262, 3, 1, 1}, {270, 2, text, kText}, {273, 4, 1, kText + text}, {278, 4, 1, 1},
      {279, 4, 1, 8}, {339, 3, 1, 3}};
  std::string bytes("II*\0\x08\0\0\0", 8);
  Append(bytes, kEntries, 2);
  for (const auto& [tag, type, count, value] : entries) {
    Append(bytes, tag, 2);
    Append(bytes, type, 2);
    Append(bytes, count, 4);
    Append(bytes, value, 4);
  }
  Append(bytes, 0, 4);
  bytes += description + '\0';
  for (const float pixel : pixels) Append(bytes, std::bit_cast<std::uint32_t>(pixel), 4);
  const auto* const first = reinterpret_cast<const std::byte*>(bytes.data());
  return {first, first + bytes.size()};
}

Result<RunOutput> RunSize(ByteSource& file, const char* params, MemoryBudget* memory = nullptr,
                          std::stop_token stop = {}, std::uint64_t max_memory = 0) {
  RunnerRegistry registry;
  registry.Register(std::make_unique<SizeRunner>());
  ModelRunner& runner = *registry.Find("size");
  records::ModelEntry model;
  model.runner_name = "size";
  const Json resolved = runner.Describe().parameters.Resolve(ParseJson(params).value()).value();
  ComputePool pool(1);
  return RunSourceImage(runner, {file, model, resolved, "cells"}, {.max_memory = max_memory},
                        {.pool = pool, .stop = std::move(stop), .memory = memory});
}

TEST(SourceImage, WaitsForItsShareOfTheMemory) {
  MemoryBudget memory(100);
  const auto file = Example("tissue_256x256.png");
  std::optional<MemoryBudget::Share> others = memory.Take(50);
  std::stop_source stop;
  std::jthread soon([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop.request_stop();
  });
  EXPECT_EQ(RunSize(*file, "{}", &memory, stop.get_token()).error().code, ErrorCode::kCancelled);
  soon.join();
  others.reset();
  EXPECT_TRUE(RunSize(*file, "{}", &memory).has_value());
  EXPECT_TRUE(memory.Take(100).has_value()) << "it was not given back";
}

TEST(SourceImage, WhatARunFindsThatItTakesMustBeAllowed) {
  MemoryBudget memory(100);
  const auto file = Example("tissue_256x256.png");
  EXPECT_EQ(RunSize(*file, R"({"hungry": true})", &memory, {}, 79).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(RunSize(*file, R"({"hungry": true})", &memory, {}, 80).has_value());
  EXPECT_TRUE(RunSize(*file, R"({"hungry": true})").has_value());
  EXPECT_EQ(RunSize(*file, "{}", &memory, {}, 59).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(memory.Take(100).has_value()) << "it was not given back";
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

TEST(SourceImage, RunsEachPlaneOfAStackOnItsOwn) {
  MemorySource file(Stack("ImageJ=1.54f\nimages=3\nslices=3\n", {1, 2, 3, 4, 5, 6}));
  const records::ImageFacts facts = CheckSourceImage(file, {}).value();
  EXPECT_EQ(facts.axes, "ZYX");
  EXPECT_EQ(facts.depth, 3);
  const RunOutput output = RunSize(file, R"({"z": "each"})").value();
  EXPECT_EQ(output.objects, 6U);
  EXPECT_EQ(output.diameter, 3);  // the mean of the planes'
  EXPECT_EQ(output.timings_ms["count"], 4.5);
  ASSERT_EQ(output.artifacts.size(), 3U);
  EXPECT_EQ(output.artifacts[0].filename, "cells_z01_size.txt");
  EXPECT_EQ(output.artifacts[2].filename, "cells_z03_size.txt");

  EXPECT_EQ(RunSize(file, R"({"plane": {"z": 2}})")->diameter, 3);
  EXPECT_EQ(RunSize(file, R"({"z_project": "max"})")->diameter, 5);
  EXPECT_EQ(RunSize(file, R"({"plane": {"z": 2}})")->artifacts.at(0).filename, "cells_size.txt");
  EXPECT_EQ(RunSize(file, "{}").error().field, "params.plane.z");
}

/// Counts how often a file is read from its beginning, as each opening of it does.
class CountedSource final : public ByteSource {
 public:
  explicit CountedSource(std::vector<std::byte> bytes) : source_(std::move(bytes)) {}
  std::uint64_t size() const override { return source_.size(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::byte> out) override {
    beginnings_ += offset == 0 ? 1 : 0;
    return source_.ReadAt(offset, out);
  }
  int beginnings() const { return beginnings_; }

 private:
  MemorySource source_;
  int beginnings_ = 0;
};

TEST(SourceImage, OpensAStackOnceForAllOfItsPlanes) {
  CountedSource one(Stack("ImageJ=1.54f\nimages=3\nslices=3\n", {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(RunSize(one, R"({"plane": {"z": 2}})")->artifacts.size(), 1U);
  CountedSource each(Stack("ImageJ=1.54f\nimages=3\nslices=3\n", {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(RunSize(each, R"({"z": "each"})")->artifacts.size(), 3U);
  EXPECT_EQ(each.beginnings(), one.beginnings());
}

TEST(SourceImage, TakesAPersonsWordForPages) {
  MemorySource file(Stack("ImageJ=1.54f\nimages=2\n", {1, 2, 3, 4}));
  const auto unknown = CheckSourceImage(file, {});
  EXPECT_EQ(unknown.error().field, "axes");
  EXPECT_EQ(CheckSourceImage(file, {}, "CYX")->channels, 2);
  EXPECT_EQ(MakePreview(file, {}).error().field, "axes");
  EXPECT_TRUE(MakePreview(file, {}, "TYX").has_value());
}

TEST(SourceImage, WarnsOfWhatIsNoNumber) {
  MemorySource file(Stack("", {std::numeric_limits<float>::quiet_NaN(), 7}));
  const RunOutput output = RunSize(file, "{}").value();
  EXPECT_THAT(output.warnings, ElementsAre("1 sample was not a number (NaN or infinite), and 0 was taken instead."));
  EXPECT_EQ(output.diameter, 0);
}

TEST(SourceImage, SaysWhenMemoryRunsOut) {
  const auto file = Example("tissue_256x256.png");
  const Error error = RunSize(*file, R"({"greedy": true})").error();
  EXPECT_EQ(error.code, ErrorCode::kResourceExhausted);
  EXPECT_THAT(error.message, HasSubstr("memory"));
}

}  // namespace
}  // namespace intelliclinix::runners
