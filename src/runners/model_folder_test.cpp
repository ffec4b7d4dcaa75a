#include "runners/model_folder.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_folder.h"

namespace intelliclinix::runners {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ModelFolderTest : public testing::Test {
 protected:
  ModelFolderTest() {
    fs::create_directories(folder_ + "/inner");
    fs::create_directories(folder_ + "_not");
    for (const char* const name : {"/w.bin", "/inner/w.bin", "_not/w.bin"}) std::ofstream(folder_ + name) << name;
    fs::create_symlink("inner/w.bin", folder_ + "/link");
    fs::create_symlink("../model_not/w.bin", folder_ + "/link_out");
    fs::create_directory_symlink("..", folder_ + "/up");
  }

  std::string Refusal(const std::string& path) const {
    const auto opened = OpenInFolder(folder_, path);
    return opened ? "opened" : opened.error().message;
  }

  const TemporaryFolder parent_ = TemporaryFolder::Make(testing::TempDir()).value();
  const std::string folder_ = parent_.path() + "/model";
};

TEST_F(ModelFolderTest, WhatLiesInItIsOpened) {
  for (const char* const path : {"w.bin", "inner/w.bin", "./w.bin", "inner/../w.bin", "link", "up/model/w.bin"}) {
    EXPECT_TRUE(OpenInFolder(folder_, path).has_value()) << path;
  }
  EXPECT_EQ(OpenInFolder(folder_, "w.bin").value()->size(), 6U);
}

TEST_F(ModelFolderTest, WhatLiesElsewhereIsNotWhicheverWayItIsNamed) {
  for (const std::string& path :
       {std::string("/etc/passwd"), folder_ + "/w.bin", std::string("../model_not/w.bin"), std::string("link_out"),
        std::string("up/model_not/w.bin"), std::string("inner/../../model_not/w.bin"), std::string()}) {
    EXPECT_THAT(Refusal(path), HasSubstr("'" + path + "' is outside of the folder of the model")) << path;
  }
  EXPECT_THAT(Refusal(std::string("w.bin\0", 6)), HasSubstr("'w.bin?' is outside"));
}

TEST_F(ModelFolderTest, WhatIsNoFileIsNamed) {
  for (const char* const path : {"none.bin", "inner", "."}) {
    EXPECT_THAT(Refusal(path), HasSubstr(std::string("'") + path + "' is not in the folder of the model")) << path;
  }
}

}  // namespace
}  // namespace intelliclinix::runners
