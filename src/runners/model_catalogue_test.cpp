#include "runners/model_catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intelliclinix::runners {
namespace {

/// A runner that nothing but this test knows. It has no use for models whose id begins with "bad".
class CountingRunner final : public ModelRunner {
 public:
  explicit CountingRunner(int& prepared) : prepared_(prepared) {}
  const RunnerDescription& Describe() const override { return description_; }
  Result<ModelReport> Prepare(const records::ModelEntry& model) override {
    ++prepared_;
    if (model.id.starts_with("bad")) return Fail(ErrorCode::kInvalidArgument, model.id + " is damaged.");
    ModelReport report;
    report.engine = "none";
    return report;
  }
  Status CheckParams(const Json&, const records::ImageFacts&) const override { return {}; }
  Result<RunOutput> Run(const RunInput&, const RunContext&) override { return RunOutput{}; }

 private:
  int& prepared_;
  RunnerDescription description_{.name = "counting", .parameters = {}};
};

records::ModelEntry Entry(std::string id, std::string runner_name) {
  records::ModelEntry entry;
  entry.id = std::move(id);
  entry.runner_name = std::move(runner_name);
  return entry;
}

class ModelCatalogueTest : public testing::Test {
 protected:
  ModelCatalogueTest() { registry_.Register(std::make_unique<CountingRunner>(prepared_)); }

  int prepared_ = 0;
  RunnerRegistry registry_;
  ManualClock clock_;
};

TEST_F(ModelCatalogueTest, FindsModelsAndRunnersByName) {
  const ModelCatalogue catalogue({Entry("a", "counting"), Entry("b", "other")});
  EXPECT_EQ(catalogue.Find("b"), &catalogue.entries()[1]);
  EXPECT_EQ(catalogue.Find("c"), nullptr);
  EXPECT_NE(registry_.Find("counting"), nullptr);
  EXPECT_EQ(registry_.Find("other"), nullptr);
}

TEST_F(ModelCatalogueTest, KeepsWhatCameOfPreparing) {
  ModelCatalogue catalogue({Entry("a", "counting"), Entry("b", "other")});
  EXPECT_FALSE(catalogue.Check("a").has_value());
  EXPECT_TRUE(catalogue.PrepareAll(registry_, clock_).has_value());
  EXPECT_EQ(prepared_, 1);
  EXPECT_EQ(catalogue.Check("a")->report->engine, "none");
  EXPECT_EQ(catalogue.Check("a")->checked_at, clock_.Now());
  EXPECT_FALSE(catalogue.Check("b").has_value()) << "its runner is not registered";
}

TEST_F(ModelCatalogueTest, TellsTheFirstThatIsNotFitAndChecksTheRest) {
  ModelCatalogue catalogue({Entry("bad 1", "counting"), Entry("bad 2", "counting"), Entry("good", "counting")});
  const Status status = catalogue.PrepareAll(registry_, clock_);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().message, "bad 1 is damaged.");
  EXPECT_FALSE(catalogue.Check("bad 2")->report.has_value());
  EXPECT_TRUE(catalogue.Check("good")->report.has_value());
}

class ImportedModelsTest : public ModelCatalogueTest {
 protected:
  ImportedModelsTest() {
    catalogue_.WatchImports({.list = [this]() -> Result<std::vector<records::ModelEntry>> {
                               ++listed_;
                               if (broken_) return Fail(ErrorCode::kUnavailable, "The store does not answer.");
                               return there_;
                             },
                             .registry = registry_,
                             .clock = clock_});
  }

  std::vector<std::string> Ids() {
    std::vector<std::string> ids;
    for (const records::ModelEntry* const entry : catalogue_.All()) ids.push_back(entry->id);
    return ids;
  }

  std::vector<records::ModelEntry> there_;
  bool broken_ = false;
  int listed_ = 0;
  ModelCatalogue catalogue_{{Entry("shipped", "counting")}};
};

TEST_F(ImportedModelsTest, AreFoundAtOnceAndPreparedOnce) {
  EXPECT_EQ(catalogue_.Find("mine"), nullptr);
  there_ = {Entry("mine", "counting"), Entry("bad one", "counting")};
  ASSERT_NE(catalogue_.Find("mine"), nullptr);
  EXPECT_TRUE(catalogue_.Check("mine")->report.has_value());
  EXPECT_FALSE(catalogue_.Check("bad one")->report.has_value());
  EXPECT_THAT(Ids(), testing::ElementsAre("shipped", "bad one", "mine"));
  catalogue_.Refresh();
  EXPECT_EQ(prepared_, 2);
}

TEST_F(ImportedModelsTest, AreListedOnceASecondAtMost) {
  there_ = {Entry("mine", "counting")};
  for (int i = 0; i < 5; ++i) EXPECT_NE(catalogue_.Find("mine"), nullptr);
  EXPECT_NE(catalogue_.Find("shipped"), nullptr);
  EXPECT_EQ(listed_, 1);
  clock_.Advance(std::chrono::seconds(2));
  EXPECT_NE(catalogue_.Find("mine"), nullptr);
  EXPECT_EQ(listed_, 2);
}

TEST_F(ImportedModelsTest, OneThatIsRemovedStaysForThoseWhoHaveIt) {
  there_ = {Entry("mine", "counting")};
  const records::ModelEntry* const borrowed = catalogue_.Find("mine");
  there_.clear();
  catalogue_.Refresh();
  EXPECT_EQ(catalogue_.Find("mine"), nullptr);
  EXPECT_EQ(borrowed->id, "mine");
}

TEST_F(ImportedModelsTest, StayWhileTheStoreDoesNotAnswer) {
  there_ = {Entry("mine", "counting")};
  ASSERT_NE(catalogue_.Find("mine"), nullptr);
  broken_ = true;
  catalogue_.Refresh();
  EXPECT_NE(catalogue_.Find("mine"), nullptr);
}

}  // namespace
}  // namespace intelliclinix::runners
