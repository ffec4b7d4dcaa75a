#include "runners/cellpose_runner.h"

#include <atomic>
#include <cmath>
#include <filesystem>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/byte_source.h"
#include "base/file.h"
#include "base/hashing.h"
#include "image/encode.h"
#include "image/regions.h"
#include "nn/npy.h"
#include "runners/artifacts/decoded_artifact_test.h"
#include "runners/source_image.h"

namespace intelliclinix::runners {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::StartsWith;

const std::string kSource = INTELLICLINIX_SOURCE_DIR;
const std::string kExample = kSource + "/examples/fluorescence_small_256x256.png";

records::ModelFile Described(const std::string& path) {
  const std::vector<std::byte> bytes = ReadAll(**FileSource::Open(path), 1 << 30).value();
  return {.path = path, .sha256 = Sha256Hex(bytes), .bytes = bytes.size()};
}

records::ModelEntry Nuclei() {
  const std::string models = kSource + "/models/";
  records::ModelEntry entry;
  entry.id = "cellpose_default";
  entry.runner_name = "cellpose";
  entry.files = {{"weights", Described(models + "nuclei_bbbc038.pth")},
                 {"size_model", Described(models + "size_nuclei_bbbc038.npz")},
                 {"self_test_input", Described(models + "cpnet_self_test_input.npy")},
                 {"self_test_output", Described(models + "cpnet_self_test_output.npy")},
                 {"self_test_style", Described(models + "cpnet_self_test_style.npy")}};
  return entry;
}

/// One runner for all tests of the suite, as in a process; `folder_` is empty and goes away.
class CellposeRunnerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    runner_ = MakeCellposeRunner({.threads = 2}).release();
    nuclei_ = new records::ModelEntry(Nuclei());
  }
  static void TearDownTestSuite() {
    delete runner_;
    delete nuclei_;
  }
  CellposeRunnerTest() { std::filesystem::create_directories(folder_); }
  ~CellposeRunnerTest() override { std::filesystem::remove_all(folder_); }

  static Json Resolved(const char* params) {
    return runner_->Describe().parameters.Resolve(ParseJson(params).value()).value();
  }

  Result<RunOutput> Run(ByteSource& file, const char* params, std::stop_token stop = {}) {
    const Json resolved = Resolved(params);
    return RunSourceImage(*runner_, {file, *nuclei_, resolved, "cells"}, {},
                          {.pool = pool_, .stop = std::move(stop), .progress = progress_});
  }

  /// The nuclei model with another file in `role`.
  records::ModelEntry With(const char* role, std::span<const std::byte> bytes) const {
    const std::string path = folder_ + "/" + role;
    EXPECT_TRUE(WriteFileAtomically(path, bytes).has_value());
    records::ModelEntry entry = *nuclei_;
    entry.files[role] = Described(path);
    return entry;
  }

  static inline ModelRunner* runner_ = nullptr;
  static inline records::ModelEntry* nuclei_ = nullptr;
  const std::string folder_ = testing::TempDir() + "cellpose_runner_test." + std::to_string(getpid());
  ComputePool pool_{2};
  std::function<void(int, int)> progress_;
};

TEST_F(CellposeRunnerTest, ADiameterThatIsEstimatedMustFitIntoMemoryToo) {
  const auto file = FileSource::Open(kExample).value();
  const Json resolved = Resolved("{}");
  const records::ImageFacts facts = CheckSourceImage(*file, {}).value();
  // Cells of 10 px, for which the image is enlarged.
  const std::uint64_t told = runner_->EstimateBytes(*nuclei_, resolved, facts);
  const auto run = [&](std::uint64_t most) {
    return RunSourceImage(*runner_, {*file, *nuclei_, resolved, "cells"}, {.max_memory = most}, {.pool = pool_});
  };
  const Result<RunOutput> refused = run(told);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(refused.error().field, "params.diameter");
  EXPECT_THAT(refused.error().message, AllOf(StartsWith("The diameter is estimated at "), HasSubstr("max_memory")));
  EXPECT_TRUE(run(2 * told).has_value());
}

TEST_F(CellposeRunnerTest, PreparesAndReports) {
  const ModelReport report = runner_->Prepare(*nuclei_).value();
  EXPECT_FALSE(report.engine.empty());
  EXPECT_FALSE(report.device.empty());
  EXPECT_EQ(report.precision, "f32");
  EXPECT_EQ(report.weights_sha256, nuclei_->files["weights"].sha256);
  EXPECT_GT(report.max_error, 0);
  EXPECT_LT(report.max_error, 1e-3);
}

/// Nuclei of about 15 px. The limits are a third and ten times of the 17 px that the model was trained at.
TEST_F(CellposeRunnerTest, WarnsOfADiameterThatTheModelDoesNotKnow) {
  const auto file = *FileSource::Open(kExample);
  const auto warnings = [&](const char* params) { return Run(*file, params).value().warnings; };
  constexpr const char* kFar = "is far from the 17 px that the model was trained at";
  const std::vector<std::string> small = warnings(R"({"diameter": 5, "cellprob_threshold": -6, "flow_threshold": 0})");
  EXPECT_THAT(small, Contains(AllOf(StartsWith("A diameter of 5 px"), HasSubstr(kFar))));
  EXPECT_THAT(small,
              Contains(AllOf(StartsWith("The cells that were found have a diameter of"), HasSubstr("5 px was"))));
  EXPECT_THAT(warnings(R"({"diameter": 175})"), Contains(AllOf(StartsWith("A diameter of 175 px"), HasSubstr(kFar))));
  EXPECT_THAT(warnings(R"({"diameter": 17})"), IsEmpty());
}

