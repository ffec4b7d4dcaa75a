#include "runners/model_import.h"

#include <filesystem>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/byte_source.h"
#include "base/file.h"
#include "base/temporary_folder.h"
#include "nn/onnx_writer_test.h"
#include "nn/pickle_writer_test.h"
#include "runners/cellpose_runner.h"
#include "runners/unet_runner.h"

namespace intelliclinix::runners {
namespace {

using testing::HasSubstr;

const std::string kModels = std::string(INTELLICLINIX_SOURCE_DIR) + "/models/";
const std::string kClasses = "interpretation = 'semantic_watershed'\n[semantic_watershed]\nclasses = 3\ninterior = 1\n";

/// A checkpoint that has these names, without tensors, as torch.save wrote it before 1.6.
std::string CheckpointOf(const std::vector<std::string>& names) {
  nn::PickleWriter dict;
  dict.EmptyDict();
  for (const std::string& name : names) dict.Text(name).None().SetItem();
  return nn::PickleWriter().Raw("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19").Stop() +
         nn::PickleWriter().Raw("M\xe9\x03").Stop() + nn::PickleWriter().EmptyDict().Stop() + dict.Stop() +
         nn::PickleWriter().EmptyList().Stop();
}

class ModelImportTest : public testing::Test {
 protected:
  ModelImportTest() {
    registry_.Register(MakeCellposeRunner({.threads = 1}));
    registry_.Register(MakeUnetRunner({.threads = 1}));
  }

  std::string Write(const std::string& name, std::string_view content) const {
    const std::string path = folder_.path() + "/" + name;
    EXPECT_TRUE(WriteFileAtomically(path, AsBytes(content)).has_value());
    return path;
  }

  Result<Import> Run(std::map<std::string, std::string> files, const std::string& id = "mine",
                     const ImportLimits& limits = {}) const {
    return CheckImport({.id = id, .files = std::move(files), .work_folder = folder_.path()}, registry_, limits);
  }

  /// Expects a refusal that names `field` and says `reason`, and not where the files are on this machine.
  void ExpectRefusal(const Result<Import>& import, const std::string& field, const std::string& reason) const {
    ASSERT_FALSE(import.has_value()) << reason;
    EXPECT_EQ(import.error().field, field) << import.error().message;
    EXPECT_THAT(import.error().message, HasSubstr(reason));
    EXPECT_THAT(import.error().message, testing::Not(HasSubstr(folder_.path())));
  }

