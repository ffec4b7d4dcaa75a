#include "app/input_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/temporary_folder_test.h"

namespace intelliclinix::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Stems(const std::vector<std::string>& paths, const std::string& out = "/nowhere") {
  const auto found = FindInputs(paths, out);
  EXPECT_TRUE(found) << found.error().message;
  std::vector<std::string> stems;
  for (const InputFile& input : found.value_or(FoundInputs()).inputs) stems.push_back(input.stem);
  return stems;
}

TEST(InputFilesTest, FoldersGiveTheirImagesInOrder) {
  const TemporaryFolder folder;
  folder.Write("c.TIF", "");
  folder.Write("b/b.jpeg", "");
  folder.Write("a.png", "");
  folder.Write("notes.txt", "text");
  folder.Write(".hidden.png", "");
  folder.Write(".cache/d.png", "");
  folder.Write("by_content", "\x89PNG\r\n\x1a\n...");
  EXPECT_THAT(Stems({folder / ""}), ElementsAre("a", "b", "by_content", "c"));
}

TEST(InputFilesTest, FilesAreTakenAsTheyAreNamed) {
  const TemporaryFolder folder;
  const std::string notes = folder.Write("notes.txt", "text");
  EXPECT_THAT(Stems({notes}), ElementsAre("notes"));
}

TEST(InputFilesTest, OutputsAreNoInputs) {
  const TemporaryFolder folder;
  for (const char* name :
       {"a.png", "a_cp_masks.png", "a_overlay.png", "a_composite.png", "out/b.png", "in/c.png", "z_class.png"}) {
    folder.Write(name, "");
  }
  EXPECT_THAT(Stems({folder / ""}, folder / "out"), ElementsAre("a", "c", "z_class"));
}

TEST(InputFilesTest, OutputsThatAreLeftOutAreCounted) {
  const TemporaryFolder folder;
  for (const char* name : {"a.png", "a_overlay.png", "b.tif", "b.tif_cp_masks.png", "out/b.png", "out/c_overlay.png"}) {
    folder.Write(name, "");
  }
  const std::string top = folder / "";
  EXPECT_EQ(FindInputs({top, top}, folder / "out")->left_out, 4u);
  EXPECT_EQ(FindInputs({top, folder / "out/b.png"}, folder / "out")->left_out, 3u);
}

TEST(InputFilesTest, AnImageIsNoOutputForItsNameAlone) {
  const TemporaryFolder folder;
  for (const char* name : {"patient_overlay.png", "in/b.png", "elsewhere/b_composite.png"}) folder.Write(name, "");
  EXPECT_THAT(Stems({folder / ""}), ElementsAre("b_composite", "b", "patient_overlay"));
  folder.Write("patient.JPG", "");
  EXPECT_THAT(Stems({folder / ""}), ElementsAre("b_composite", "b", "patient"));
}

TEST(InputFilesTest, WhatIsNamedLikeAnOutputInTheFolderForOutputsIsOne) {
  const TemporaryFolder folder;
  folder.Write("gone_overlay.png", "");
  const auto none = FindInputs({folder / ""}, folder / "");
  EXPECT_THAT(none.error().message, HasSubstr("1 image was left out"));
  EXPECT_THAT(Stems({folder / "gone_overlay.png"}, folder / ""), ElementsAre("gone_overlay"));
}

TEST(InputFilesTest, StemsThatCollideAreToldApart) {
  const TemporaryFolder folder;
  for (const char* name : {"a.png", "a.tif", "b.png", "x/b.PNG", "y/B.png", "z/d.png"}) folder.Write(name, "");
  EXPECT_THAT(Stems({folder / ""}), ElementsAre("a.png", "a.tif", "b.png", "b.PNG_2", "B.png_3", "d"));
}

TEST(InputFilesTest, AFileThatIsNamedTwiceIsThereOnce) {
  const TemporaryFolder folder;
  const std::string image = folder.Write("a.png", "");
  std::filesystem::create_symlink(image, folder / "link.png");
  EXPECT_THAT(Stems({image, folder / "", folder / "link.png"}), ElementsAre("a"));
}

TEST(InputFilesTest, LinksToFoldersAreNotFollowed) {
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  elsewhere.Write("b.png", "");
  folder.Write("a.png", "");
  std::filesystem::create_directory_symlink(folder / "", folder / "loop");
  std::filesystem::create_directory_symlink(elsewhere / "", folder / "elsewhere");
  EXPECT_THAT(Stems({folder / ""}), ElementsAre("a"));
}

TEST(InputFilesTest, WhatIsNotThereIsAProblemOfItsOwn) {
  const TemporaryFolder folder;
  const std::string image = folder.Write("a/x.png", "");
  std::filesystem::create_symlink("loop", folder / "loop");
  const auto found = FindInputs({folder / "x.png", image, folder / "loop", folder / "x.png"}, "/nowhere");
  ASSERT_EQ(found->inputs.size(), 3u);
  EXPECT_EQ(found->inputs[0].problem, "There is no such file or folder.");
  EXPECT_EQ(found->inputs[1].stem, "x");
  EXPECT_THAT(found->inputs[1].problem, IsEmpty());
  EXPECT_THAT(found->inputs[2].problem, HasSubstr("cannot be read"));
}

TEST(InputFilesTest, ALinkToNothingInAFolderIsAnInput) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("gone", folder / "a.png");
  EXPECT_THAT(Stems({folder / ""}), ElementsAre("a"));
}

TEST(InputFilesTest, NoImageAtAllIsAnError) {
  const TemporaryFolder empty;
  EXPECT_EQ(FindInputs({empty / ""}, "/nowhere").error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace intelliclinix::app
