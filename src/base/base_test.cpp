#include <atomic>
#include <filesystem>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/byte_source.h"
#include "base/clock.h"
#include "base/compute_pool.h"
#include "base/digits.h"
#include "base/file.h"
#include "base/hashing.h"
#include "base/json.h"
#include "base/object_id.h"
#include "base/thread_pool.h"

namespace intelliclinix {
namespace {

TEST(GroupDigits, PutsACommaBeforeEachThree) {
  EXPECT_EQ(GroupDigits(0), "0");
  EXPECT_EQ(GroupDigits(999), "999");
  EXPECT_EQ(GroupDigits(1000), "1,000");
  EXPECT_EQ(GroupDigits(18'446'744'073'709'551'615U), "18,446,744,073,709,551,615");
}

TEST(ObjectId, RoundTripsThroughHex) {
  const ObjectId id = ObjectId::Generate();
  EXPECT_EQ(id.ToString().size(), 24u);
  EXPECT_EQ(ObjectId::Parse(id.ToString()).value(), id);
  EXPECT_LT(id, ObjectId::Generate());
}

TEST(ObjectId, RefusesWhatIsNotAnId) {
  for (const char* text :
       {"", "abc", "zzzzzzzzzzzzzzzzzzzzzzzz", "0123456789abcdef0123456789", "../../../../../../../etc"}) {
    EXPECT_FALSE(ObjectId::Parse(text).has_value()) << text;
  }
}

TEST(Time, FormatsAndParses) {
  const TimePoint time = FromMillis(1'795'514'400'123);
  EXPECT_EQ(FormatTime(time), "2026-11-24T10:00:00.123Z");
  EXPECT_EQ(ParseTime("2026-11-24T10:00:00.123Z").value(), time);
  EXPECT_FALSE(ParseTime("2026-13-24T10:00:00.123Z").has_value());
  EXPECT_FALSE(ParseTime("2026-11-24T10:00:00.123Zx").has_value());
}

TEST(Hashing, MatchesPublishedVectors) {
  EXPECT_EQ(Sha256Hex(AsBytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Crc32(0, AsBytes("123456789")), 0xcbf43926u);
  EXPECT_EQ(Crc32(Crc32(0, AsBytes("12345")), AsBytes("6789")), 0xcbf43926u);
  EXPECT_EQ(Crc32(0xcbf43926u, {}), 0xcbf43926u);
}

TEST(ParseJson, RefusesWhatTheGrammarOrTheHouseForbids) {
  EXPECT_TRUE(ParseJson(R"({"a": [1, 2.5, null, "ä"]})").has_value());
  for (const char* text : {"", "{", "NaN", R"({"a": 1, "a": 2})", "{\"a\": \"\xff\"}", "[1] x", R"({"a": Infinity})"}) {
    EXPECT_FALSE(ParseJson(text).has_value()) << text;
  }
  EXPECT_THAT(ParseJson(R"({"a": {"b": 1, "b": 2}})").error().message, testing::HasSubstr("'b' stands twice"));
  EXPECT_TRUE(ParseJson("[[1], [[2]]]", 3).has_value());
  EXPECT_THAT(ParseJson("[[1], [[[2]]]]", 3).error().message, testing::HasSubstr("more than 3 levels"));
}

TEST(ComputePool, RunsEachItemOnceAlsoNested) {
  ComputePool pool(3);
  std::vector<std::atomic<int>> seen(1000);
  EXPECT_TRUE(pool.ParallelFor(
      10, [&](std::size_t i) { pool.ParallelFor(100, [&, i](std::size_t j) { ++seen[100 * i + j]; }); }));
  for (const auto& count : seen) EXPECT_EQ(count, 1);
}

TEST(ComputePool, StopsBetweenItems) {
  ComputePool pool(2);
  std::stop_source stop;
  std::atomic<int> ran = 0;
  EXPECT_FALSE(pool.ParallelFor(
      1000,
      [&](std::size_t) {
        if (++ran == 5) stop.request_stop();
      },
      stop.get_token()));
  EXPECT_LT(ran, 10);
}

TEST(ComputePool, RethrowsTheFirstException) {
  ComputePool pool(2);
  EXPECT_THROW(pool.ParallelFor(100,
                                [](std::size_t i) {
                                  if (i == 3) throw std::runtime_error("three");
                                }),
               std::runtime_error);
  EXPECT_TRUE(pool.ParallelFor(100, [](std::size_t) {}));
}

TEST(ThreadPool, RunsWhatWasPostedBeforeItEnds) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(2);
    for (int i = 0; i < 100; ++i) pool.Post([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 100);
}

TEST(File, WritesWholeFilesOnly) {
  const auto folder = std::filesystem::temp_directory_path() / ObjectId::Generate().ToString();
  std::filesystem::create_directory(folder);
  const std::string path = (folder / "secret").string();
  ASSERT_TRUE(WriteFileAtomically(path, AsBytes("old"), 0600).has_value());
  ASSERT_TRUE(WriteFileAtomically(path, AsBytes("new"), 0600).has_value());
  EXPECT_EQ(ReadTextFile(path).value(), "new");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  EXPECT_FALSE(ReadTextFile(path, 2).has_value());
  EXPECT_FALSE(ReadTextFile(folder.string()).has_value());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace intelliclinix
