// A data folder of its own for each test.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "store/sqlite/sqlite_store.h"

namespace intelliclinix::store::sqlite {

/// A blob that holds `text`.
Result<BlobRecord> PutText(Store& store, ObjectId owner, std::string_view text);

class SqliteFixture : public testing::Test {
 protected:
  SqliteFixture();
  ~SqliteFixture() override;

  /// The data folder; not made yet.
  std::string folder() const { return parent_ + "/data"; }
  std::string database_path() const { return folder() + "/intelliclinix.db"; }
  Result<std::unique_ptr<SqliteStore>> Open() const { return SqliteStore::Open({.folder = folder()}, clock_); }

  records::User MakeUser(const std::string& username) const;
  Result<BlobRecord> PutBlob(Store& store, std::string_view text) const { return PutText(store, owner_, text); }

  ManualClock clock_;
  const ObjectId owner_ = ObjectId::Generate();
  std::string parent_;
};

/// Files under `folder`, at any depth, folders not counted.
std::vector<std::string> FilesUnder(const std::string& folder);

/// The content of a small file.
std::string Slurp(const std::string& path);

}  // namespace intelliclinix::store::sqlite
