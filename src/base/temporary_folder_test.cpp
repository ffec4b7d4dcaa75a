#include "base/temporary_folder.h"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace intelliclinix {
namespace {

namespace fs = std::filesystem;

class TemporaryFolderTest : public testing::Test {
 protected:
  ~TemporaryFolderTest() override { fs::remove_all(parent_); }

  std::size_t Folders() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(parent_)) count += entry.is_directory() ? 1 : 0;
    return count;
  }

  /// A process that has made a folder, with a file in it, and lives.
  pid_t StartProcess() const {
    int made[2];
    EXPECT_EQ(pipe(made), 0);
    const pid_t child = fork();
    if (child == 0) {
      const auto folder = TemporaryFolder::Make(parent_);
      if (folder) std::ofstream(folder->path() + "/weights") << "bytes";
      const char done = folder ? '1' : '0';
      if (write(made[1], &done, 1) == 1) pause();
      _exit(1);
    }
    char done = '0';
    EXPECT_EQ(read(made[0], &done, 1), 1);
    EXPECT_EQ(done, '1');
    close(made[0]);
    close(made[1]);
    return child;
  }

  static void Kill(pid_t process) {
    kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
  }

  const std::string parent_ = testing::TempDir() + "temporary_folder_test." + std::to_string(getpid());
};

TEST_F(TemporaryFolderTest, GoesWithAllThatIsInIt) {
  {
    TemporaryFolder first = TemporaryFolder::Make(parent_).value();
    std::ofstream(first.path() + "/weights") << "bytes";
    const TemporaryFolder moved = std::move(first);
    EXPECT_EQ(Folders(), 1U);
    EXPECT_EQ(fs::status(moved.path()).permissions(), fs::perms::owner_all);
  }
  EXPECT_EQ(Folders(), 0U);
}

TEST_F(TemporaryFolderTest, ThoseOfProcessesThatWereKilledAreRemovedAndNoOthers) {
  const TemporaryFolder own = TemporaryFolder::Make(parent_).value();
  const pid_t living = StartProcess();
  const pid_t dead = StartProcess();
  ASSERT_EQ(Folders(), 3U);
  Kill(dead);
  fs::create_directory(parent_ + "/another");
  std::ofstream(parent_ + "/incoming.file") << "no folder";
  TemporaryFolder::RemoveAbandoned(parent_);
  EXPECT_EQ(Folders(), 3U) << "those of two processes that live, and one that is no such folder";
  EXPECT_TRUE(fs::exists(own.path()));
  EXPECT_TRUE(fs::exists(parent_ + "/incoming.file"));
  Kill(living);
  TemporaryFolder::RemoveAbandoned(parent_);
  EXPECT_EQ(Folders(), 2U);
}

TEST_F(TemporaryFolderTest, APersonsFoldersStay) {
  fs::create_directories(parent_ + "/incoming.old");
  TemporaryFolder::RemoveAbandoned(parent_);
  EXPECT_TRUE(fs::exists(parent_ + "/incoming.old"));
}

TEST_F(TemporaryFolderTest, WithoutAParentThereIsNothingToRemove) {
  TemporaryFolder::RemoveAbandoned(parent_ + "/none");
  EXPECT_FALSE(fs::exists(parent_));
}

TEST_F(TemporaryFolderTest, SaysWhyItCannotBeMade) {
  std::ofstream(parent_) << "a file";
  const auto made = TemporaryFolder::Make(parent_);
  ASSERT_FALSE(made.has_value());
  EXPECT_NE(made.error().message.find(parent_), std::string::npos);
}

}  // namespace
}  // namespace intelliclinix
