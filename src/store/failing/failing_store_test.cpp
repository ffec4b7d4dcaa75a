#include "store/failing/failing_store.h"

#include <array>

#include <gtest/gtest.h>

#include "store/memory/memory_store.h"

namespace intelliclinix::store::failing {
namespace {

class FailingStoreTest : public testing::Test {
 protected:
  ManualClock clock_;
  memory::MemoryStore memory_{clock_};
  FailingStore store_{memory_};
};

TEST_F(FailingStoreTest, FailsTheCallThatIsNamedAndNoOther) {
  store_.Inject({.call = "CountOpenTasks"});
  for (int i = 0; i < 3; ++i) {
    const auto count = store_.CountOpenTasks();
    ASSERT_FALSE(count.has_value());
    EXPECT_EQ(count.error().code, ErrorCode::kUnavailable);
  }
  EXPECT_TRUE(store_.Ping().has_value());
  EXPECT_EQ(store_.Calls("CountOpenTasks"), 3);
  EXPECT_EQ(store_.Calls("Ping"), 1);
  EXPECT_EQ(store_.Calls("GetUser"), 0);
  store_.Clear();
  EXPECT_TRUE(store_.CountOpenTasks().has_value());
}

TEST_F(FailingStoreTest, FailsTheNthCallWithTheErrorThatIsGiven) {
  store_.Inject({.call = "Ping", .after = 2, .times = 1, .error = {ErrorCode::kResourceExhausted, "Full.", {}}});
  EXPECT_TRUE(store_.Ping().has_value());
  EXPECT_TRUE(store_.Ping().has_value());
  const Status third = store_.Ping();
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().code, ErrorCode::kResourceExhausted);
  EXPECT_TRUE(store_.Ping().has_value());
}

TEST_F(FailingStoreTest, FailsEveryCallWhenNoneIsNamed) {
  const ObjectId id = ObjectId::Generate();
  store_.Inject({});
  EXPECT_FALSE(store_.Ping().has_value());
  EXPECT_FALSE(store_.GetUser(id).has_value());
  EXPECT_FALSE(store_.ListDatasets(id, {}).has_value());
  EXPECT_FALSE(store_.ListUnfinished({}, 1).has_value());
  EXPECT_FALSE(store_.CreateBlob({}).has_value());
  EXPECT_FALSE(store_.DeleteBlob(id).has_value());
}

TEST_F(FailingStoreTest, ACallThatFailsHasNoEffect) {
  records::User user;
  user.id = ObjectId::Generate();
  store_.Inject({.call = "InsertUser"});
  EXPECT_FALSE(store_.InsertUser(user).has_value());
  EXPECT_FALSE(memory_.GetUser(user.id).has_value());
}

TEST_F(FailingStoreTest, MayLoseOnlyTheAnswer) {
  records::User user;
  user.id = ObjectId::Generate();
  store_.Inject({.call = "InsertUser", .times = 1, .has_effect = true});
  EXPECT_EQ(store_.InsertUser(user).error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(memory_.GetUser(user.id).has_value());
}

TEST_F(FailingStoreTest, FailsAtTheKthOperationWhateverItIs) {
  for (int k = 1; k <= 3; ++k) {
    store_.Clear();
    store_.Inject({.after = k - 1, .times = 1});
    const int before = store_.Operations();
    EXPECT_EQ(store_.Ping().has_value(), k != 1);
    EXPECT_EQ(store_.CountOpenTasks().has_value(), k != 2);
    EXPECT_EQ(store_.ListUndispatched(1).has_value(), k != 3);
    EXPECT_TRUE(store_.Ping().has_value());
    EXPECT_EQ(store_.Operations(), before + 4);
  }
}

TEST_F(FailingStoreTest, FailsInTheMiddleOfABlob) {
  store_.Inject({.call = "BlobWriter::Write", .after = 1});
  store_.Inject({.call = "BlobWriter::Commit", .times = 1});
  const auto writer = store_.CreateBlob({}).value();
  EXPECT_TRUE(writer->Write(AsBytes("first")).has_value());
  EXPECT_FALSE(writer->Write(AsBytes("second")).has_value());
  EXPECT_FALSE(writer->Commit().has_value());

  const BlobRecord blob = writer->Commit().value();
  EXPECT_EQ(blob.bytes, 5u);
  const auto source = store_.OpenBlob(blob.id).value();
  std::array<std::byte, 8> out;
  EXPECT_EQ(source->ReadAt(0, out).value(), 5u);
  store_.Inject({.call = "ByteSource::ReadAt"});
  EXPECT_FALSE(source->ReadAt(0, out).has_value());
  EXPECT_FALSE(writer->Reader().value()->ReadAt(0, out).has_value());
}

}  // namespace
}  // namespace intelliclinix::store::failing
