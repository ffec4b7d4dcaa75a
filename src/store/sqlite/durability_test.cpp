#include <array>
#include <cstdio>
#include <sstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hashing.h"
#include "store/sqlite/sqlite_fixture_test.h"

namespace intelliclinix::store::sqlite {
namespace {

/// What a process that was killed had been told is kept.
struct Acknowledged {
  ObjectId dataset_id;
  ObjectId blob_id;
  std::string sha256;
};

/// Not a test: the child of the one below, which runs it by name. Stores images and datasets until it is killed, and
/// writes a line for each that is acknowledged.
TEST(DurabilityChild, DISABLED_StoresWithoutEnd) {
  const std::string folder = ChildFolder();
  const SystemClock clock;
  const auto store = SqliteStore::Open({.folder = folder}, clock).value();
  for (std::size_t i = 0;; ++i) {
    const std::string text(1 + i * 37'123 % 300'000, static_cast<char>('a' + i % 26));
    records::Dataset dataset;
    dataset.id = ObjectId::Generate();
    const BlobRecord blob = PutText(*store, dataset.owner_id, text).value();
    dataset.files.emplace_back().blob_id = blob.id;
    ASSERT_TRUE(store->InsertDataset(dataset).has_value());
    const std::string line = dataset.id.ToString() + " " + blob.id.ToString() + " " + blob.sha256 + "\n";
    ASSERT_EQ(write(kChildPipe, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }
}

class DurabilityTest : public SqliteFixture {
 protected:
  /// Lets a child store until it has acknowledged `lines` datasets, then kills it after `pause_us` more. All that it
  /// acknowledged.
  std::vector<Acknowledged> StoreAndKill(int lines, unsigned pause_us) const {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    const pid_t child = StartChild("DurabilityChild.*", folder(), ends[1]);
    close(ends[1]);
    FILE* acknowledged = fdopen(ends[0], "r");
    std::vector<Acknowledged> all;
    std::array<char, 256> line{};
    while (std::fgets(line.data(), line.size(), acknowledged) != nullptr) {
      std::istringstream words(line.data());
      std::string dataset;
      std::string blob;
      std::string sha256;
      words >> dataset >> blob >> sha256;
      all.push_back({ObjectId::Parse(dataset).value(), ObjectId::Parse(blob).value(), sha256});
      if (static_cast<int>(all.size()) != lines) continue;
      usleep(pause_us);
      kill(child, SIGKILL);
    }
    std::fclose(acknowledged);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    return all;
  }

  /// Every blob that the database names is there and whole.
  void ExpectWholeBlobs() const {
    const auto store = Open().value();
    Database database = Database::Open(database_path(), Database::Access::kRead).value();
    Rows rows = database.Query("SELECT id, sha256 FROM blobs").value();
    while (rows.Next().value()) {
      const auto source = store->OpenBlob(rows.Id(0));
      ASSERT_TRUE(source.has_value()) << source.error().message;
      EXPECT_EQ(Sha256Hex(ReadAll(**source, 1 << 20).value()), rows.Text(1));
    }
    EXPECT_THAT(FilesUnder(folder() + "/incoming"), testing::IsEmpty());
  }
};

TEST_F(DurabilityTest, WhatWasStoredIsThereAfterReopening) {
  const records::User user = MakeUser("Ada");
  records::Dataset dataset;
  dataset.id = ObjectId::Generate();
  dataset.owner_id = owner_;
  records::Inference inference;
  inference.id = ObjectId::Generate();
  inference.dataset_id = dataset.id;
  inference.owner_id = owner_;
  records::Task task;
  task.id = ObjectId::Generate();
  ObjectId blob;
  {
    const auto store = Open().value();
    ASSERT_TRUE(store->InsertUser(user).has_value());
    ASSERT_TRUE(store->RevokeToken("jti", clock_.Now()).has_value());
    ASSERT_TRUE(store->InsertDataset(dataset).has_value());
    ASSERT_TRUE(store->InsertInference(inference).has_value());
    ASSERT_TRUE(store->InsertTasks(inference.id, {task}).has_value());
    ASSERT_TRUE(store->ClaimTask({.worker = "w1", .now = clock_.Now()}).value().has_value());
    blob = PutBlob(*store, "pixels").value().id;
  }
  const auto store = Open().value();
  EXPECT_EQ(store->FindUser("ada").value().id, user.id);
  EXPECT_TRUE(store->IsTokenRevoked("jti").value());
  EXPECT_TRUE(store->GetDataset(owner_, dataset.id).has_value());
  EXPECT_EQ(store->LoadInference(inference.id).value().status, records::InferenceStatus::kRunning);
  EXPECT_EQ(store->CountOpenTasks().value(), 1);
  EXPECT_EQ(store->GetBlob(owner_, blob).value().bytes, 6u);
  EXPECT_EQ(store->OpenBlob(blob).value()->size(), 6u);
  const records::TaskLease lease{task.id, inference.id, "w1", 1};
  EXPECT_TRUE(store->CommitTask(lease, {}).value());
}

TEST_F(DurabilityTest, TasksOfADeadProcessAreToBeHadAtOnce) {
  records::Dataset dataset;
  dataset.id = ObjectId::Generate();
  records::Inference inference;
  inference.id = ObjectId::Generate();
  inference.dataset_id = dataset.id;
  records::Task task;
  task.id = ObjectId::Generate();
  {
    const auto store = Open().value();
    ASSERT_TRUE(store->InsertDataset(dataset).has_value());
    ASSERT_TRUE(store->InsertInference(inference).has_value());
    ASSERT_TRUE(store->InsertTasks(inference.id, {task}).has_value());
    ASSERT_TRUE(store->ClaimTask({.worker = "dead", .now = clock_.Now()}).value().has_value());
    EXPECT_FALSE(store->ClaimTask({.worker = "other", .now = clock_.Now()}).value().has_value());
  }
  const auto store = Open().value();
  const auto claimed = store->ClaimTask({.worker = "next", .now = clock_.Now()}).value();
  ASSERT_TRUE(claimed.has_value());
  EXPECT_EQ(claimed->attempt, 2);
}

TEST_F(DurabilityTest, AProcessThatIsKilledLosesNothingThatItAcknowledged) {
  std::vector<Acknowledged> all;
  for (int round = 0; round < 6; ++round) {
    const std::vector<Acknowledged> more = StoreAndKill(2 + round, static_cast<unsigned>(round) * 1300);
    all.insert(all.end(), more.begin(), more.end());
    ExpectWholeBlobs();
  }
  ASSERT_GE(all.size(), 27u);
  const auto store = Open().value();
  for (const Acknowledged& one : all) {
    ASSERT_TRUE(store->GetDataset({}, one.dataset_id).has_value());
    EXPECT_EQ(store->GetBlob({}, one.blob_id).value().sha256, one.sha256);
    EXPECT_EQ(Sha256Hex(ReadAll(*store->OpenBlob(one.blob_id).value(), 1 << 20).value()), one.sha256);
  }
}

}  // namespace
}  // namespace intelliclinix::store::sqlite
