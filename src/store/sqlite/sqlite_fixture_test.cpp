#include "store/sqlite/sqlite_fixture_test.h"

#include <array>
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include "base/file.h"

namespace intelliclinix::store::sqlite {
namespace {

constexpr const char* kFolderVariable = "INTELLICLINIX_TEST_FOLDER";

}  // namespace

Result<BlobRecord> PutText(Store& store, ObjectId owner, std::string_view text) {
  NewBlob blob;
  blob.owner_id = owner;
  blob.filename = "a.png";
  blob.content_type = "image/png";
  IC_ASSIGN_OR_RETURN(const auto writer, store.CreateBlob(blob));
  IC_RETURN_IF_ERROR(writer->Write(AsBytes(text)));
  return writer->Commit();
}

SqliteFixture::SqliteFixture() : parent_(testing::TempDir() + "sqlite_store.XXXXXX") {
  EXPECT_NE(mkdtemp(parent_.data()), nullptr);
}

SqliteFixture::~SqliteFixture() { std::filesystem::remove_all(parent_); }

records::User SqliteFixture::MakeUser(const std::string& username) const {
  records::User user;
  user.id = ObjectId::Generate();
  user.username = username;
  user.email = username + "@example.org";
  user.created_at = clock_.Now();
  return user;
}

pid_t StartChild(const std::string& filter, const std::string& folder, int pipe) {
  const std::string variable = std::string(kFolderVariable) + "=" + folder;
  const std::string tests = "--gtest_filter=" + filter;
  const std::array<const char*, 2> environment = {variable.c_str(), nullptr};
  const std::array<const char*, 4> arguments = {"store_test", "--gtest_also_run_disabled_tests", tests.c_str(),
                                                nullptr};
  const pid_t child = fork();
  if (child != 0) return child;
  dup2(pipe, kChildPipe);
  execve("/proc/self/exe", const_cast<char**>(arguments.data()), const_cast<char**>(environment.data()));
  _exit(127);
}

std::string ChildFolder() {
  const char* folder = std::getenv(kFolderVariable);
  EXPECT_NE(folder, nullptr);
  alarm(60);
  return folder == nullptr ? "" : folder;
}

std::vector<std::string> FilesUnder(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  return files;
}

std::string Slurp(const std::string& path) { return ReadTextFile(path).value(); }

}  // namespace intelliclinix::store::sqlite