/// What the network sees in a camera's dark noise, stretched to full brightness, by thresholds as low as people set
/// them when nothing is found.
TEST_F(CellposeRunnerTest, MakesNoCellsOfNoise) {
  image::LabelImage noise(256, 256);  // as the samples of a 16-bit PNG
  std::mt19937 random(2);
  std::normal_distribution<double> levels(1000, 12);
  for (std::uint32_t& level : noise.labels) level = static_cast<std::uint32_t>(std::lround(levels(random)));
  MemorySource file(image::EncodeLabelPng16(noise).value());
  const RunOutput kept = Run(file, R"({"diameter": 17, "cellprob_threshold": -6, "flow_threshold": 0,
                                       "normalize": {"lowhigh": [972, 1028]}})")
                             .value();
  EXPECT_GT(kept.objects, 0U);
  const RunOutput blank = Run(file, R"({"diameter": 17, "cellprob_threshold": -6, "flow_threshold": 0})").value();
  EXPECT_EQ(blank.objects, 0U);
  EXPECT_THAT(blank.warnings, Contains(StartsWith("Blank")));
  EXPECT_THAT(blank.warnings, Contains(HasSubstr("was left out: ")));
}

TEST_F(CellposeRunnerTest, PreparesOnceForAllThreads) {
  const auto runner = MakeCellposeRunner({});
  std::vector<std::jthread> threads;
  std::atomic<int> prepared = 0;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { prepared += runner->Prepare(*nuclei_).has_value() ? 1 : 0; });
  threads.clear();
  EXPECT_EQ(prepared, 4);

  records::ModelEntry elsewhere = *nuclei_;
  for (auto& [role, file] : elsewhere.files) file.path = folder_ + "/" + role;
  EXPECT_TRUE(runner->Prepare(elsewhere).has_value()) << "a model with the same content was loaded";
}

/// Each job has a seat in the pool, all of them want the model, and the one that loads it wants the pool's only thread.
TEST_F(CellposeRunnerTest, LoadsWhileJobsThatWaitForItHaveTheSeats) {
  ComputePool pool(1);
  const auto runner = MakeCellposeRunner({.pool = &pool});
  const Json params = Resolved(R"({"diameter": 17})");
  std::vector<std::jthread> jobs;
  std::atomic<int> done = 0;
  for (int i = 0; i < 4; ++i) {
    jobs.emplace_back([&] {
      const auto file = *FileSource::Open(kExample);
      done += RunSourceImage(*runner, {*file, *nuclei_, params, "cells"}, {}, {.pool = pool}).has_value() ? 1 : 0;
    });
  }
  EXPECT_TRUE(runner->Prepare(*nuclei_).has_value());
  jobs.clear();
  EXPECT_EQ(done, 4);
}

TEST_F(CellposeRunnerTest, NamesAFileThatIsNotWhatTheCatalogueSays) {
  for (auto& [role, file] : nuclei_->files) {
    records::ModelEntry entry = *nuclei_;
    entry.files[role].sha256 = std::string(64, '0');
    const auto report = MakeCellposeRunner({})->Prepare(entry);
    ASSERT_FALSE(report.has_value()) << role;
    EXPECT_EQ(report.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(report.error().field, "files." + role);
    EXPECT_THAT(report.error().message, HasSubstr(file.path));
  }
}

TEST_F(CellposeRunnerTest, RefusesWeightsThatAreDamaged) {
  std::vector<std::byte> bytes = ReadAll(**FileSource::Open(nuclei_->files["weights"].path), 1 << 30).value();
  bytes.resize(bytes.size() / 2);
  const auto truncated = runner_->Prepare(With("weights", bytes));
  ASSERT_FALSE(truncated.has_value());
  EXPECT_EQ(truncated.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(truncated.error().message, AllOf(HasSubstr("cellpose_default"), HasSubstr(folder_ + "/weights")));

  const auto text = runner_->Prepare(With("weights", AsBytes("not a checkpoint")));
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().field, "files.weights");
}

TEST_F(CellposeRunnerTest, FailsASelfTestThatDiffers) {
  nn::Tensor output = nn::ReadNpy(**FileSource::Open(nuclei_->files["self_test_output"].path)).value();
  output.values[1234] += 0.01F;
  const auto off = runner_->Prepare(With("self_test_output", nn::EncodeNpy(output)));
  ASSERT_FALSE(off.has_value());
  EXPECT_THAT(off.error().message, AllOf(HasSubstr("self-test"), HasSubstr("1.0e-02")));

  output.values[1234] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(runner_->Prepare(With("self_test_output", nn::EncodeNpy(output))).has_value());
}

TEST_F(CellposeRunnerTest, ChecksParametersAgainstTheImage) {
  const records::ImageFacts grey{.height = 10, .width = 10, .channels = 1, .content_type = "image/png"};
  const records::ImageFacts colour{.height = 10, .width = 10, .channels = 3, .content_type = "image/png"};
  EXPECT_TRUE(runner_->CheckParams(Resolved("{}"), grey).has_value());
  EXPECT_TRUE(runner_->CheckParams(Resolved(R"({"channels": [1, 3]})"), colour).has_value());
  EXPECT_EQ(runner_->CheckParams(Resolved(R"({"channels": [2, 0]})"), grey).error().field, "params.channels");
  EXPECT_EQ(runner_->CheckParams(Resolved(R"({"channels": [4, 0]})"), colour).error().field, "params.channels");

  const auto file = *FileSource::Open(kExample);
  const auto output = Run(*file, R"({"channels": [1, 9]})");
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().field, "params.channels");
}