  const TemporaryFolder folder_ = TemporaryFolder::Make(testing::TempDir()).value();
  const TemporaryFolder work_ = TemporaryFolder::Make(testing::TempDir()).value();
  RunnerRegistry registry_;
};

TEST_F(ModelImportTest, ACheckpointIsRecognised) {
  const Import import =
      Run({{"weights", kModels + "nuclei_bbbc038.pth"}, {"size_model", kModels + "size_nuclei_bbbc038.npy"}}).value();
  EXPECT_EQ(import.entry.runner_name, "cellpose");
  EXPECT_EQ(import.kind, "Cellpose 2 or 3 checkpoint");
  EXPECT_EQ(import.entry.files.size(), 2U);
  EXPECT_EQ(import.report.weights_sha256, "d659d7f26c4ca7c6350a6b63326bc9dc682656bca3c654fd39b2fd774cfbb1b5");
}

TEST_F(ModelImportTest, AnOnnxFileWithADescriptionIsRecognised) {
  const std::string license = Write("LICENSE", "CC0 1.0 Universal\nmore\n");
  const Import import = Run({{"weights", kModels + "unet_nuclei_bbbc038.onnx"},
                             {"description", kModels + "unet_nuclei_bbbc038.toml"},
                             {"test_input", kModels + "unet_self_test_input.npy"},
                             {"test_output", kModels + "unet_self_test_output.npy"},
                             {"license", license}})
                            .value();
  EXPECT_EQ(import.entry.runner_name, "unet");
  EXPECT_EQ(import.entry.name, "Nuclei (U-Net)");
  EXPECT_EQ(import.entry.license, "CC0-1.0");
  EXPECT_EQ(import.entry.files.at("license").path, license);
  EXPECT_GT(import.report.max_error, 0);
}

TEST_F(ModelImportTest, FlowsRunOnCellpose) {
  const std::string weights = Write("flows.onnx", nn::OnnxFile().Write());
  const std::string text = "interpretation = 'cellpose_flows'\nchannels = 1\n[cellpose_flows]\ndiam_mean = 30\n";
  const Import import = Run({{"weights", weights}, {"description", Write("flows.toml", text)}}).value();
  EXPECT_EQ(import.entry.runner_name, "cellpose");
  EXPECT_EQ(import.kind, "ONNX network (cellpose_flows)");
}

TEST_F(ModelImportTest, IdsAreNoPaths) {
  for (const char* const id : {"", "a/b", "../a", "..", ".hidden", "A", "a b", "-a"}) {
    EXPECT_EQ(CheckModelId(id).error().field, "id") << id;
  }
  EXPECT_TRUE(CheckModelId("cyto3_2024-05.b").has_value());
  EXPECT_FALSE(CheckModelId(std::string(65, 'a')).has_value());
  ExpectRefusal(Run({{"weights", kModels + "nuclei_bbbc038.pth"}}, "../x"), "id", "begins with a letter");
}

TEST_F(ModelImportTest, CodeInAPickleIsRefusedByName) {
  const std::string code = nn::PickleWriter().Global("os", "system").Mark().Text("touch owned").Tuple().Reduce().Stop();
  ExpectRefusal(Run({{"weights", Write("evil.pth", code)}}), "weights", "'os.system'");
}

TEST_F(ModelImportTest, Cellpose4IsRefusedByName) {
  const std::string sam = CheckpointOf({"encoder.patch_embed.proj.weight", "out.weight", "W2", "diam_mean"});
  ExpectRefusal(Run({{"weights", Write("cpsam", sam)}}), "weights", "'cpsam' is a Cellpose 4 (SAM) checkpoint");
  ExpectRefusal(Run({{"weights", Write("other", CheckpointOf({"conv.weight", "diam_mean"}))}}), "weights", "'other'");
}

TEST_F(ModelImportTest, WhatIsNoModelIsRefused) {
  ExpectRefusal(Run({{"weights", Write("a.txt", "hello")}}), "weights", "'a.txt' is no PyTorch checkpoint");
  ExpectRefusal(Run({{"weights", Write("empty", "")}}), "weights", "'empty' is empty");
  ExpectRefusal(Run({{"weights", kModels + "nuclei_bbbc038.pth"}, {"description", Write("d.toml", kClasses)}}),
                "description", "there is no 'description'");
  ExpectRefusal(Run({{"weights", Write("b.onnx", "no network")}, {"description", Write("d.toml", kClasses)}}),
                "weights", "'b.onnx'");
  ExpectRefusal(Run({{"weights", kModels + "nuclei_bbbc038.pth"}, {"size_model", Write("size.npy", "12345678")}}),
                "size_model", "'size.npy'");
}

TEST_F(ModelImportTest, TooLargeIsRefusedBeforeItIsRead) {
  const std::string path = Write("large.pth", "PK");
  std::filesystem::resize_file(path, 3ULL << 30);
  const auto import = Run({{"weights", path}});
  ExpectRefusal(import, "weights", "at most 2147483648");
  EXPECT_EQ(import.error().code, ErrorCode::kTooLarge);
}

TEST_F(ModelImportTest, NetworksThatAreNotFitAreRefused) {
  const std::string classes = Write("d.toml", kClasses);
  const auto refused = [&](const nn::OnnxFile& file, const std::string& field, const std::string& reason) {
    ExpectRefusal(Run({{"weights", Write("n.onnx", file.Write())}, {"description", classes}}), field, reason);
  };
  refused({.op = "Frobnicate"}, "weights", "Frobnicate");
  refused({.location = "/etc/passwd"}, "weights", "'/etc/passwd'");
  refused({.weights = {0, std::numeric_limits<float>::quiet_NaN(), 0}}, "weights", "undefined numbers");
  refused({.weights = {0, std::numeric_limits<float>::infinity(), 0}}, "weights", "infinite or undefined numbers");
  refused({.channels = 2, .weights = {0, 1, 0, 1, 0, 1}}, "description", "does not fit the network");
  refused({.side = 96}, "description", "does not fit the network");
}

TEST_F(ModelImportTest, TensorsInTheFolderOfTheModelAreTakenIn) {
  const nn::OnnxFile parts{.location = "net.onnx.data"};
  Write("net.onnx.data", parts.Raw());
  const std::string weights = Write("net.onnx", parts.Write());
  ImportRequest request{.id = "mine",
                        .files = {{"weights", weights}, {"description", Write("net.toml", kClasses)}},
                        .work_folder = work_.path(),
                        .tensor_folder = folder_.path()};
  const Import import = CheckImport(request, registry_).value();
  const records::ModelFile& taken = import.entry.files.at("weights");
  EXPECT_NE(taken.path, weights);
  EXPECT_EQ(ReadTextFile(taken.path).value().size(), taken.bytes);
  EXPECT_EQ(taken.sha256, Run({{"weights", Write("whole.onnx", nn::OnnxFile().Write())},
                               {"description", folder_.path() + "/net.toml"}})
                              ->entry.files.at("weights")
                              .sha256)
      << "it is as if it had been one file";

  const auto large = CheckImport(request, registry_, {.max_weights_bytes = parts.Write().size() + 11});
  ExpectRefusal(large, "weights", "'net.onnx': Tensor 'weights'");
  EXPECT_EQ(large.error().code, ErrorCode::kTooLarge);
  request.tensor_folder.clear();
  ExpectRefusal(CheckImport(request, registry_), "weights", "lies in another file, 'net.onnx.data'");
  request.tensor_folder = folder_.path();
  for (const char* const place : {"../net.onnx.data", "/etc/passwd"}) {
    request.files["weights"] = Write("net.onnx", nn::OnnxFile{.location = place}.Write());
    ExpectRefusal(
        CheckImport(request, registry_), "weights",
        "'net.onnx': Tensor 'weights' of the ONNX file: '" + std::string(place) + "' is outside of the folder");
  }
}

TEST_F(ModelImportTest, TensorsWhoseShapesLieAreRefused) {
  const std::string colours = Write("d.toml", "channels = 3\n" + kClasses);
  const nn::OnnxFile lying{.channels = 3, .weights = {0, 1, -1}};  // of nine
  ExpectRefusal(Run({{"weights", Write("n.onnx", lying.Write())}, {"description", colours}}), "weights", "'n.onnx'");
}

TEST_F(ModelImportTest, ATestThatIsNotPassedIsRefused) {
  const std::map<std::string, std::string> good = {{"weights", kModels + "unet_nuclei_bbbc038.onnx"},
                                                   {"description", kModels + "unet_nuclei_bbbc038.toml"},
                                                   {"test_input", kModels + "unet_self_test_input.npy"},
                                                   {"test_output", kModels + "unet_self_test_output.npy"}};
  auto files = good;
  files.erase("test_output");
  ExpectRefusal(Run(files), "test_output", "is missing");
  std::string other = ReadTextFile(good.at("test_output")).value();
  other[other.size() - 1] = static_cast<char>(other[other.size() - 1] ^ 0x40);
  files["test_output"] = Write("other.npy", other);
  ExpectRefusal(Run(files), "test_output", "failed its self-test");
}

}  // namespace
}  // namespace intelliclinix::runners
