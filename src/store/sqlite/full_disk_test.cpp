#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "store/sqlite/sqlite_fixture_test.h"

namespace intelliclinix::store::sqlite {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kDiskOptions = "size=8m";

/// Takes the process into a mount namespace of its own, where it may mount without being seen by others.
bool EnterMountNamespace() {
  const std::string uid = std::to_string(geteuid());
  const std::string gid = std::to_string(getegid());
  if (unshare(CLONE_NEWNS) != 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " << uid << " 1";
    std::ofstream("/proc/self/gid_map") << "0 " << gid << " 1";
  }
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// A small disk under the data folder.
class FullDiskTest : public SqliteFixture {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder());
    mounted_ = EnterMountNamespace() && mount("tmpfs", folder().c_str(), "tmpfs", 0, kDiskOptions) == 0;
    if (!mounted_) GTEST_SKIP() << "This machine does not let the test mount a small disk: " << std::strerror(errno);
  }
  void TearDown() override {
    if (mounted_) umount2(folder().c_str(), MNT_DETACH);
  }

  std::string ballast() const { return folder() + "/ballast"; }
  /// Takes all of the room that is left.
  void FillDisk() const {
    std::ofstream file(ballast(), std::ios::binary);
    const std::string block(4096, 'x');
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }

 private:
  bool mounted_ = false;
};

void ExpectFull(const Error& error) {
  EXPECT_EQ(error.code, ErrorCode::kResourceExhausted) << error.message;
  EXPECT_THAT(error.message, HasSubstr("disk is full"));
}

TEST_F(FullDiskTest, AFileThatDoesNotFitIsRefusedAndLeavesItsRoom) {
  const auto store = Open().value();
  const BlobRecord kept = PutBlob(*store, "pixels").value();
  {
    const auto writer = store->CreateBlob({}).value();
    const std::vector<std::byte> block(1 << 20);
    Status written;
    for (int i = 0; i < 16 && written.has_value(); ++i) written = writer->Write(block);
    ASSERT_FALSE(written.has_value());
    ExpectFull(written.error());
    ExpectFull(writer->Write({}).error());
    ExpectFull(writer->Commit().error());
  }
  EXPECT_THAT(FilesUnder(folder() + "/incoming"), IsEmpty());
  EXPECT_EQ(store->OpenBlob(kept.id).value()->size(), 6u);
  EXPECT_TRUE(PutBlob(*store, std::string(1 << 20, 'x')).has_value());
  EXPECT_THAT(FilesUnder(folder() + "/blobs"), testing::SizeIs(2));
}

TEST_F(FullDiskTest, ARecordThatDoesNotFitIsRefusedUntilThereIsRoom) {
  auto store = Open().value();
  ASSERT_TRUE(store->InsertUser(MakeUser("before")).has_value());
  FillDisk();
  const Status refused = store->InsertUser(MakeUser("refused"));
  ASSERT_FALSE(refused.has_value());
  ExpectFull(refused.error());
  EXPECT_EQ(store->FindUser("before").value().username, "before");
  EXPECT_EQ(store->FindUser("refused").error().code, ErrorCode::kNotFound);

  std::filesystem::remove(ballast());
  EXPECT_TRUE(store->InsertUser(MakeUser("after")).has_value());
  store.reset();
  store = Open().value();
  EXPECT_TRUE(store->FindUser("before").has_value());
  EXPECT_TRUE(store->FindUser("after").has_value());
  EXPECT_EQ(store->FindUser("refused").error().code, ErrorCode::kNotFound);
}

TEST_F(FullDiskTest, AFileWhoseRecordDoesNotFitIsRemoved) {
  const auto store = Open().value();
  FillDisk();
  const auto refused = PutBlob(*store, "");
  ASSERT_FALSE(refused.has_value());
  ExpectFull(refused.error());
  EXPECT_THAT(FilesUnder(folder() + "/blobs"), IsEmpty());
  EXPECT_THAT(FilesUnder(folder() + "/incoming"), IsEmpty());
}

TEST_F(FullDiskTest, AFullDiskIsNamedWhenTheStoreIsOpened) {
  FillDisk();
  const auto refused = Open();
  ASSERT_FALSE(refused.has_value());
  ExpectFull(refused.error());
  std::filesystem::remove(ballast());
  EXPECT_TRUE(Open().has_value());
}

}  // namespace
}  // namespace intelliclinix::store::sqlite
