// A data folder of its own for each test.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <sys/types.h>

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

/// Where a child of StartChild writes what it has to tell.
inline constexpr int kChildPipe = 3;

/// Runs the disabled tests `filter` of this program in a process of its own, with `pipe` as its kChildPipe. Not a copy
/// of this process: its ids are its own, too.
pid_t StartChild(const std::string& filter, const std::string& folder, int pipe);

/// The folder that the child was given. Call first in it: it ends the child after a minute, should nobody else do so.
std::string ChildFolder();

/// Files under `folder`, at any depth, folders not counted.
std::vector<std::string> FilesUnder(const std::string& folder);

/// The content of a small file.
std::string Slurp(const std::string& path);

}  // namespace intelliclinix::store::sqlite
