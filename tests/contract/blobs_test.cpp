#include <algorithm>
#include <array>
#include <atomic>

#include <gmock/gmock.h>

#include "base/hashing.h"
#include "store_contract.h"

namespace intelliclinix::store {
namespace {

/// Block `index` of a file that has no two blocks alike.
std::vector<std::byte> Block(std::size_t index, std::size_t bytes) {
  std::vector<std::byte> block(bytes);
  for (std::size_t i = 0; i < bytes; ++i) block[i] = static_cast<std::byte>((i * 31) ^ (i >> 8) ^ (index * 17));
  return block;
}

NewBlob NewFile(ObjectId owner) {
  NewBlob blob;
  blob.owner_id = owner;
  blob.filename = "a.png";
  blob.content_type = "application/octet-stream";
  return blob;
}

TEST_P(StoreContract, KeepsAllOfABlob) {
  NewBlob blob = NewFile(owner_);
  blob.filename = "../ä \"b\".png";
  blob.inference_id = ObjectId::Generate();
  blob.source_id = ObjectId::Generate();
  const auto writer = store().CreateBlob(blob).value();
  ASSERT_TRUE(writer->Write(AsBytes("1234")).has_value());
  ASSERT_TRUE(writer->Write({}).has_value());
  ASSERT_TRUE(writer->Write(AsBytes("56789")).has_value());
  writer->SetContentType("image/png");
  const BlobRecord committed = writer->Commit().value();

  const BlobRecord kept = store().GetBlob(owner_, committed.id).value();
  for (const BlobRecord& record : {committed, kept}) {
    EXPECT_EQ(record.id, committed.id);
    EXPECT_EQ(record.owner_id, owner_);
    EXPECT_EQ(record.filename, "../ä \"b\".png");
    EXPECT_EQ(record.content_type, "image/png");
    EXPECT_EQ(record.inference_id, blob.inference_id);
    EXPECT_EQ(record.source_id, blob.source_id);
    EXPECT_EQ(record.bytes, 9u);
    EXPECT_EQ(record.sha256, Sha256Hex(AsBytes("123456789")));
    EXPECT_EQ(record.crc32, 0xcbf43926u);
    EXPECT_EQ(record.created_at, clock_.Now());
  }
  EXPECT_EQ(ReadText(*store().OpenBlob(committed.id).value()), "123456789");
}

TEST_P(StoreContract, KeepsAnEmptyBlob) {
  const BlobRecord blob = PutBlob(owner_, "");
  EXPECT_EQ(blob.bytes, 0u);
  EXPECT_EQ(blob.sha256, Sha256Hex({}));
  EXPECT_EQ(store().GetBlob(owner_, blob.id).value().inference_id, std::nullopt);
  EXPECT_EQ(store().OpenBlob(blob.id).value()->size(), 0u);
}

TEST_P(StoreContract, HidesBlobsFromOthers) {
  const BlobRecord blob = PutBlob(owner_, "pixels");
  const auto theirs = store().GetBlob(stranger_, blob.id);
  const auto unknown = store().GetBlob(stranger_, ObjectId::Generate());
  ASSERT_EQ(CodeOf(theirs), ErrorCode::kNotFound);
  EXPECT_EQ(theirs.error().message, unknown.error().message);
  EXPECT_EQ(CodeOf(store().OpenBlob(ObjectId::Generate())), ErrorCode::kNotFound);
}

TEST_P(StoreContract, ReadsABlobAtAnyOffset) {
  const auto source = store().OpenBlob(PutBlob(owner_, "0123456789").id).value();
  std::array<std::byte, 4> out{};
  const auto read = [&](std::uint64_t offset) {
    const std::size_t count = source->ReadAt(offset, out).value();
    return std::string(reinterpret_cast<const char*>(out.data()), count);
  };
  EXPECT_EQ(source->size(), 10u);
  EXPECT_EQ(read(8), "89");
  EXPECT_EQ(read(0), "0123");
  EXPECT_EQ(read(6), "6789");
  EXPECT_EQ(read(10), "");
  EXPECT_EQ(read(std::uint64_t{1} << 40), "");
}

TEST_P(StoreContract, ReadsWhatWasWrittenBeforeItIsCommitted) {
  const auto writer = store().CreateBlob(NewFile(owner_)).value();
  EXPECT_EQ(ReadText(*writer->Reader().value()), "");
  ASSERT_TRUE(writer->Write(AsBytes("first ")).has_value());
  EXPECT_EQ(ReadText(*writer->Reader().value()), "first ");
  ASSERT_TRUE(writer->Write(AsBytes("second")).has_value());
  EXPECT_EQ(ReadText(*writer->Reader().value()), "first second");
  const BlobRecord blob = writer->Commit().value();
  EXPECT_EQ(ReadText(*store().OpenBlob(blob.id).value()), "first second");
}

TEST_P(StoreContract, AWriterMayGoWithoutCommit) {
  {
    const auto writer = store().CreateBlob(NewFile(owner_)).value();
    ASSERT_TRUE(writer->Write(AsBytes("nobody sees this")).has_value());
  }
  EXPECT_EQ(ReadText(*store().OpenBlob(PutBlob(owner_, "seen").id).value()), "seen");
}

TEST_P(StoreContract, DeletesABlobHoweverOftenItIsAsked) {
  const BlobRecord blob = PutBlob(owner_, "pixels");
  const BlobRecord other = PutBlob(owner_, "others");
  EXPECT_TRUE(store().DeleteBlob(blob.id).has_value());
  EXPECT_TRUE(store().DeleteBlob(blob.id).has_value());
  EXPECT_EQ(CodeOf(store().GetBlob(owner_, blob.id)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store().OpenBlob(blob.id)), ErrorCode::kNotFound);
  EXPECT_EQ(ReadText(*store().OpenBlob(other.id).value()), "others");
}

TEST_P(StoreContract, ABlobDeletedWhileItIsOpenReadsRightOrNotAtAll) {
  const BlobRecord blob = PutBlob(owner_, "0123456789");
  const auto source = store().OpenBlob(blob.id).value();
  ASSERT_TRUE(store().DeleteBlob(blob.id).has_value());
  PutBlob(owner_, "abcdefghij");
  const auto bytes = ReadAll(*source, 100);
  EXPECT_TRUE(!bytes.has_value() || std::ranges::equal(*bytes, AsBytes("0123456789")));
}

TEST_P(StoreContract, StreamsALargeBlob) {
  constexpr std::size_t kBlock = 1 << 20;
  constexpr std::size_t kBlocks = 8;
  const auto writer = store().CreateBlob(NewFile(owner_)).value();
  Sha256 sha256;
  for (std::size_t i = 0; i < kBlocks; ++i) {
    const std::vector<std::byte> block = Block(i, kBlock);
    sha256.Update(block);
    ASSERT_TRUE(writer->Write(block).has_value());
  }
  const BlobRecord blob = writer->Commit().value();
  EXPECT_EQ(blob.bytes, kBlock * kBlocks);
  EXPECT_EQ(blob.sha256, sha256.FinishHex());

  const auto source = store().OpenBlob(blob.id).value();
  ASSERT_EQ(source->size(), kBlock * kBlocks);
  std::vector<std::byte> block(kBlock);
  for (std::size_t i = kBlocks; i-- > 0;) {
    ASSERT_EQ(source->ReadAt(i * kBlock, block).value(), kBlock);
    ASSERT_TRUE(block == Block(i, kBlock)) << "block " << i;
  }
}

TEST_P(StoreContract, ManyWriteAndReadBlobsAtOnce) {
  std::atomic<int> wrong = 0;
  Race(8, [&](int thread) {
    const std::string text(100'000, static_cast<char>('a' + thread));
    for (int i = 0; i < 4; ++i) {
      const BlobRecord blob = PutBlob(owner_, text);
      wrong += ReadText(*store().OpenBlob(blob.id).value()) != text;
      wrong += store().GetBlob(owner_, blob.id).value().sha256 != Sha256Hex(AsBytes(text));
      if (i % 2 == 0) wrong += !store().DeleteBlob(blob.id).has_value();
    }
  });
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace intelliclinix::store
