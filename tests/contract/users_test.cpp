#include <atomic>
#include <chrono>

#include "store_contract.h"

namespace intelliclinix::store {
namespace {

using std::chrono::seconds;

TEST_P(StoreContract, AnswersAPing) { EXPECT_TRUE(store().Ping().has_value()); }

TEST_P(StoreContract, KeepsAllOfAUser) {
  records::User user = MakeUser("Ada");
  user.role = "admin";
  ASSERT_TRUE(store().InsertUser(user).has_value());
  const records::User kept = store().GetUser(user.id).value();
  EXPECT_EQ(kept.id, user.id);
  EXPECT_EQ(kept.username, "Ada");
  EXPECT_EQ(kept.email, "Ada@example.org");
  EXPECT_EQ(kept.password_hash, user.password_hash);
  EXPECT_EQ(kept.first_name, "Ada");
  EXPECT_EQ(kept.last_name, "Lövgren");
  EXPECT_EQ(kept.role, "admin");
  EXPECT_EQ(kept.created_at, user.created_at);
  EXPECT_EQ(kept.last_login, std::nullopt);
}

TEST_P(StoreContract, FindsAUserByNameInAnyCase) {
  const records::User user = MakeUser("Ada");
  ASSERT_TRUE(store().InsertUser(user).has_value());
  EXPECT_EQ(store().FindUser("aDA").value().id, user.id);
  EXPECT_EQ(CodeOf(store().FindUser("Ad")), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().FindUser("Ada' OR '1'='1")), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().GetUser(ObjectId::Generate())), ErrorCode::kNotFound);
}

TEST_P(StoreContract, RefusesAUsernameOrEmailThatIsTaken) {
  ASSERT_TRUE(store().InsertUser(MakeUser("Ada")).has_value());

  records::User same_name = MakeUser("ADA");
  same_name.email = "other@example.org";
  const Status refused_name = store().InsertUser(same_name);
  ASSERT_EQ(CodeOf(refused_name), ErrorCode::kConflict);
  EXPECT_EQ(refused_name.error().field, "username");

  records::User same_email = MakeUser("Grace");
  same_email.email = "aDa@EXAMPLE.org";
  const Status refused_email = store().InsertUser(same_email);
  ASSERT_EQ(CodeOf(refused_email), ErrorCode::kConflict);
  EXPECT_EQ(refused_email.error().field, "email");

  EXPECT_EQ(CodeOf(store().GetUser(same_name.id)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().GetUser(same_email.id)), ErrorCode::kNotFound);
  EXPECT_TRUE(store().InsertUser(MakeUser("Grace")).has_value());
}

TEST_P(StoreContract, RefusesAUserIdThatIsTaken) {
  const records::User user = MakeUser("Ada");
  ASSERT_TRUE(store().InsertUser(user).has_value());
  records::User other = MakeUser("Grace");
  other.id = user.id;
  EXPECT_EQ(CodeOf(store().InsertUser(other)), ErrorCode::kConflict);
  EXPECT_EQ(store().GetUser(user.id).value().username, "Ada");
}

TEST_P(StoreContract, GivesAUsernameToOneOfManyWhoAskAtOnce) {
  std::atomic<int> taken = 0;
  std::atomic<int> refused = 0;
  Race(8, [&](int thread) {
    records::User user = MakeUser("Ada");
    user.email = std::to_string(thread) + "@example.org";
    const Status status = store().InsertUser(user);
    taken += status.has_value();
    refused += CodeOf(status) == ErrorCode::kConflict;
  });
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(refused, 7);
}

TEST_P(StoreContract, NotesALoginAndReplacesTheHashWhenOneIsGiven) {
  const records::User user = MakeUser("Ada");
  ASSERT_TRUE(store().InsertUser(user).has_value());
  const TimePoint first = clock_.Now() + seconds(1);
  ASSERT_TRUE(store().RecordLogin(user.id, first, std::nullopt).has_value());
  EXPECT_EQ(store().GetUser(user.id).value().last_login, first);
  EXPECT_EQ(store().GetUser(user.id).value().password_hash, user.password_hash);

  const TimePoint second = clock_.Now() + seconds(2);
  ASSERT_TRUE(store().RecordLogin(user.id, second, "$argon2id$new").has_value());
  EXPECT_EQ(store().GetUser(user.id).value().last_login, second);
  EXPECT_EQ(store().GetUser(user.id).value().password_hash, "$argon2id$new");
  EXPECT_EQ(CodeOf(store().RecordLogin(ObjectId::Generate(), second, std::nullopt)), ErrorCode::kNotFound);
}

TEST_P(StoreContract, TakesTokensBackUntilTheyExpire) {
  const TimePoint expiry = clock_.Now() + seconds(60);
  EXPECT_FALSE(store().IsTokenRevoked("one").value());
  ASSERT_TRUE(store().RevokeToken("one", expiry).has_value());
  ASSERT_TRUE(store().RevokeToken("two", expiry + seconds(60)).has_value());
  EXPECT_TRUE(store().IsTokenRevoked("one").value());
  EXPECT_FALSE(store().IsTokenRevoked("ONE").value());

  ASSERT_TRUE(store().ForgetRevocations(expiry).has_value());
  EXPECT_TRUE(store().IsTokenRevoked("one").value());
  ASSERT_TRUE(store().ForgetRevocations(expiry + std::chrono::milliseconds(1)).has_value());
  EXPECT_FALSE(store().IsTokenRevoked("one").value());
  EXPECT_TRUE(store().IsTokenRevoked("two").value());
}

TEST_P(StoreContract, TakesATokenBackTwiceForTheLongerTime) {
  const TimePoint late = clock_.Now() + seconds(60);
  ASSERT_TRUE(store().RevokeToken("one", late).has_value());
  ASSERT_TRUE(store().RevokeToken("one", clock_.Now()).has_value());
  ASSERT_TRUE(store().ForgetRevocations(late).has_value());
  EXPECT_TRUE(store().IsTokenRevoked("one").value());
}

}  // namespace
}  // namespace intelliclinix::store
