// GET and DELETE /api/datasets, and /api/files.
#include <gtest/gtest.h>

#include "api/api_fixture_test.h"
#include "base/hashing.h"

namespace intelliclinix::api {
namespace {

using testing::BodyJson;

class DatasetsTest : public ::testing::Test {
 protected:
  http::Response Call(const std::string& method, const std::string& path, const testing::Person& person) {
    return api_.Call({.method = method, .path = path, .token = person.token});
  }

  testing::TestApi api_;
  const testing::Person ada_ = api_.AddPerson("ada");
  const testing::Person eve_ = api_.AddPerson("eve");
};

TEST_F(DatasetsTest, ListsNewestFirstInPages) {
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(api_.AddBelongings(ada_).dataset.id.ToString());
  const http::Response first = Call("GET", "/api/datasets?limit=2", ada_);
  ASSERT_EQ(BodyJson(first).size(), 2U);
  EXPECT_EQ(BodyJson(first).at(0).at("_id"), ids[2]);
  EXPECT_EQ(first.headers.Get("Link"), "</api/datasets?limit=2&cursor=" + ids[1] + ">; rel=\"next\"");
  const http::Response second = Call("GET", "/api/datasets?limit=2&cursor=" + ids[1], ada_);
  ASSERT_EQ(BodyJson(second).size(), 1U);
  EXPECT_EQ(BodyJson(second).at(0).at("_id"), ids[0]);
  EXPECT_FALSE(second.headers.Has("Link"));
  EXPECT_EQ(BodyJson(Call("GET", "/api/datasets", eve_)), Json::array());
  EXPECT_EQ(BodyJson(Call("GET", "/api/datasets?name=x", ada_)).at("field"), "name");
}

TEST_F(DatasetsTest, GoWithAllThatHangsOnThem) {
  const testing::Belongings kept = api_.AddBelongings(ada_);
  const testing::Belongings gone = api_.AddBelongings(ada_);
  const std::string path = "/api/datasets/" + gone.dataset.id.ToString();
  EXPECT_EQ(Call("DELETE", path, eve_).status, 404);
  EXPECT_EQ(Call("GET", path, ada_).status, 200);
  EXPECT_EQ(Call("DELETE", path, ada_).status, 200);
  EXPECT_EQ(Call("GET", path, ada_).status, 404);
  EXPECT_EQ(Call("DELETE", path, ada_).status, 404);
  EXPECT_EQ(Call("GET", "/api/inferences/" + gone.inference.id.ToString(), ada_).status, 404);
  EXPECT_EQ(Call("GET", "/api/files/" + gone.artifact.blob_id.ToString(), ada_).status, 404);
  EXPECT_EQ(Call("GET", "/api/files/" + kept.artifact.blob_id.ToString(), ada_).status, 200);
  EXPECT_EQ(api_.store.CountBlobs(), 2U);
}

TEST_F(DatasetsTest, FilesComeWithWhatBrowsersAndCachesNeed) {
  const testing::Belongings own = api_.AddBelongings(ada_);
  const std::string path = "/api/files/" + own.artifact.blob_id.ToString();
  const http::Response file = Call("GET", path, ada_);
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(testing::BodyText(file), "labels");
  EXPECT_EQ(file.headers.Get("Content-Type"), "image/png");
  EXPECT_EQ(file.headers.Get("ETag"), "\"" + Sha256Hex(AsBytes("labels")) + "\"");
  EXPECT_EQ(file.headers.Get("Cache-Control"), "private, max-age=31536000, immutable");
  EXPECT_TRUE(file.headers.Get("Content-Disposition").starts_with("inline; filename=\"cells.png\""));
  EXPECT_TRUE(std::holds_alternative<std::shared_ptr<ByteSource>>(file.body)) << "streamed, so that Range works";
  EXPECT_EQ(Call("GET", path, eve_).status, 404);
  EXPECT_EQ(Call("GET", "/api/files/none", ada_).status, 404);
}

TEST_F(DatasetsTest, OnlyPicturesAreShownInPlace) {
  for (const char* type : {"text/html", "image/svg+xml", "application/geo+json"}) {
    store::NewBlob blob;
    blob.owner_id = ada_.user.id;
    blob.filename = "x";
    blob.content_type = type;
    const ObjectId id = (*(*api_.store.CreateBlob(blob))->Commit()).id;
    const http::Response file = Call("GET", "/api/files/" + id.ToString(), ada_);
    EXPECT_TRUE(file.headers.Get("Content-Disposition").starts_with("attachment")) << type;
  }
}

}  // namespace
}  // namespace intelliclinix::api
