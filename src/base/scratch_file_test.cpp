#include "base/scratch_file.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/object_id.h"

namespace intelliclinix {
namespace {

class ScratchFileTest : public ::testing::Test {
 protected:
  ScratchFileTest() { std::filesystem::create_directory(folder_); }
  ~ScratchFileTest() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("scratch-" + ObjectId::Generate().ToString());
};

TEST_F(ScratchFileTest, KeepsWhatIsWrittenInAnyOrder) {
  constexpr std::size_t kBytes = 1 << 20;
  ScratchFile file = ScratchFile::Create(folder_, kBytes).value();
  EXPECT_TRUE(std::filesystem::is_empty(folder_)) << "it has no name";
  EXPECT_EQ(file.size(), kBytes);
  file.bytes()[kBytes - 1] = std::byte{7};
  file.Release();
  file.bytes()[0] = std::byte{5};
  file.Seal();
  ScratchFile moved = std::move(file);
  std::array<std::byte, 2> read{};
  ASSERT_TRUE(moved.ReadAt(0, read));
  EXPECT_EQ(read, (std::array{std::byte{5}, std::byte{0}}));
  ASSERT_TRUE(moved.ReadAt(kBytes - 2, read));
  EXPECT_EQ(read, (std::array{std::byte{0}, std::byte{7}}));
  EXPECT_FALSE(moved.ReadAt(kBytes - 1, read));
}

TEST_F(ScratchFileTest, SaysWhereThereIsNoRoom) {
  const auto large = ScratchFile::Create(folder_, 1ULL << 60);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::kResourceExhausted) << large.error().message;
  const auto nowhere = ScratchFile::Create(folder_ / "none", 1);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace intelliclinix
