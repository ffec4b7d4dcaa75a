#include <chrono>

#include <gmock/gmock.h>

#include "store_contract.h"

namespace intelliclinix::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

records::StoredModel ModelNamed(const std::string& id) {
  records::StoredModel model;
  model.entry.id = id;
  return model;
}

TEST_P(StoreContract, KeepsAllOfAModel) {
  records::StoredModel model = ModelNamed("mine.1");
  model.entry.name = "Mine";
  model.entry.runner_name = "unet";
  model.entry.description = "Finds ä.";
  model.entry.license = "CC0-1.0";
  model.entry.source = "the lab";
  model.entry.files["weights"] = {.path = "a.onnx", .sha256 = std::string(64, 'a'), .bytes = 5'000'000'000};
  model.blobs["weights"] = ObjectId::Generate();
  model.imported_at = clock_.Now();
  ASSERT_TRUE(store().InsertModel(model));
  const auto models = store().ListModels().value();
  ASSERT_EQ(models.size(), 1U);
  const records::StoredModel& kept = models[0];
  EXPECT_EQ(kept.entry.id, "mine.1");
  EXPECT_EQ(kept.entry.name, "Mine");
  EXPECT_EQ(kept.entry.runner_name, "unet");
  EXPECT_EQ(kept.entry.description, "Finds ä.");
  EXPECT_EQ(kept.entry.license, "CC0-1.0");
  EXPECT_EQ(kept.entry.source, "the lab");
  EXPECT_EQ(kept.entry.files.at("weights").path, "a.onnx");
  EXPECT_EQ(kept.entry.files.at("weights").sha256, std::string(64, 'a'));
  EXPECT_EQ(kept.entry.files.at("weights").bytes, 5'000'000'000U);
  EXPECT_EQ(kept.blobs, model.blobs);
  EXPECT_EQ(kept.imported_at, clock_.Now());
}

TEST_P(StoreContract, IdsOfModelsAreTakenOnce) {
  const records::StoredModel model = ModelNamed("mine");
  ASSERT_TRUE(store().InsertModel(model));
  const Status again = store().InsertModel(model);
  EXPECT_EQ(CodeOf(again), ErrorCode::kConflict);
  EXPECT_EQ(again.error().field, "id");
  ASSERT_TRUE(store().InsertModel(ModelNamed("also")));
  const auto models = store().ListModels().value();
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].entry.id, "also");
}

TEST_P(StoreContract, FilesOfModelsAreNoOrphansAndGoWithThem) {
  records::StoredModel model = ModelNamed("mine");
  model.entry.files["weights"] = {};
  model.blobs["weights"] = PutBlob({}, "of a model").id;
  const ObjectId loose = PutBlob({}, "of a model that was not inserted").id;
  ASSERT_TRUE(store().InsertModel(model));
  clock_.Advance(std::chrono::hours(48));
  EXPECT_THAT(store().ListOrphans(clock_.Now(), 10).value(), ElementsAre(loose));
  EXPECT_EQ(ReadText(**store().OpenBlob(model.blobs["weights"])), "of a model");
  ASSERT_TRUE(store().DeleteModel("mine"));
  EXPECT_THAT(store().ListModels().value(), IsEmpty());
  EXPECT_EQ(CodeOf(store().OpenBlob(model.blobs["weights"])), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().DeleteModel("mine")), ErrorCode::kNotFound);
}

TEST_P(StoreContract, AModelStaysWhileAnInferenceNeedsIt) {
  const records::Inference inference = PutInference(PutDataset(owner_));
  ASSERT_TRUE(store().InsertModel(ModelNamed(inference.model_id)));
  EXPECT_EQ(CodeOf(store().DeleteModel(inference.model_id)), ErrorCode::kConflict);
  EXPECT_EQ(store().ListModels().value().size(), 1U);
  ASSERT_TRUE(store().FailInference(inference.id, {"runner_error", "It failed."}, clock_.Now()));
  EXPECT_TRUE(store().DeleteModel(inference.model_id));
}

TEST_P(StoreContract, AUserBecomesAnAdministrator) {
  ASSERT_TRUE(store().InsertUser(MakeUser("Ada")));
  ASSERT_TRUE(store().SetUserRole("ada", "admin"));
  EXPECT_EQ(store().FindUser("Ada").value().role, "admin");
  ASSERT_TRUE(store().SetUserRole("ada", "user"));
  EXPECT_EQ(store().FindUser("Ada").value().role, "user");
  EXPECT_EQ(CodeOf(store().SetUserRole("bob", "admin")), ErrorCode::kNotFound);
}

}  // namespace
}  // namespace intelliclinix::store
