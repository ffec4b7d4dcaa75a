// Writes that a store has done although its answer did not come: what was published stays whole.
#include <string_view>

#include <gtest/gtest.h>

#include "dispatch/dispatcher_fixture_test.h"
#include "store/failing/failing_store.h"
#include "store/memory/memory_store.h"

namespace intelliclinix::dispatch {
namespace {

/// Does one call of a name, and says that it did not.
class AnswerLosingStore final : public store::failing::FailingStore {
 public:
  AnswerLosingStore(store::Store& store, std::string_view call) : FailingStore(store), call_(call) {}

  Status InsertTasks(ObjectId inference, const std::vector<records::Task>& tasks) override {
    return Lose("InsertTasks", FailingStore::InsertTasks(inference, tasks));
  }
  Result<std::optional<records::Task>> ClaimTask(const ClaimRequest& request) override {
    return Lose("ClaimTask", FailingStore::ClaimTask(request));
  }
  Result<bool> CommitTask(const records::TaskLease& lease, const records::ImageResult& result) override {
    return Lose("CommitTask", FailingStore::CommitTask(lease, result));
  }
  Result<bool> FinishInference(ObjectId inference, const Json& provenance, TimePoint at) override {
    Result<bool> ended = FailingStore::FinishInference(inference, provenance, at);
    // Of the answers "not yet", losing one changes nothing.
    return ended == true ? Lose("FinishInference", std::move(ended)) : ended;
  }

  bool lost() const { return lost_; }

 private:
  template <typename T>
  Result<T> Lose(std::string_view call, Result<T> answer) {
    if (call != call_ || lost_.exchange(true)) return answer;
    return Fail(ErrorCode::kUnavailable, "The connection was lost.");
  }

  const std::string_view call_;
  std::atomic<bool> lost_{false};
};

class LostAnswerTest : public ::testing::TestWithParam<std::string_view> {};

TEST_P(LostAnswerTest, EveryImageIsPublishedOnceAndWhole) {
  const SystemClock clock;
  store::memory::MemoryStore memory(clock);
  AnswerLosingStore store(memory, GetParam());
  Lab lab(store, clock);
  const ObjectId inference = lab.AddInference(2);
  const int commits_before = store.Calls("BlobWriter::Commit");
  DispatcherOptions options = lab.Options(2);
  options.lease = std::chrono::milliseconds(500);
  const auto dispatcher = lab.MakeDispatcher(options);
  static_cast<void>(dispatcher->Dispatch(inference));
  dispatcher->Start();
  const records::Inference ended = lab.LoadEnded(*dispatcher, inference);
  dispatcher->Stop(std::chrono::minutes(1));

  EXPECT_TRUE(store.lost());
  EXPECT_EQ(ended.status, records::InferenceStatus::kCompleted);
  ASSERT_EQ(ended.results.size(), 2U);
  EXPECT_TRUE(ended.results[0].completed && ended.results[1].completed);
  EXPECT_TRUE(lab.AllArtifactsThere(ended));
  EXPECT_EQ(store.Calls("BlobWriter::Commit") - commits_before - store.Calls("DeleteBlob"), 4);
}

INSTANTIATE_TEST_SUITE_P(Calls, LostAnswerTest,
                         ::testing::Values("InsertTasks", "ClaimTask", "CommitTask", "FinishInference"));

}  // namespace
}  // namespace intelliclinix::dispatch
