#include "api/passwords.h"

#include <gtest/gtest.h>

namespace intelliclinix::api {
namespace {

using namespace std::string_view_literals;

constexpr PasswordOptions kQuick{.passes = 1, .memory_bytes = 8192};
// Made with Python's bcrypt 5.0.0: hashpw(b"correct horse", gensalt(4)).
constexpr const char* kBcrypt = "$2b$04$HWYh76qHgdXh155P3aE1a.kTz9qApIQKy1s92/eB0ui2t6PE3fD76";

TEST(Passwords, ArgonHashesMatchTheirPasswordOnly) {
  const PasswordHasher hasher(kQuick);
  const Result<std::string> hash = hasher.Hash("correct horse");
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=8,t=1,p=1$")) << *hash;
  EXPECT_NE(*hash, *hasher.Hash("correct horse"));
  EXPECT_TRUE(hasher.Check("correct horse", *hash)->matches);
  EXPECT_FALSE(hasher.Check("correct horse", *hash)->outdated);
  for (const std::string_view wrong : {"Correct horse"sv, "correct horse "sv, ""sv, "correct"sv, "correct horse\0"sv}) {
    EXPECT_FALSE(hasher.Check(wrong, *hash)->matches) << wrong;
  }
}

TEST(Passwords, ShippedCostIsThatOfTheContract) {
  const PasswordHasher hasher;
  EXPECT_TRUE(hasher.Hash("correct horse")->starts_with("$argon2id$v=19$m=65536,t=2,p=1$"));
}

TEST(Passwords, BcryptOfAnOlderDatabaseMatchesAndIsOutdated) {
  const PasswordHasher hasher(kQuick);
  const PasswordCheck right = *hasher.Check("correct horse", kBcrypt);
  EXPECT_TRUE(right.matches);
  EXPECT_TRUE(right.outdated);
  const PasswordCheck wrong = *hasher.Check("wrong horse", kBcrypt);
  EXPECT_FALSE(wrong.matches);
  EXPECT_FALSE(wrong.outdated);
  EXPECT_FALSE(hasher.Check(std::string_view("correct horse\0x", 15), kBcrypt)->matches);
}

TEST(Passwords, ACheaperHashIsOutdated) {
  const Result<std::string> hash = PasswordHasher(kQuick).Hash("correct horse");
  const PasswordCheck check = *PasswordHasher({.passes = 2, .memory_bytes = 8192}).Check("correct horse", *hash);
  EXPECT_TRUE(check.matches);
  EXPECT_TRUE(check.outdated);
}

TEST(Passwords, UnknownKindsOfHashMatchNothing) {
  const PasswordHasher hasher(kQuick);
  for (const char* hash :
       {"", "correct horse", "*", "$1$abcdefgh$", "$2b$", "$2b$04$short", "$argon2id$", "$argon2id$v=19$m=8"}) {
    const Result<PasswordCheck> check = hasher.Check("correct horse", hash);
    ASSERT_TRUE(check) << hash;
    EXPECT_FALSE(check->matches) << hash;
  }
}

TEST(Passwords, NobodyCanLogInAndTheCheckWorks) {
  const PasswordHasher hasher(kQuick);
  EXPECT_TRUE(hasher.CheckNothing("nobody"));
}

}  // namespace
}  // namespace intelliclinix::api
