#include "app/catalogue_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/temporary_folder_test.h"

namespace intelliclinix::app {
namespace {

using testing::HasSubstr;

constexpr const char* kGood = R"(models:
  - id: one
    name: One
    runner_name: cellpose
    description: Finds things.
    input_type: flat
    license: CC0-1.0
    source: A paper
    files:
      weights:
        path: weights.pth
        sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        bytes: 4
)";

/// The good catalogue with the first `from` made `to`.
std::string With(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

Result<std::vector<records::ModelEntry>> Read(const std::string& catalogue) {
  const TemporaryFolder folder;
  folder.Write("weights.pth", "abcd");
  return ReadCatalogue(folder.Write("catalogue.yaml", catalogue));
}

TEST(CatalogueFileTest, ReadsEveryMember) {
  const auto entries = Read(kGood);
  ASSERT_TRUE(entries) << entries.error().message;
  ASSERT_EQ(entries->size(), 1U);
  const records::ModelEntry& entry = entries->front();
  EXPECT_EQ(entry.id, "one");
  EXPECT_EQ(entry.name, "One");
  EXPECT_EQ(entry.runner_name, "cellpose");
  EXPECT_EQ(entry.description, "Finds things.");
  EXPECT_EQ(entry.license, "CC0-1.0");
  EXPECT_EQ(entry.source, "A paper");
  EXPECT_THAT(entry.files.at("weights").path, testing::EndsWith("/weights.pth"));
  EXPECT_EQ(entry.files.at("weights").bytes, 4U);
}

TEST(CatalogueFileTest, ReadsTheOneThatShips) {
  const auto entries = ReadCatalogue(INTELLICLINIX_SOURCE_DIR "/models/catalogue.yaml");
  ASSERT_TRUE(entries) << entries.error().message;
  EXPECT_EQ(entries->front().id, "cellpose_default");
}

TEST(CatalogueFileTest, SaysThatThereIsNone) {
  const auto entries = ReadCatalogue("/does/not/exist.yaml");
  ASSERT_FALSE(entries);
  EXPECT_EQ(entries.error().code, ErrorCode::kNotFound);
}

struct BadCatalogue {
  std::string content;
  const char* message;
};

class BadCatalogueTest : public testing::TestWithParam<BadCatalogue> {};

TEST_P(BadCatalogueTest, IsRefusedWithItsLine) {
  const auto entries = Read(GetParam().content);
  ASSERT_FALSE(entries);
  EXPECT_EQ(entries.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(entries.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Catalogues, BadCatalogueTest,
    testing::Values(BadCatalogue{"", "keys with values are expected"},
                    BadCatalogue{"models: 3", "'models' must be a list"}, BadCatalogue{"models: [", "this is not YAML"},
                    BadCatalogue{With("source:", "sauce:"), "line 8: the key 'sauce'"},
                    BadCatalogue{With("    name: One\n", ""), "line 2: the key 'name' is missing"},
                    BadCatalogue{With("    name: One\n", "    name: One\n    name: Two\n"),
                                 "line 4: the key 'name' is there twice"},
                    BadCatalogue{With("id: one", "id: ../one"), "'id' may have"},
                    BadCatalogue{With("name: One", "name: [One]"), "'name' must be a text"},
                    BadCatalogue{With("flat", "volume"), "'input_type' must be flat"},
                    BadCatalogue{With("sha256: 0", "sha256: X"), "'sha256' must be 64"},
                    BadCatalogue{With("bytes: 4", "bytes: 4.5"), "'bytes' must be a whole number"},
                    BadCatalogue{With("bytes: 4", "bytes: 5"), "has 4 bytes instead of 5"},
                    BadCatalogue{With("path: weights.pth", "path: other.pth"), "other.pth' is missing"},
                    BadCatalogue{std::string(kGood) + std::string(kGood).substr(8), "the id 'one' is taken"}));

}  // namespace
}  // namespace intelliclinix::app
