#include "store/sqlite/connections.h"

#include <gmock/gmock.h>

#include "store/sqlite/sqlite_fixture_test.h"

namespace intelliclinix::store::sqlite {
namespace {

class ConnectionsTest : public SqliteFixture {
 protected:
  std::unique_ptr<Connections> connections_ = Connections::Open(parent_ + "/test.db").value();

  std::int64_t Count() {
    return connections_
        ->Read([](Database& database) { return database.QueryInt("SELECT count(*) FROM revoked_tokens"); })
        .value();
  }
  static Status Insert(Database& database, std::string_view jti) {
    return database.Run("INSERT INTO revoked_tokens (jti, expires_at) VALUES (?1, 0)", jti);
  }
};

TEST_F(ConnectionsTest, WriteDurablyUnlessToldOtherwise) {
  const auto synchronous = [](Database& database) { return database.QueryInt("PRAGMA synchronous"); };
  constexpr int kNormal = 1;
  constexpr int kFull = 2;
  EXPECT_EQ(connections_->Write(synchronous).value(), kFull);
  EXPECT_EQ(connections_->Write(synchronous, Durability::kRelaxed).value(), kNormal);
  EXPECT_EQ(connections_->Write(synchronous).value(), kFull);
  const auto foreign_keys = [](Database& database) { return database.QueryInt("PRAGMA foreign_keys"); };
  EXPECT_EQ(connections_->Write(foreign_keys).value(), 1);
}

TEST_F(ConnectionsTest, ReadersSeeTheStateBeforeATransactionUntilItEnds) {
  const Status written = connections_->Write([this](Database& database) -> Status {
    IC_RETURN_IF_ERROR(Insert(database, "one"));
    EXPECT_EQ(Count(), 0);
    return {};
  });
  EXPECT_TRUE(written.has_value());
  EXPECT_EQ(Count(), 1);
}

TEST_F(ConnectionsTest, AnErrorUndoesAllOfATransaction) {
  const Status failed = connections_->Write([](Database& database) -> Status {
    IC_RETURN_IF_ERROR(Insert(database, "one"));
    return Insert(database, "one");
  });
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, ErrorCode::kConflict);
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(connections_->Write([](Database& database) { return Insert(database, "one"); }).has_value());
  EXPECT_EQ(Count(), 1);
}

TEST_F(ConnectionsTest, ReadersCannotWrite) {
  EXPECT_FALSE(connections_->Read([](Database& database) { return Insert(database, "one"); }).has_value());
  EXPECT_EQ(Count(), 0);
}

TEST_F(ConnectionsTest, KeepTextAsItIs) {
  const std::string odd("a\0b'\"; DROP TABLE users; --\xff", 28);
  ASSERT_TRUE(connections_->Write([&](Database& database) { return Insert(database, odd); }).has_value());
  const auto read = connections_->Read([](Database& database) -> Result<std::string> {
    IC_ASSIGN_OR_RETURN(Rows rows, database.Query("SELECT jti FROM revoked_tokens"));
    IC_RETURN_IF_ERROR(rows.Next());
    return rows.Text(0);
  });
  EXPECT_EQ(read.value(), odd);
}

}  // namespace
}  // namespace intelliclinix::store::sqlite
