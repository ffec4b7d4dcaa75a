// POST /api/inferences/{id}/corrections: what is refused leaves nothing in the store. The black-box tests have the
// rest.
#include <gtest/gtest.h>

#include "api/api_fixture_test.h"

namespace intelliclinix::api {
namespace {

using testing::BodyJson;

class CorrectionsTest : public ::testing::Test {
 protected:
  http::Response Send(const std::string& id, std::string form) {
    for (std::size_t at; (at = form.find("\"files\"")) != std::string::npos;) form.replace(at, 7, "\"file\"");
    return api_.Call({.method = "POST",
                      .path = "/api/inferences/" + id + "/corrections",
                      .token = ada_.token,
                      .body = std::move(form),
                      .content_type = std::string(testing::kFormType)});
  }

  testing::TestApi api_;
  const testing::Person ada_ = api_.AddPerson("ada");
  const testing::Belongings own_ = api_.AddBelongings(ada_);
};

TEST_F(CorrectionsTest, WhatIsRefusedLeavesNothing) {
  const std::string id = own_.inference.id.ToString();
  const std::string name = own_.dataset.files[0].filename;
  const std::string truth = testing::ExampleBytes("fluorescence_small_256x256_truth.png");
  const std::size_t blobs = api_.store.CountBlobs();
  const std::pair<std::string, std::string> cases[] = {
      {testing::FormBody({{"source_filename", name}}, {{"a.png", "text"}}), "file"},
      {testing::FormBody({{"source_filename", name}}, {{"a.png", truth}}), "file"},  // of another size
      {testing::FormBody({{"source_filename", "b.png"}}, {{"a.png", truth}}), "source_filename"},
      {testing::FormBody({{"source_filename", name}}, {{"a.png", truth}, {"b.png", truth}}), "file"},
      {testing::FormBody({}, {{"a.png", truth}}), "source_filename"},
  };
  for (const auto& [form, field] : cases) {
    const http::Response response = Send(id, form);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(BodyJson(response).at("field"), field) << testing::BodyText(response);
  }
  EXPECT_EQ(api_.store.CountBlobs(), blobs);
  EXPECT_TRUE(api_.store.ListCorrections(ada_.user.id, own_.inference.id, {}).value().items.empty());
}

TEST_F(CorrectionsTest, OnlyOfCompletedInferences) {
  records::Inference queued;
  queued.id = ObjectId::Generate();
  queued.dataset_id = own_.dataset.id;
  queued.owner_id = ada_.user.id;
  ASSERT_TRUE(api_.store.InsertInference(queued));
  const http::Response response = Send(queued.id.ToString(), testing::FormBody({}, {}));
  EXPECT_EQ(response.status, 409);
  EXPECT_NE(BodyJson(response).at("error").get<std::string>().find("is queued"), std::string::npos);
}

}  // namespace
}  // namespace intelliclinix::api
