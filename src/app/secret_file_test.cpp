#include "app/secret_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/temporary_folder_test.h"

namespace intelliclinix::app {
namespace {

using testing::HasSubstr;

TEST(SecretFileTest, IsMadeOnceForItsOwnerAlone) {
  const TemporaryFolder folder;
  const std::string path = folder / "jwt_secret";
  const auto made = ReadOrMakeSecret(path);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->size(), 32U);
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(ReadOrMakeSecret(path).value(), *made);
  EXPECT_NE(ReadOrMakeSecret(folder / "other").value(), *made);
}

TEST(SecretFileTest, IsRefusedWhenOthersMayUseIt) {
  const TemporaryFolder folder;
  const std::string path = folder / "jwt_secret";
  ASSERT_TRUE(ReadOrMakeSecret(path));
  for (const mode_t mode : {0640, 0604, 0602}) {
    chmod(path.c_str(), mode);
    const auto secret = ReadOrMakeSecret(path);
    ASSERT_FALSE(secret) << std::oct << mode;
    EXPECT_THAT(secret.error().message, HasSubstr("chmod 600"));
  }
}

TEST(SecretFileTest, IsRefusedWhenItIsCutShort) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("jwt_secret", "short");
  chmod(path.c_str(), 0600);
  EXPECT_THAT(ReadOrMakeSecret(path).error().message, HasSubstr("does not hold 32 bytes"));
}

TEST(SecretFileTest, IsNotMadeInAFolderThatIsNotThere) {
  const TemporaryFolder folder;
  EXPECT_FALSE(ReadOrMakeSecret(folder / "none/jwt_secret"));
}

}  // namespace
}  // namespace intelliclinix::app
