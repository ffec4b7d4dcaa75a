#include "store/model_files.h"

#include <filesystem>
#include <fstream>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/byte_source.h"
#include "base/file.h"
#include "base/hashing.h"
#include "base/temporary_folder.h"
#include "store/failing/failing_store.h"
#include "store/memory/memory_store.h"

namespace intelliclinix::store {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class ModelFilesTest : public testing::Test {
 protected:
  /// A model of one file, which the store has; `stored`: the bytes that it has in their place.
  void Import(const std::string& id, const std::string& bytes, const std::string& stored) {
    const auto writer = store_
                            .CreateBlob({.owner_id = {},
                                         .filename = id,
                                         .content_type = "application/octet-stream",
                                         .inference_id = {},
                                         .source_id = {}})
                            .value();
    ASSERT_TRUE(writer->Write(AsBytes(stored)).has_value());
    records::StoredModel model;
    model.entry.id = id;
    model.entry.files["weights"] = {.path = "net.onnx", .sha256 = Sha256Hex(AsBytes(bytes)), .bytes = bytes.size()};
    model.blobs["weights"] = writer->Commit().value().id;
    ASSERT_TRUE(store_.InsertModel(model).has_value());
  }
  void Import(const std::string& id, const std::string& bytes) { Import(id, bytes, bytes); }

  /// What is listed, by a machine that has just started: id and content.
  std::vector<std::string> List() {
    ModelFiles files(store_, folder_);
    std::vector<std::string> listed;
    const auto entries = files.List().value();
    for (const records::ModelEntry& entry : entries) {
      listed.push_back(entry.id + "=" + ReadTextFile(entry.files.at("weights").path).value());
    }
    return listed;
  }

  std::string PathOf(const std::string& bytes) const { return folder_ + "/" + Sha256Hex(AsBytes(bytes)); }

  ManualClock clock_;
  memory::MemoryStore memory_{clock_};
  failing::FailingStore store_{memory_};
  const TemporaryFolder parent_ = TemporaryFolder::Make(testing::TempDir()).value();
  const std::string folder_ = parent_.path() + "/models";
};

TEST_F(ModelFilesTest, AMachineFetchesWhatItLacksOnceByContent) {
  EXPECT_THAT(List(), IsEmpty());
  EXPECT_FALSE(fs::exists(folder_)) << "there is nothing to keep";
  Import("one", "weights");
  Import("same", "weights");
  Import("other", "more weights");
  EXPECT_THAT(List(), UnorderedElementsAre("one=weights", "same=weights", "other=more weights"));
  EXPECT_EQ(store_.Calls("OpenBlob"), 2);
  EXPECT_THAT(List(), UnorderedElementsAre("one=weights", "same=weights", "other=more weights"));
  EXPECT_EQ(store_.Calls("OpenBlob"), 2);
  EXPECT_EQ(fs::status(PathOf("weights")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ModelFilesTest, ACopyThatIsDamagedIsFetchedAgain) {
  Import("one", "weights");
  ASSERT_EQ(List().size(), 1U);
  for (const char* const damage : {"wei", "WEIGHTS"}) {  // cut short, and of the same size
    std::ofstream(PathOf("weights"), std::ios::trunc) << damage;
    EXPECT_THAT(List(), UnorderedElementsAre("one=weights")) << damage;
  }
}

TEST_F(ModelFilesTest, WhatTheStoreHasIsHeldToItsHash) {
  Import("good", "weights");
  Import("bad", "network", "NETWORK");
  EXPECT_THAT(List(), UnorderedElementsAre("good=weights"));
  EXPECT_FALSE(fs::exists(PathOf("network")));
  EXPECT_FALSE(fs::exists(PathOf("NETWORK")));
}

TEST_F(ModelFilesTest, CopiesGoWithTheirModelAndNothingElseDoes) {
  Import("one", "weights");
  Import("same", "weights");
  Import("other", "more weights");
  ASSERT_EQ(List().size(), 3U);
  std::ofstream(folder_ + "/notes.txt") << "of somebody";
  ASSERT_TRUE(store_.DeleteModel("other").has_value());
  ASSERT_TRUE(store_.DeleteModel("one").has_value());
  EXPECT_THAT(List(), UnorderedElementsAre("same=weights"));
  EXPECT_FALSE(fs::exists(PathOf("more weights")));
  EXPECT_TRUE(fs::exists(folder_ + "/notes.txt"));
}

TEST_F(ModelFilesTest, AModelWhoseFileDoesNotComeIsLeftOutUntilItDoes) {
  Import("one", "weights");
  store_.Inject({.call = "OpenBlob", .times = 1});
  EXPECT_THAT(List(), IsEmpty());
  EXPECT_THAT(List(), UnorderedElementsAre("one=weights"));
  store_.Inject({.call = "ListModels", .times = 1});
  EXPECT_EQ(ModelFiles(store_, folder_).List().error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace intelliclinix::store