TEST_F(CellposeRunnerTest, OffersBfloat16OnlyWhereItIs) {
  const records::ImageFacts grey{.height = 10, .width = 10, .channels = 1, .content_type = "image/png"};
  const Json params = Resolved(R"({"precision": "bf16"})");
  const auto without = MakeCellposeRunner({.cpu = nn::CpuLevel::kAvx512})->CheckParams(params, grey);
  ASSERT_FALSE(without.has_value());
  EXPECT_EQ(without.error().field, "params.precision");
  EXPECT_EQ(without.error().message,
            "bfloat16 is not possible with this processor and engine. Choose precision f32, or leave it out.");
  EXPECT_EQ(MakeCellposeRunner({})->CheckParams(params, grey).has_value(), nn::CpuHasBfloat16());
}

TEST_F(CellposeRunnerTest, FindsTheNucleiOfARealImage) {
  std::atomic<int> calls = 0;
  progress_ = [&](int done, int total) { calls += done <= total ? 1 : 0; };
  const auto file = *FileSource::Open(kExample);
  const RunOutput output = Run(*file, "{}").value();
  EXPECT_GT(output.objects, 20U);
  EXPECT_GT(output.diameter, 5);
  EXPECT_GT(calls, 0);
  std::vector<std::string> stages;
  for (const auto& [stage, time] : output.timings_ms.items()) stages.push_back(stage);
  EXPECT_THAT(stages, IsSupersetOf({"decode", "network", "dynamics", "artifacts", "total"}));
}

TEST_F(CellposeRunnerTest, ArtifactsAgreeOnWhichPixelsAreNuclei) {
  const auto file = *FileSource::Open(kExample);
  const RunOutput output = Run(*file, R"({"diameter": 15})").value();
  ASSERT_EQ(output.artifacts.size(), 7U);
  const image::Image mask = DecodedArtifact(output.artifacts[0]);
  image::LabelImage labels(mask.height, mask.width);
  std::copy_n(mask.As<std::uint16_t>(), mask.pixel_count(), labels.labels.begin());
  EXPECT_EQ(image::MaxLabel(labels), output.objects);
  for (const image::Region& region : image::MeasureRegions(labels)) EXPECT_GE(region.area, 15U);

  for (const int picture : {1, 2, 3}) {
    const image::Image drawn = DecodedArtifact(output.artifacts[picture]);
    std::size_t differ = 0;
    for (std::size_t i = 0; i < labels.labels.size(); ++i) {
      const auto* pixel = drawn.As<std::uint8_t>() + 3 * i;
      differ += (pixel[0] + pixel[1] + pixel[2] > 0) != (labels.labels[i] > 0) ? 1 : 0;
    }
    EXPECT_EQ(differ, 0U) << output.artifacts[picture].filename;
  }
}

TEST_F(CellposeRunnerTest, Bfloat16FindsTheSameNuclei) {
  if (!nn::CpuHasBfloat16()) GTEST_SKIP() << "this CPU has no bfloat16";
  const auto file = *FileSource::Open(kExample);
  const RunOutput exact = Run(*file, R"({"diameter": 17})").value();
  const RunOutput fast = Run(*file, R"({"diameter": 17, "precision": "bf16"})").value();
  EXPECT_NEAR(fast.objects, exact.objects, 0.03 * exact.objects);
}

TEST_F(CellposeRunnerTest, AnImageWithoutCellsIsNoError) {
  image::Image blank{.height = 64, .width = 80, .channels = 1, .samples = std::vector<std::byte>(64 * 80)};
  const Json params = Resolved("{}");
  const RunOutput output = runner_->Run({blank, params, *nuclei_, "blank"}, {.pool = pool_}).value();
  EXPECT_EQ(output.objects, 0U);
  EXPECT_EQ(output.artifacts.size(), 7U);
}

TEST_F(CellposeRunnerTest, StopsWhenToldTo) {
  std::stop_source stop;
  progress_ = [&](int, int) { stop.request_stop(); };
  const auto file = *FileSource::Open(kSource + "/examples/brightfield_1024x1024.png");
  const auto output = Run(*file, "{}", stop.get_token());
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace intelliclinix::runners
