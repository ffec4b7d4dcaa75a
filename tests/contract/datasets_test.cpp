#include <atomic>
#include <set>

#include <gmock/gmock.h>

#include "store/rules.h"
#include "store_contract.h"

namespace intelliclinix::store {
namespace {

using testing::ElementsAre;

std::vector<ObjectId> Ids(const std::vector<records::Dataset>& datasets) {
  std::vector<ObjectId> ids;
  for (const records::Dataset& dataset : datasets) ids.push_back(dataset.id);
  return ids;
}

TEST_P(StoreContract, KeepsAllOfADataset) {
  records::Dataset dataset = PutDataset(owner_, {"ä b/../c.tif"});
  const records::Dataset kept = store().GetDataset(owner_, dataset.id).value();
  EXPECT_EQ(kept.id, dataset.id);
  EXPECT_EQ(kept.owner_id, owner_);
  EXPECT_EQ(kept.name, "Kidney");
  EXPECT_EQ(kept.model_id, "");
  EXPECT_EQ(kept.input_type, "flat");
  EXPECT_EQ(kept.created_at, clock_.Now());
  ASSERT_EQ(kept.files.size(), 1u);
  const records::SourceFile& file = kept.files[0];
  EXPECT_EQ(file.blob_id, dataset.files[0].blob_id);
  EXPECT_EQ(file.preview_id, dataset.files[0].preview_id);
  EXPECT_EQ(file.filename, "ä b/../c.tif");
  EXPECT_EQ(file.bytes, dataset.files[0].bytes);
  EXPECT_EQ(file.sha256, dataset.files[0].sha256);
  EXPECT_EQ(file.image.height, 3);
  EXPECT_EQ(file.image.width, 4);
  EXPECT_EQ(file.image.channels, 1);
  EXPECT_EQ(file.image.bit_depth, 16);
  EXPECT_EQ(file.image.content_type, "image/tiff");
  EXPECT_FALSE(file.image.browser_shows);
}

TEST_P(StoreContract, RefusesADatasetIdThatIsTaken) {
  records::Dataset dataset = PutDataset(owner_);
  dataset.name = "Another";
  EXPECT_EQ(CodeOf(store().InsertDataset(dataset)), ErrorCode::kConflict);
  EXPECT_EQ(store().GetDataset(owner_, dataset.id).value().name, "Kidney");
}

TEST_P(StoreContract, HidesDatasetsFromOthers) {
  const records::Dataset dataset = PutDataset(owner_);
  const auto theirs = store().GetDataset(stranger_, dataset.id);
  const auto unknown = store().GetDataset(stranger_, ObjectId::Generate());
  ASSERT_EQ(CodeOf(theirs), ErrorCode::kNotFound);
  EXPECT_EQ(theirs.error().message, unknown.error().message);
  EXPECT_TRUE(store().ListDatasets(stranger_, {}).value().items.empty());
  EXPECT_EQ(CodeOf(store().DeleteDataset(stranger_, dataset.id)), ErrorCode::kNotFound);
  EXPECT_TRUE(store().GetDataset(owner_, dataset.id).has_value());
  EXPECT_TRUE(store().OpenBlob(dataset.files[0].blob_id).has_value());
}

TEST_P(StoreContract, ListsDatasetsNewestFirstInPages) {
  std::vector<ObjectId> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(PutDataset(owner_, {}).id);
  PutDataset(stranger_, {});

  const auto first = store().ListDatasets(owner_, {.limit = 2}).value();
  EXPECT_THAT(Ids(first.items), ElementsAre(ids[3], ids[2]));
  ASSERT_EQ(first.next_after, ids[2]);
  const auto last = store().ListDatasets(owner_, {.limit = 2, .after = first.next_after}).value();
  EXPECT_THAT(Ids(last.items), ElementsAre(ids[1], ids[0]));
  EXPECT_EQ(last.next_after, std::nullopt);
  EXPECT_EQ(store().ListDatasets(owner_, {}).value().items.size(), 4u);
}

TEST_P(StoreContract, PagesStayTheSameWhileDatasetsComeAndGo) {
  std::vector<ObjectId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(PutDataset(owner_, {}).id);
  const auto first = store().ListDatasets(owner_, {.limit = 2}).value();
  PutDataset(owner_, {});
  ASSERT_TRUE(store().DeleteDataset(owner_, *first.next_after).has_value());
  const auto second = store().ListDatasets(owner_, {.limit = 2, .after = first.next_after}).value();
  EXPECT_THAT(Ids(second.items), ElementsAre(ids[2], ids[1]));
  const auto third = store().ListDatasets(owner_, {.limit = 2, .after = second.next_after}).value();
  EXPECT_THAT(Ids(third.items), ElementsAre(ids[0]));
  EXPECT_EQ(third.next_after, std::nullopt);
}

TEST_P(StoreContract, HoldsPagesToTheirLimits) {
  for (int i = 0; i < 3; ++i) PutDataset(owner_, {});
  for (const int limit : {-5, 0, 1}) {
    EXPECT_EQ(store().ListDatasets(owner_, {.limit = limit}).value().items.size(), 1u) << limit;
  }
  EXPECT_EQ(store().ListDatasets(owner_, {.limit = 1'000'000}).value().items.size(), 3u);
}

TEST_P(StoreContract, APageOfDatasetsHoldsOnlySoManyFiles) {
  std::vector<ObjectId> ids;
  for (const std::size_t files : {kMaxPageFiles + 1, kMaxPageFiles / 2, kMaxPageFiles / 2, std::size_t{1}}) {
    records::Dataset dataset = MakeDataset(owner_, {"a.tif"});
    dataset.files.assign(files, records::SourceFile(dataset.files[0]));
    ASSERT_TRUE(store().InsertDataset(dataset).has_value());
    ids.push_back(dataset.id);
  }
  std::vector<std::vector<ObjectId>> pages;
  PageRequest request;
  do {
    const auto page = store().ListDatasets(owner_, request).value();
    pages.push_back(Ids(page.items));
    request.after = page.next_after;
  } while (request.after);
  EXPECT_THAT(pages, ElementsAre(ElementsAre(ids[3], ids[2]), ElementsAre(ids[1]), ElementsAre(ids[0])));
}

std::vector<std::string> Names(const std::vector<records::SourceFile>& files) {
  std::vector<std::string> names;
  for (const records::SourceFile& file : files) names.push_back(file.filename);
  return names;
}

TEST_P(StoreContract, ADatasetGrowsAtItsEnd) {
  const records::Dataset dataset = PutDataset(owner_, {"b.tif"});
  const records::Dataset more = MakeDataset(owner_, {"c.tif", "a.tif"});
  const FileAddition addition = store().AddFiles(owner_, dataset.id, more.files, 3).value();
  EXPECT_THAT(Names(addition.files), ElementsAre("c.tif", "a.tif"));
  EXPECT_THAT(Names(addition.added), ElementsAre("c.tif", "a.tif"));
  const records::Dataset grown = store().GetDataset(owner_, dataset.id).value();
  EXPECT_THAT(Names(grown.files), ElementsAre("b.tif", "c.tif", "a.tif"));
  EXPECT_EQ(grown.files[1].blob_id, more.files[0].blob_id);
  EXPECT_EQ(grown.files[1].preview_id, more.files[0].preview_id);
  EXPECT_EQ(grown.files[1].image.width, 4);
  EXPECT_EQ(grown.name, "Kidney");
}

TEST_P(StoreContract, AnEmptyDatasetGrowsToo) {
  const records::Dataset dataset = PutDataset(owner_, {});
  ASSERT_TRUE(store().AddFiles(owner_, dataset.id, MakeDataset(owner_, {"a.tif"}).files, 1));
  EXPECT_THAT(Names(store().GetDataset(owner_, dataset.id).value().files), ElementsAre("a.tif"));
}

TEST_P(StoreContract, WhatADatasetHasIsNotAddedAgain) {
  records::Dataset dataset = MakeDataset(owner_, {"a.tif", "b.tif"});
  dataset.files[0].sha256 = std::string(64, '1');
  ASSERT_TRUE(store().InsertDataset(dataset));
  records::Dataset again = MakeDataset(owner_, {"a.tif", "c.tif"});
  again.files[0].sha256 = std::string(64, '1');
  const FileAddition addition = store().AddFiles(owner_, dataset.id, again.files, 3).value();
  EXPECT_EQ(addition.files[0].blob_id, dataset.files[0].blob_id);
  EXPECT_THAT(Names(addition.files), ElementsAre("a.tif", "c.tif"));
  EXPECT_THAT(Names(addition.added), ElementsAre("c.tif"));
  // At its limit it still tells what it has.
  const FileAddition none = store().AddFiles(owner_, dataset.id, again.files, 3).value();
  EXPECT_TRUE(none.added.empty());
  EXPECT_EQ(none.files[1].blob_id, again.files[1].blob_id);
  EXPECT_THAT(Names(store().GetDataset(owner_, dataset.id).value().files), ElementsAre("a.tif", "b.tif", "c.tif"));
}

TEST_P(StoreContract, FilesAreAddedAllOrNone) {
  records::Dataset dataset = MakeDataset(owner_, {"a.tif"});
  dataset.files[0].sha256 = std::string(64, '1');
  ASSERT_TRUE(store().InsertDataset(dataset));
  records::Dataset more = MakeDataset(owner_, {"b.tif", "a.tif"});
  more.files[1].sha256 = std::string(64, '2');
  const auto conflict = store().AddFiles(owner_, dataset.id, more.files, 10);
  ASSERT_EQ(CodeOf(conflict), ErrorCode::kConflict);
  EXPECT_THAT(conflict.error().message, testing::HasSubstr("'a.tif'"));
  more.files[1].filename = "c.tif";
  const auto many = store().AddFiles(owner_, dataset.id, more.files, 2);
  ASSERT_EQ(CodeOf(many), ErrorCode::kTooLarge);
  EXPECT_THAT(many.error().message, testing::HasSubstr("more than 2 files"));
  EXPECT_EQ(CodeOf(store().AddFiles(stranger_, dataset.id, more.files, 10)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().AddFiles(owner_, ObjectId::Generate(), more.files, 10)), ErrorCode::kNotFound);
  EXPECT_THAT(Names(store().GetDataset(owner_, dataset.id).value().files), ElementsAre("a.tif"));
}

TEST_P(StoreContract, FilesOfADatasetAreNoOrphans) {
  const records::Dataset dataset = PutDataset(owner_, {"a.tif"});
  records::Dataset more = MakeDataset(owner_, {"b.tif"});
  more.files[0].blob_id = PutBlob(owner_, "pixels").id;
  more.files[0].preview_id = PutBlob(owner_, "picture").id;
  ASSERT_TRUE(store().AddFiles(owner_, dataset.id, more.files, 10));
  EXPECT_TRUE(store().ListOrphans(clock_.Now() + std::chrono::hours(1), 100).value().empty());
  ASSERT_TRUE(store().DeleteDataset(owner_, dataset.id));
  EXPECT_EQ(CodeOf(store().OpenBlob(more.files[0].blob_id)), ErrorCode::kNotFound);
}

TEST_P(StoreContract, OneNameIsAddedOnceHoweverManyAddIt) {
  const records::Dataset dataset = PutDataset(owner_, {});
  constexpr int kThreads = 4;
  constexpr int kNames = 5;
  std::atomic<int> added = 0;
  std::atomic<int> refused = 0;
  Race(kThreads, [&](int thread) {
    for (int i = 0; i < kNames; ++i) {
      records::Dataset mine = MakeDataset(owner_, {"image" + std::to_string(i)});
      mine.files[0].sha256 = std::string(64, static_cast<char>('0' + thread));
      const auto addition = store().AddFiles(owner_, dataset.id, mine.files, kNames);
      added += addition.has_value();
      refused += CodeOf(addition) == ErrorCode::kConflict;
    }
  });
  EXPECT_EQ(added, kNames);
  EXPECT_EQ(refused, (kThreads - 1) * kNames);
  std::vector<std::string> names = Names(store().GetDataset(owner_, dataset.id).value().files);
  EXPECT_EQ(std::set(names.begin(), names.end()).size(), std::size_t{kNames});
  EXPECT_EQ(names.size(), std::size_t{kNames});
}

TEST_P(StoreContract, AnInferenceKnowsHowManyFilesItsDatasetHad) {
  const records::Dataset dataset = PutDataset(owner_, {"a.tif"});
  records::Inference inference;
  inference.id = ObjectId::Generate();
  inference.dataset_id = dataset.id;
  inference.owner_id = owner_;
  inference.created_at = clock_.Now();
  inference.images = 1;
  ASSERT_TRUE(store().InsertInference(inference));
  ASSERT_TRUE(store().AddFiles(owner_, dataset.id, MakeDataset(owner_, {"b.tif"}).files, 10));
  EXPECT_EQ(store().LoadInference(inference.id).value().images, 1);
  EXPECT_EQ(store().GetInference(owner_, inference.id).value().images, 1);
  EXPECT_EQ(store().LoadInference(PutInference(dataset).id).value().images, std::nullopt);

  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)));
  for (const Inconsistency& found : store().Check({.now = clock_.Now()}).value()) {
    EXPECT_NE(found.kind, inconsistency::kTasksMissing);
  }
}

