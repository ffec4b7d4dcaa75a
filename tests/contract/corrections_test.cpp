#include <algorithm>
#include <chrono>
#include <mutex>

#include <gmock/gmock.h>

#include "store/check.h"
#include "store_contract.h"

namespace intelliclinix::store {
namespace {

using records::Correction;
using testing::ElementsAre;
using testing::IsEmpty;

Correction CorrectionOf(const records::Inference& inference, ObjectId source) {
  Correction correction;
  correction.id = ObjectId::Generate();
  correction.inference_id = inference.id;
  correction.owner_id = inference.owner_id;
  correction.source_id = source;
  correction.source_filename = "Zellen ä.tif";
  correction.file = {.kind = "correction",
                     .blob_id = ObjectId::Generate(),
                     .filename = "Zellen ä_correction.png",
                     .content_type = "image/png",
                     .bytes = 5'000'000'000,
                     .sha256 = std::string(64, 'b')};
  correction.note = "two were one";
  correction.scores = {.objects = 12, .machine_objects = 11, .ap50 = 0.75, .ap75 = 0.5, .f1 = 0.875};
  return correction;
}

TEST_P(StoreContract, KeepsAllOfACorrection) {
  const records::Inference inference = PutInference(PutDataset(owner_));
  Correction made = CorrectionOf(inference, ObjectId::Generate());
  made.created_at = clock_.Now();
  EXPECT_EQ(store().InsertCorrection(made).value().version, 1);
  const auto page = store().ListCorrections(owner_, inference.id, {}).value();
  ASSERT_EQ(page.items.size(), 1U);
  const Correction& kept = page.items[0];
  EXPECT_EQ(kept.id, made.id);
  EXPECT_EQ(kept.inference_id, made.inference_id);
  EXPECT_EQ(kept.owner_id, made.owner_id);
  EXPECT_EQ(kept.source_id, made.source_id);
  EXPECT_EQ(kept.source_filename, made.source_filename);
  EXPECT_EQ(kept.version, 1);
  EXPECT_EQ(kept.file.kind, "correction");
  EXPECT_EQ(kept.file.blob_id, made.file.blob_id);
  EXPECT_EQ(kept.file.filename, made.file.filename);
  EXPECT_EQ(kept.file.content_type, made.file.content_type);
  EXPECT_EQ(kept.file.bytes, made.file.bytes);
  EXPECT_EQ(kept.file.sha256, made.file.sha256);
  EXPECT_EQ(kept.note, made.note);
  EXPECT_EQ(kept.scores.objects, 12U);
  EXPECT_EQ(kept.scores.machine_objects, 11U);
  EXPECT_EQ(kept.scores.ap50, 0.75);
  EXPECT_EQ(kept.scores.ap75, 0.5);
  EXPECT_EQ(kept.scores.f1, 0.875);
  EXPECT_EQ(kept.created_at, clock_.Now());
}

TEST_P(StoreContract, CountsVersionsOfEachImageOfEachInference) {
  const records::Dataset dataset = PutDataset(owner_);
  const records::Inference inference = PutInference(dataset);
  const records::Inference other = PutInference(dataset);
  const ObjectId one = ObjectId::Generate();
  const ObjectId two = ObjectId::Generate();
  EXPECT_EQ(store().InsertCorrection(CorrectionOf(inference, one)).value().version, 1);
  EXPECT_EQ(store().InsertCorrection(CorrectionOf(inference, two)).value().version, 1);
  EXPECT_EQ(store().InsertCorrection(CorrectionOf(inference, one)).value().version, 2);
  EXPECT_EQ(store().InsertCorrection(CorrectionOf(other, one)).value().version, 1);
  EXPECT_EQ(store().InsertCorrection(CorrectionOf(inference, one)).value().version, 3);
  EXPECT_EQ(store().ListCorrections(owner_, inference.id, {}).value().items.size(), 4U);
}

TEST_P(StoreContract, ListsCorrectionsInPagesNewestFirst) {
  const records::Inference inference = PutInference(PutDataset(owner_));
  const ObjectId source = ObjectId::Generate();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store().InsertCorrection(CorrectionOf(inference, source)));
  const auto first = store().ListCorrections(owner_, inference.id, {.limit = 2, .after = {}}).value();
  ASSERT_EQ(first.items.size(), 2U);
  EXPECT_EQ(first.items[0].version, 3);
  EXPECT_EQ(first.items[1].version, 2);
  const auto rest = store().ListCorrections(owner_, inference.id, {.limit = 2, .after = first.next_after}).value();
  ASSERT_EQ(rest.items.size(), 1U);
  EXPECT_EQ(rest.items[0].version, 1);
  EXPECT_EQ(rest.next_after, std::nullopt);
}

TEST_P(StoreContract, HidesCorrectionsFromOthers) {
  const records::Inference inference = PutInference(PutDataset(owner_));
  Correction theirs = CorrectionOf(inference, ObjectId::Generate());
  theirs.owner_id = stranger_;
  EXPECT_EQ(CodeOf(store().InsertCorrection(theirs)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().ListCorrections(stranger_, inference.id, {})), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().ListCorrections(owner_, ObjectId::Generate(), {})), ErrorCode::kNotFound);
  EXPECT_THAT(store().ListCorrections(owner_, inference.id, {}).value().items, IsEmpty());
}

