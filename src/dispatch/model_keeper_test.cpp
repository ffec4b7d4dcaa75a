#include "dispatch/model_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/temporary_folder.h"
#include "runners/onnx_models_test.h"
#include "runners/unet_runner.h"
#include "store/failing/failing_store.h"
#include "store/memory/memory_store.h"

namespace intelliclinix::dispatch {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::string kClasses = "interpretation = 'semantic_watershed'\n[semantic_watershed]\nclasses = 3\ninterior = 1\n";

records::ModelEntry Shipped() {
  records::ModelEntry entry;
  entry.id = "shipped";
  entry.runner_name = "unet";
  return entry;
}

class ModelKeeperTest : public testing::Test {
 protected:
  ModelKeeperTest() { registry_.Register(runners::MakeUnetRunner({.threads = 1})); }

  std::string Write(const std::string& name, const std::string& content) const {
    const std::string path = folder_.path() + "/" + name;
    EXPECT_TRUE(WriteFileAtomically(path, AsBytes(content)).has_value());
    return path;
  }

  runners::ImportRequest Request(const std::string& id, const runners::OnnxFile& network = {}) const {
    return {.id = id,
            .files = {{"weights", Write("net.onnx", network.Write())}, {"description", Write("net.toml", kClasses)}},
            .work_folder = folder_.path()};
  }

  Result<runners::Import> Import(const runners::ImportRequest& request) { return ImportModel(parts_, request); }

  /// Blobs that are there, whoever points to them: an import makes as many as it has files.
  std::size_t Blobs() {
    clock_.Advance(std::chrono::hours(48));
    return store_.ListOrphans(clock_.Now(), 100).value().size();
  }

  ManualClock clock_;
  store::memory::MemoryStore memory_{clock_};
  store::failing::FailingStore store_{memory_};
  runners::RunnerRegistry registry_;
  runners::ModelCatalogue catalogue_{{Shipped()}};
  const ModelKeeperParts parts_{store_, registry_, catalogue_, clock_};
  const TemporaryFolder folder_ = TemporaryFolder::Make(testing::TempDir()).value();
};

TEST_F(ModelKeeperTest, TheStoreHasTheFilesByTheirNames) {
  ASSERT_TRUE(Import(Request("mine")).has_value());
  const auto models = store_.ListModels().value();
  ASSERT_EQ(models.size(), 1U);
  EXPECT_EQ(models[0].entry.files.at("weights").path, "net.onnx");
  EXPECT_EQ(models[0].entry.files.at("description").path, "net.toml");
  EXPECT_EQ(Blobs(), 0U) << "all belong to the model";
  ASSERT_TRUE(RemoveModel(parts_, "mine").has_value());
  EXPECT_THAT(store_.ListModels().value(), IsEmpty());
}

TEST_F(ModelKeeperTest, ANetworkOfTwoFilesIsKeptAsOneOfItsName) {
  const runners::OnnxFile parts{.location = "net.onnx.data"};
  Write("net.onnx.data", parts.Raw());
  runners::ImportRequest request = Request("mine", parts);
  const TemporaryFolder work = TemporaryFolder::Make(testing::TempDir()).value();
  request.work_folder = work.path();
  request.tensor_folder = folder_.path();
  const auto imported = Import(request);
  ASSERT_TRUE(imported.has_value()) << imported.error().message;
  const records::ModelFile weights = store_.ListModels().value().at(0).entry.files.at("weights");
  EXPECT_EQ(weights.path, "net.onnx");
  EXPECT_EQ(weights.bytes, runners::OnnxFile().Write().size());
}

TEST_F(ModelKeeperTest, WhatIsRefusedLeavesNothing) {
  std::vector<runners::ImportRequest> bad = {Request("../mine"), Request("shipped"), Request("mine")};
  bad[2].files["weights"] = Write("bad.onnx", runners::OnnxFile{.op = "Frobnicate"}.Write());
  for (const runners::ImportRequest& request : bad) {
    EXPECT_FALSE(Import(request).has_value()) << request.id;
    EXPECT_THAT(store_.ListModels().value(), IsEmpty());
    EXPECT_EQ(Blobs(), 0U);
  }
}

TEST_F(ModelKeeperTest, AnIdThatIsTakenIsRefusedByName) {
  const auto shipped = Import(Request("shipped"));
  EXPECT_EQ(shipped.error().code, ErrorCode::kConflict);
  EXPECT_EQ(shipped.error().field, "id");
  EXPECT_THAT(shipped.error().message, HasSubstr("'shipped' is taken"));
  ASSERT_TRUE(Import(Request("mine")).has_value());
  // Nobody has told this catalogue of it: the store says so, and the blobs of the second are gone.
  const auto again = Import(Request("mine"));
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_THAT(again.error().message, HasSubstr("'mine' is taken"));
  EXPECT_EQ(store_.ListModels().value().size(), 1U);
  EXPECT_EQ(Blobs(), 0U);
}

TEST_F(ModelKeeperTest, AStoreThatFailsInTheMiddleKeepsNothing) {
  for (const char* const call : {"BlobWriter::Write", "BlobWriter::Commit", "InsertModel"}) {
    store_.Inject({.call = call,
                   .after = std::string_view(call) == "InsertModel" ? 0 : 1,
                   .times = 1,
                   .error = {ErrorCode::kResourceExhausted, "The disk is full.", {}}});
    EXPECT_EQ(Import(Request("mine")).error().code, ErrorCode::kResourceExhausted) << call;
    EXPECT_THAT(store_.ListModels().value(), IsEmpty()) << call;
    EXPECT_EQ(Blobs(), 0U) << call;
  }
}

TEST_F(ModelKeeperTest, AnAnswerThatIsLostTakesNoFileFromTheModel) {
  store_.Inject({.call = "InsertModel", .times = 1, .has_effect = true});
  EXPECT_EQ(Import(Request("mine")).error().code, ErrorCode::kUnavailable);
  const auto models = store_.ListModels().value();
  ASSERT_EQ(models.size(), 1U);
  for (const auto& [role, blob] : models[0].blobs) EXPECT_TRUE(store_.OpenBlob(blob).has_value()) << role;
}

TEST_F(ModelKeeperTest, WhatShippedIsNotRemoved) {
  const Status removed = RemoveModel(parts_, "shipped");
  EXPECT_EQ(removed.error().code, ErrorCode::kConflict);
  EXPECT_THAT(removed.error().message, HasSubstr("stands in the catalogue"));
  EXPECT_EQ(RemoveModel(parts_, "none").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace intelliclinix::dispatch