TEST_P(StoreContract, DeletesADatasetWithAllThatBelongsToIt) {
  const records::Dataset dataset = PutDataset(owner_, {"a.tif", "b.tif"});
  const records::Inference inference = PutInference(dataset);
  ASSERT_TRUE(store().InsertTasks(inference.id, TasksOf(inference, dataset)).has_value());
  const BlobRecord artifact = PutBlob(owner_, "mask", inference.id);
  const records::Dataset other = PutDataset(owner_);
  const records::Inference others_inference = PutInference(other);
  const BlobRecord others_artifact = PutBlob(owner_, "mask", others_inference.id);

  ASSERT_TRUE(store().DeleteDataset(owner_, dataset.id).has_value());
  EXPECT_EQ(CodeOf(store().GetDataset(owner_, dataset.id)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().LoadInference(inference.id)), ErrorCode::kNotFound);
  EXPECT_EQ(store().CountOpenTasks().value(), 0);
  for (const records::SourceFile& file : dataset.files) {
    EXPECT_EQ(CodeOf(store().OpenBlob(file.blob_id)), ErrorCode::kNotFound);
    EXPECT_EQ(CodeOf(store().GetBlob(owner_, *file.preview_id)), ErrorCode::kNotFound);
  }
  EXPECT_EQ(CodeOf(store().OpenBlob(artifact.id)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().DeleteDataset(owner_, dataset.id)), ErrorCode::kNotFound);

  EXPECT_TRUE(store().GetDataset(owner_, other.id).has_value());
  EXPECT_TRUE(store().LoadInference(others_inference.id).has_value());
  EXPECT_TRUE(store().OpenBlob(other.files[0].blob_id).has_value());
  EXPECT_TRUE(store().OpenBlob(others_artifact.id).has_value());
}

