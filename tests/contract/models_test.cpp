#include <chrono>
#include <optional>

#include <gmock/gmock.h>

#include "store/found_inconsistencies_test.h"
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

TEST_P(StoreContract, ACheckTellsOfFilesOfModelsThatAreLost) {
  records::StoredModel model = ModelNamed("mine");
  model.entry.files["weights"] = {};
  model.blobs["weights"] = PutBlob({}, "of a model").id;
  ASSERT_TRUE(store().InsertModel(model));
  EXPECT_THAT(FoundIn(store(), clock_.Now(), false), IsEmpty());
  ASSERT_TRUE(store().DeleteBlob(model.blobs["weights"]));
  const auto found = store().Check({.fix = true, .now = clock_.Now()}).value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, inconsistency::kModelWithoutBlob);
  EXPECT_EQ(found[0].id, model.blobs["weights"]);
  EXPECT_THAT(found[0].sentence, testing::HasSubstr("('mine')"));
  EXPECT_FALSE(found[0].fixed) << "only who has the model can import it again";
}

TEST_P(StoreContract, AModelStaysWhileAnInferenceNeedsIt) {
  const records::Inference inference = PutInference(PutDataset(owner_));
  ASSERT_TRUE(store().InsertModel(ModelNamed(inference.model_id)));
  EXPECT_EQ(CodeOf(store().DeleteModel(inference.model_id)), ErrorCode::kConflict);
  EXPECT_EQ(store().ListModels().value().size(), 1U);
  ASSERT_TRUE(store().FailInference(inference.id, {"runner_error", "It failed."}, clock_.Now()));
  EXPECT_TRUE(store().DeleteModel(inference.model_id));
}

TEST_P(StoreContract, NoInferenceOpensOnAnImportedModelThatIsGone) {
  const records::Dataset dataset = PutDataset(owner_);
  const records::Inference ended = PutInference(dataset);
  ASSERT_TRUE(store().FailInference(ended.id, {"runner_error", "It failed."}, clock_.Now()));
  ASSERT_TRUE(store().InsertModel(ModelNamed("mine")));
  records::Inference inference = ended;
  inference.model_id = "mine";
  inference.model_imported = true;
  inference.id = ObjectId::Generate();
  ASSERT_TRUE(store().InsertInference(inference));
  EXPECT_TRUE(store().LoadInference(inference.id)->model_imported);
  EXPECT_FALSE(store().LoadInference(ended.id)->model_imported);
  const records::InferenceError reason{"runner_error", "It failed."};
  ASSERT_TRUE(store().FailInference(inference.id, reason, clock_.Now()));
  ASSERT_TRUE(store().DeleteModel("mine"));

  const Result<int> retried = store().RetryFailedImages(owner_, inference.id);
  EXPECT_EQ(CodeOf(retried), ErrorCode::kConflict);
  EXPECT_EQ(retried.error().field, "model_id");
  const records::Inference after = Whole(inference.id);
  EXPECT_EQ(after.status, records::InferenceStatus::kFailed);
  EXPECT_EQ(after.attempt, 1);
  EXPECT_EQ(after.error->detail, reason.detail);
  EXPECT_EQ(after.finished_at, clock_.Now());
  EXPECT_TRUE(store().RetryFailedImages(owner_, ended.id)) << "it shipped";

  inference.id = ObjectId::Generate();
  const Status refused = store().InsertInference(inference);
  EXPECT_EQ(CodeOf(refused), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused.error().field, "model_id");
  EXPECT_THAT(refused.error().message, testing::HasSubstr("'mine' has been removed"));
  EXPECT_EQ(CodeOf(store().InsertInferenceOnce(inference, {"key", "body"})), ErrorCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(store().LoadInference(inference.id)), ErrorCode::kNotFound);
  EXPECT_FALSE(store().FindIdempotencyKey(owner_, {"key", "body"}).value().has_value()) << "it is free again";
}

/// Inferences that start, and those that are tried again, while their model is removed.
TEST_P(StoreContract, OfARemovalAndAnOpeningAtTheSameTimeOneIsRefused) {
  constexpr int kRounds = 40;
  const records::Dataset dataset = PutDataset(owner_);
  for (int round = 0; round < kRounds; ++round) {
    const bool retry = round % 2 == 1;
    records::Inference inference;
    inference.id = ObjectId::Generate();
    inference.dataset_id = dataset.id;
    inference.owner_id = owner_;
    inference.model_id = "model-" + std::to_string(round);
    inference.model_imported = true;
    inference.created_at = clock_.Now();
    ASSERT_TRUE(store().InsertModel(ModelNamed(inference.model_id)));
    if (retry) {
      ASSERT_TRUE(store().InsertInference(inference));
      ASSERT_TRUE(store().FailInference(inference.id, {"runner_error", "It failed."}, clock_.Now()));
    }
    std::optional<ErrorCode> opening;
    std::optional<ErrorCode> removal;
    Race(2, [&](int thread) {
      if (thread == 1) {
        removal = CodeOf(store().DeleteModel(inference.model_id));
      } else {
        opening = retry ? CodeOf(store().RetryFailedImages(owner_, inference.id))
                        : CodeOf(store().InsertInference(inference));
      }
    });
    const bool opened = !opening.has_value();
    ASSERT_EQ(opening,
              opened ? std::nullopt : std::optional(retry ? ErrorCode::kConflict : ErrorCode::kInvalidArgument));
    ASSERT_EQ(removal, opened ? std::optional(ErrorCode::kConflict) : std::nullopt);
    ASSERT_EQ(store().CountOpenInferences(owner_).value(), opened ? 1 : 0);
    ASSERT_EQ(store().ListModels().value().size(), opened ? 1U : 0U);
    if (!opened) continue;
    ASSERT_TRUE(store().DeleteInference(owner_, inference.id));
    ASSERT_TRUE(store().DeleteModel(inference.model_id));
  }
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