TEST_P(StoreContract, CorrectionsGoWithTheirInference) {
  const records::Dataset dataset = PutDataset(owner_);
  const records::Inference inference = PutInference(dataset);
  Correction correction = CorrectionOf(inference, dataset.files[0].blob_id);
  correction.file.blob_id = PutBlob(owner_, "labels", inference.id).id;
  ASSERT_TRUE(store().InsertCorrection(correction));
  ASSERT_TRUE(store().DeleteInference(owner_, inference.id));
  EXPECT_EQ(CodeOf(store().GetBlob(owner_, correction.file.blob_id)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().InsertCorrection(correction)), ErrorCode::kNotFound);

  const records::Inference second = PutInference(dataset);
  ASSERT_TRUE(store().InsertCorrection(CorrectionOf(second, dataset.files[0].blob_id)));
  ASSERT_TRUE(store().DeleteDataset(owner_, dataset.id));
  EXPECT_EQ(CodeOf(store().ListCorrections(owner_, second.id, {})), ErrorCode::kNotFound);
}

TEST_P(StoreContract, FilesOfCorrectionsAreNoOrphans) {
  const records::Inference inference = PutInference(PutDataset(owner_));
  ASSERT_TRUE(store().FailInference(inference.id, {"runner_error", "It failed."}, clock_.Now()));
  Correction correction = CorrectionOf(inference, ObjectId::Generate());
  correction.file.blob_id = PutBlob(owner_, "labels", inference.id).id;
  const ObjectId loose = PutBlob(owner_, "of a correction that was not inserted", inference.id).id;
  ASSERT_TRUE(store().InsertCorrection(correction));
  clock_.Advance(std::chrono::hours(48));
  EXPECT_THAT(store().ListOrphans(clock_.Now(), 10).value(), ElementsAre(loose));
}

TEST_P(StoreContract, ACorrectionWhoseLabelsAreGoneGoesToo) {
  const records::Dataset dataset = PutDataset(owner_);
  const records::Inference inference = PutInference(dataset);
  const ObjectId source = dataset.files[0].blob_id;
  for (int i = 0; i < 2; ++i) {
    Correction correction = CorrectionOf(inference, source);
    correction.file.blob_id = PutBlob(owner_, "labels", inference.id).id;
    ASSERT_TRUE(store().InsertCorrection(correction));
  }
  EXPECT_THAT(store().Check({.fix = true, .now = clock_.Now()}).value(), IsEmpty());
  const auto kept = store().ListCorrections(owner_, inference.id, {}).value().items;
  ASSERT_EQ(kept.size(), 2U);
  ASSERT_TRUE(store().DeleteBlob(kept[1].file.blob_id));
  for (const bool fix : {false, true}) {
    const std::vector<Inconsistency> found = store().Check({.fix = fix, .now = clock_.Now()}).value();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, inconsistency::kCorrectionWithoutBlob);
    EXPECT_EQ(found[0].id, kept[1].id);
    EXPECT_EQ(found[0].fixed, fix);
  }
  EXPECT_THAT(store().Check({.fix = false, .now = clock_.Now()}).value(), IsEmpty());
  // The version of what went is not given again to what is there already.
  Correction third = CorrectionOf(inference, source);
  third.file.blob_id = PutBlob(owner_, "labels", inference.id).id;
  EXPECT_EQ(store().InsertCorrection(third).value().version, 3);
}

TEST_P(StoreContract, CorrectionsAtOnceGetVersionsWithoutGaps) {
  const records::Inference inference = PutInference(PutDataset(owner_));
  const ObjectId source = ObjectId::Generate();
  std::mutex mutex;
  std::vector<int> versions;
  Race(4, [&](int) {
    const Result<Correction> inserted = store().InsertCorrection(CorrectionOf(inference, source));
    const std::scoped_lock lock(mutex);
    versions.push_back(inserted ? inserted->version : -1);
  });
  std::ranges::sort(versions);
  EXPECT_THAT(versions, ElementsAre(1, 2, 3, 4));
}

}  // namespace
}  // namespace intelliclinix::store