TEST_P(StoreContract, ADeletedDatasetStopsItsWorkers) {
  const records::Inference inference = PutJob(2, owner_);
  const records::Task task = Claim().value();
  ASSERT_TRUE(store().DeleteDataset(owner_, inference.dataset_id).has_value());
  EXPECT_EQ(store().RenewLease(LeaseOf(task), {}, clock_.Now()).value(), LeaseState::kLost);
  EXPECT_FALSE(store().CommitTask(LeaseOf(task), Completed(task)).value());
  EXPECT_FALSE(store().ReleaseTask(LeaseOf(task)).value());
  EXPECT_FALSE(store().FinishInference(inference.id, Json::object(), clock_.Now()).value());
  EXPECT_EQ(Claim(), std::nullopt);
}

TEST_P(StoreContract, ReadersSeeWholeDatasetsWhileOthersWrite) {
  constexpr int kDatasets = 30;
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  Race(4, [&](int thread) {
    if (thread == 0) {
      for (int i = 0; i < kDatasets; ++i) torn += !store().InsertDataset(MakeDataset(owner_, {"a", "b"})).has_value();
      done = true;
      return;
    }
    std::size_t seen = 0;
    while (!done) {
      const auto page = store().ListDatasets(owner_, {.limit = 1000}).value();
      torn += page.items.size() < seen;
      seen = page.items.size();
      for (const records::Dataset& dataset : page.items) torn += dataset.files.size() != 2;
    }
  });
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(store().ListDatasets(owner_, {.limit = 1000}).value().items.size(), std::size_t{kDatasets});
}

}  // namespace
}  // namespace intelliclinix::store
