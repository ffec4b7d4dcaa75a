// Several processes on one folder.
#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/sqlite/sqlite_fixture_test.h"

namespace intelliclinix::store::sqlite {
namespace {

using records::Task;

/// A line for each task that the child has.
void Tell(const Task& task) {
  const std::string line = std::to_string(task.position) + "\n";
  ASSERT_EQ(write(kChildPipe, line.data(), line.size()), static_cast<ssize_t>(line.size()));
}

/// Children of the tests below, which run them by name.
TEST(ProcessesChild, DISABLED_ClaimsATaskAndWaits) {
  const SystemClock clock;
  const auto store = SqliteStore::Open({.folder = ChildFolder()}, clock).value();
  Tell(store->ClaimTask({.worker = "child", .now = clock.Now()}).value().value());
  while (true) pause();
}

TEST(ProcessesChild, DISABLED_RunsTasksUntilThereAreNone) {
  const SystemClock clock;
  const auto store = SqliteStore::Open({.folder = ChildFolder()}, clock).value();
  const std::string worker = std::to_string(getpid());
  while (const auto task = store->ClaimTask({.worker = worker, .now = clock.Now()}).value()) {
    ASSERT_TRUE(store->CommitTask({task->id, task->inference_id, worker, task->attempt}, {}).value());
    Tell(*task);
  }
}

class ProcessesTest : public SqliteFixture {
 protected:
  std::unique_ptr<SqliteStore> store_ = SqliteStore::Open({.folder = folder()}, clock()).value();

  static const Clock& clock() {
    static const SystemClock kClock;
    return kClock;
  }

  /// A dispatched inference of as many tasks.
  ObjectId AddJob(int tasks) {
    records::Dataset dataset;
    dataset.id = ObjectId::Generate();
    EXPECT_TRUE(store_->InsertDataset(dataset).has_value());
    records::Inference inference;
    inference.id = ObjectId::Generate();
    inference.dataset_id = dataset.id;
    EXPECT_TRUE(store_->InsertInference(inference).has_value());
    std::vector<Task> all(static_cast<std::size_t>(tasks));
    for (int i = 0; i < tasks; ++i) {
      all[static_cast<std::size_t>(i)].id = ObjectId::Generate();
      all[static_cast<std::size_t>(i)].position = i;
    }
    EXPECT_TRUE(store_->InsertTasks(inference.id, all).has_value());
    return inference.id;
  }

  std::optional<Task> Claim() { return store_->ClaimTask({.worker = "parent", .now = clock().Now()}).value(); }
};

TEST_F(ProcessesTest, TasksOfAProcessThatIsKilledAreToBeHadAtOnce) {
  AddJob(1);
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t child = StartChild("ProcessesChild.DISABLED_ClaimsATaskAndWaits", folder(), ends[1]);
  char told = 0;
  ASSERT_EQ(read(ends[0], &told, 1), 1);
  EXPECT_EQ(Claim(), std::nullopt);
  kill(child, SIGSTOP);
  EXPECT_EQ(Claim(), std::nullopt) << "a process that is stopped has what its lease lasts";
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const auto task = Claim();
  ASSERT_TRUE(task.has_value());
  EXPECT_EQ(task->attempt, 2);
  EXPECT_EQ(Claim(), std::nullopt);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(ProcessesTest, EachTaskIsRunByOneOfThem) {
  constexpr int kTasks = 120;
  const ObjectId inference = AddJob(kTasks);
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  for (int i = 0; i < 3; ++i) {
    ASSERT_GT(StartChild("ProcessesChild.DISABLED_RunsTasksUntilThereAreNone", folder(), ends[1]), 0);
  }
  close(ends[1]);
  std::map<std::string, int> runs;
  FILE* told = fdopen(ends[0], "r");
  std::array<char, 64> line{};
  while (std::fgets(line.data(), line.size(), told) != nullptr) ++runs[line.data()];
  std::fclose(told);
  for (int i = 0; i < 3; ++i) {
    int status = -1;
    EXPECT_GT(wait(&status), 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(runs.size(), std::size_t{kTasks});
  for (const auto& [position, count] : runs) EXPECT_EQ(count, 1) << position;
  EXPECT_EQ(store_->LoadStates({inference}).value().at(0).progress.images_done, kTasks);
}

TEST_F(ProcessesTest, ADatabaseOfAnOlderVersionIsBroughtUpByWhoIsAlone) {
  {
    Database database = Database::Open(database_path(), Database::Access::kWrite).value();
    ASSERT_TRUE(database.Execute("PRAGMA user_version = 2").has_value());
  }
  const auto refused = Open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("Stop the other IntelliClinix processes"));
}

TEST_F(ProcessesTest, ManyOpenANewFolderAtOnce) {
  store_.reset();
  std::filesystem::remove_all(folder());
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] { EXPECT_TRUE(Open().value()->Ping().has_value()); });
  }
}

}  // namespace
}  // namespace intelliclinix::store::sqlite
