#include "app/import_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/temporary_folder_test.h"

namespace intelliclinix::app {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

const std::string kTested =
    "interpretation = 'semantic_watershed'\n[semantic_watershed]\nclasses = 3\ninterior = 1\n"
    "[test]\ninput = 'in.npy'\noutput = 'out.npy'\n";

std::string Refusal(const std::string& path) {
  const auto files = FindImportFiles(path);
  return files ? "" : files.error().message;
}

TEST(ImportFiles, AFolderOfACheckpoint) {
  const TemporaryFolder folder;
  const std::string weights = folder.Write("cyto3", "PK");
  const std::string size = folder.Write("size_cyto3.npy", "");
  const std::string licence = folder.Write("LICENCE.txt", "");
  folder.Write("README.md", "");
  folder.Write(".hidden", "");
  EXPECT_THAT(FindImportFiles(folder / "").value(),
              UnorderedElementsAre(Pair("weights", weights), Pair("size_model", size), Pair("license", licence)));
}

TEST(ImportFiles, AnOnnxFileAndItsFolderGiveTheSame) {
  const TemporaryFolder folder;
  const std::string weights = folder.Write("net.onnx", "");
  const std::string description = folder.Write("net.toml", kTested);
  const std::string input = folder.Write("in.npy", "");
  const auto expected =
      UnorderedElementsAre(Pair("weights", weights), Pair("description", description), Pair("test_input", input));
  EXPECT_THAT(FindImportFiles(weights).value(), expected) << "what is missing is told later";
  EXPECT_THAT(FindImportFiles(folder / "").value(), expected);
}

TEST(ImportFiles, FilesOfTensorsAreNoWeights) {
  const TemporaryFolder folder;
  const std::string weights = folder.Write("net.onnx", "");
  folder.Write("net.onnx.data", "");
  folder.Write("another.bin", "");
  EXPECT_THAT(FindImportFiles(folder / "").value(), UnorderedElementsAre(Pair("weights", weights)));
  folder.Write("second.ONNX", "");
  EXPECT_THAT(Refusal(folder / ""), HasSubstr("several files that could be the weights"));
}

TEST(ImportFiles, SaysWhatIsAmiss) {
  const TemporaryFolder folder;
  EXPECT_THAT(Refusal(folder / "none"), HasSubstr("There is no file or folder"));
  folder.Write("README.md", "");
  EXPECT_THAT(Refusal(folder / ""), HasSubstr("has no file of a model"));
  folder.Write("cyto", "PK");
  folder.Write("cyto2", "PK");
  EXPECT_THAT(Refusal(folder / ""), HasSubstr("several files that could be the weights: 'cyto"));
}

}  // namespace
}  // namespace intelliclinix::app
