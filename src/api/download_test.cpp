// GET /api/inferences/{id}/download.
#include <gtest/gtest.h>

#include "api/api_fixture_test.h"
#include "api/archive_file_test.h"
#include "api/archive_plan.h"
#include "store/whole_inference.h"

namespace intelliclinix::api {
namespace {

using testing::BodyJson;

constexpr std::string_view kManifestHolds = R"(
manifest = json.loads(archive.read('manifest.json'))
assert archive.namelist() == ['manifest.json'] + [file['path'] for file in manifest['files']]
for file in manifest['files']:
    content = archive.read(file['path'])
    assert len(content) == file['bytes'] and hashlib.sha256(content).hexdigest() == file['sha256'], file
)";

class DownloadTest : public ::testing::Test {
 protected:
  explicit DownloadTest(int workers = 0) : api_(workers) {}

  http::Response Get(const std::string& id) {
    return api_.Call({.method = "GET", .path = "/api/inferences/" + id + "/download", .token = ada_.token});
  }

  testing::TestApi api_;
  const testing::Person ada_ = api_.AddPerson("ada");
};

class WorkingDownloadTest : public DownloadTest {
 protected:
  WorkingDownloadTest() : DownloadTest(1) {}
};

TEST_F(WorkingDownloadTest, HoldsOriginalsArtifactsAndTheirHashes) {
  const std::string png = testing::ExampleBytes("fluorescence_small_256x256.png");
  const std::string form = testing::FormBody({{"name", "n"}}, {{"../a:1.png", png}, {"b.png", png}});
  const Json uploaded = BodyJson(api_.Call({.method = "POST",
                                            .path = "/api/datasets/upload",
                                            .token = ada_.token,
                                            .body = form,
                                            .content_type = std::string(testing::kFormType)}));
  const Json start = {{"dataset_id", uploaded.at("dataset_id")}, {"model_id", "size_model"}};
  const Json ended = BodyJson(
      api_.Call({.method = "POST", .path = "/api/inferences/start", .token = ada_.token, .body = start.dump()}));
  const std::string id = ended.at("inference_id");
  const http::Response response = Get(id);
  ASSERT_EQ(response.status, 200) << testing::BodyText(response);
  const testing::ArchiveFile file(testing::BodyText(response));
  EXPECT_TRUE(file.UnzipAgrees());
  EXPECT_TRUE(file.PythonAgrees(std::string(kManifestHolds) + R"(
assert archive.namelist()[1:] == ['.._a_1/.._a_1.png', '.._a_1/.._a_1_size.txt', 'b/b.png', 'b/b_size.txt']
assert archive.read('b/b_size.txt') == b'256x256'
assert manifest['status'] == 'completed' and manifest['_id'] == ')" +
                                id + R"('
assert manifest['files'][0]['source_filename'] == '../a:1.png' and manifest['files'][0]['kind'] == 'original'
)"));
}

TEST_F(DownloadTest, IsStreamedWithAnExactSizeAndTag) {
  const testing::Belongings own = api_.AddBelongings(ada_);
  const http::Response response = Get(own.inference.id.ToString());
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/zip");
  EXPECT_TRUE(response.headers.Get("Content-Disposition")
                  .starts_with("attachment; filename=\"intelliclinix-" + own.inference.id.ToString() + ".zip\""));
  EXPECT_EQ(response.headers.Get("ETag").size(), 66U);
  EXPECT_EQ(response.headers.Get("ETag"), Get(own.inference.id.ToString()).headers.Get("ETag"));
  EXPECT_EQ(std::get<std::shared_ptr<ByteSource>>(response.body)->size(), testing::BodyText(response).size());
}

TEST_F(DownloadTest, OnlyOfCompletedInferences) {
  const ObjectId dataset = api_.AddBelongings(ada_).dataset.id;
  for (const bool failed : {false, true}) {
    records::Inference inference;
    inference.id = ObjectId::Generate();
    inference.dataset_id = dataset;
    inference.owner_id = ada_.user.id;
    ASSERT_TRUE(api_.store.InsertInference(inference));
    if (failed) {
      ASSERT_TRUE(api_.store.FailInference(inference.id, {"runner_error", "It failed."}, api_.clock.Now()));
    }
    const http::Response response = Get(inference.id.ToString());
    EXPECT_EQ(response.status, 409);
    EXPECT_NE(BodyJson(response).at("error").get<std::string>().find(failed ? "failed" : "queued"), std::string::npos);
  }
}

TEST_F(DownloadTest, AFileThatTheStoreLostIsNamed) {
  const testing::Belongings own = api_.AddBelongings(ada_);
  ASSERT_TRUE(api_.store.DeleteBlob(own.artifact.blob_id));
  const http::Response response = Get(own.inference.id.ToString());
  EXPECT_EQ(response.status, 500);
  EXPECT_TRUE(BodyJson(response).at("error").get<std::string>().starts_with("'cells_cp_masks.png' is missing"));
}

TEST_F(DownloadTest, AFailedImageKeepsItsOriginalAndItsError) {
  const testing::Belongings own = api_.AddBelongings(ada_);
  records::Inference inference = *store::GetWithResults(api_.store, ada_.user.id, own.inference.id);
  records::ImageResult failed = inference.results[0];
  failed.source_filename = "broken.png";
  failed.completed = false;
  failed.error = records::InferenceError{"runner_error", "It broke."};
  failed.artifacts.clear();
  inference.results.push_back(failed);
  const Result<ArchivePlan> plan = PlanArchive(api_.store, inference);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->entries.back().name, "broken/broken.png");
  const Json manifest = *ParseJson(plan->manifest);
  EXPECT_EQ(manifest.at("results").at(1).at("status"), "failed");
  EXPECT_EQ(manifest.at("results").at(1).at("error").at("detail"), "It broke.");
}

std::vector<std::string> FoldersOf(const std::vector<std::string>& filenames) {
  std::vector<records::ImageResult> results(filenames.size());
  for (std::size_t i = 0; i < filenames.size(); ++i) results[i].source_filename = filenames[i];
  return ArchiveFolders(results);
}

TEST(ArchiveFolders, AreStemsUnlessTheyCollide) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(FoldersOf({"a.png", "b.ome.tif", "c"}), (Names{"a", "b.ome", "c"}));
  EXPECT_EQ(FoldersOf({"a.png", "A.tif", "b.png"}), (Names{"a.png", "A.tif", "b"}));
  EXPECT_EQ(FoldersOf({"a.png", "a.PNG"}), (Names{"a.png", "a_2.PNG"}));
  EXPECT_EQ(FoldersOf({"a.png", "a.tif", "a.png.tif"}), (Names{"a.png", "a.tif", "a.png.tif"}));
  EXPECT_EQ(FoldersOf({"x/a.png", "x\\a.png", "nul.png", "..png"}), (Names{"x_a.png", "x_a_2.png", "_nul", "_"}));
  EXPECT_EQ(FoldersOf({"manifest.json.png", "b.png"}), (Names{"manifest.json.png", "b"}));
}

}  // namespace
}  // namespace intelliclinix::api
