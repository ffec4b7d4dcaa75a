#include "runners/model_file.h"

#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/byte_source.h"
#include "base/file.h"
#include "base/hashing.h"

namespace intelliclinix::runners {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// One file in a folder of its own.
class ModelFileTest : public testing::Test {
 protected:
  ModelFileTest() {
    std::filesystem::create_directories(folder_);
    EXPECT_TRUE(WriteFileAtomically(path_, AsBytes("weights")).has_value());
    model_.id = "cells";
    model_.files["weights"] = {.path = path_, .sha256 = Sha256Hex(AsBytes("weights")), .bytes = 7};
  }
  ~ModelFileTest() override { std::filesystem::remove_all(folder_); }

  Error Refusal(const char* role = "weights") {
    const auto bytes = ReadModelFile(model_, role);
    EXPECT_FALSE(bytes.has_value());
    return bytes.has_value() ? Error{} : bytes.error();
  }

  const std::string folder_ = testing::TempDir() + "model_file_test." + std::to_string(getpid());
  const std::string path_ = folder_ + "/weights.pth";
  records::ModelEntry model_;
};

TEST_F(ModelFileTest, GivesWhatTheCatalogueSays) {
  const auto bytes = ReadModelFile(model_, "weights");
  ASSERT_TRUE(bytes.has_value());
  EXPECT_TRUE(std::ranges::equal(*bytes, AsBytes("weights")));
}

TEST_F(ModelFileTest, NamesAFileWithOtherContent) {
  ASSERT_TRUE(WriteFileAtomically(path_, AsBytes("heights")).has_value());
  const Error error = Refusal();
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(error.field, "files.weights");
  EXPECT_THAT(error.message, AllOf(HasSubstr("'cells'"), HasSubstr(path_), HasSubstr("SHA-256"),
                                   HasSubstr(model_.files["weights"].sha256)));
}

TEST_F(ModelFileTest, NamesAFileOfAnotherSize) {
  ASSERT_TRUE(WriteFileAtomically(path_, AsBytes("weight")).has_value());
  EXPECT_THAT(Refusal().message, AllOf(HasSubstr(path_), HasSubstr("has 6 bytes; the catalogue says 7")));
}

TEST_F(ModelFileTest, NamesAFileThatIsMissing) {
  std::filesystem::remove(path_);
  const Error error = Refusal();
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(error.message, AllOf(HasSubstr("'cells'"), HasSubstr(path_)));
}

TEST_F(ModelFileTest, NamesARoleThatIsMissing) { EXPECT_EQ(Refusal("size_model").field, "files.size_model"); }

}  // namespace
}  // namespace intelliclinix::runners
