#include "app/input_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/temporary_folder_test.h"

namespace intelliclinix::app {
namespace {

using testing::ElementsAre;

std::vector<std::string> Stems(const std::vector<std::string>& paths, const std::string& out = "/nowhere") {
  const auto inputs = FindInputs(paths, out);
  EXPECT_TRUE(inputs) << inputs.error().message;
  std::vector<std::string> stems;
  for (const InputFile& input : inputs.value_or(std::vector<InputFile>())) stems.push_back(input.stem);
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

TEST(InputFilesTest, WhatIsNotThereIsAnError) {
  EXPECT_EQ(FindInputs({"/does/not/exist"}, "/nowhere").error().code, ErrorCode::kNotFound);
  const TemporaryFolder empty;
  EXPECT_EQ(FindInputs({empty / ""}, "/nowhere").error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace intelliclinix::app
