#include "nn/checkpoint_storage.h"

#include <array>
#include <utility>

#include "base/little_endian.h"

namespace intelliclinix::nn {
namespace {

using Kind = PickleValue::Kind;

constexpr auto kTypes = std::to_array<std::pair<std::string_view, ElementType>>({
    {"torch.FloatStorage", {.kind = ElementType::Kind::kFloat, .bytes = 4}},
    {"torch.HalfStorage", {.kind = ElementType::Kind::kFloat, .bytes = 2}},
    {"torch.BFloat16Storage", {.kind = ElementType::Kind::kBfloat, .bytes = 2}},
    {"torch.DoubleStorage", {.kind = ElementType::Kind::kFloat, .bytes = 8}},
    {"torch.LongStorage", {.kind = ElementType::Kind::kSigned, .bytes = 8}},
    {"torch.IntStorage", {.kind = ElementType::Kind::kSigned, .bytes = 4}},
    {"torch.ShortStorage", {.kind = ElementType::Kind::kSigned, .bytes = 2}},
    {"torch.CharStorage", {.kind = ElementType::Kind::kSigned, .bytes = 1}},
    {"torch.ByteStorage", {.kind = ElementType::Kind::kUnsigned, .bytes = 1}},
    {"torch.BoolStorage", {.kind = ElementType::Kind::kUnsigned, .bytes = 1}},
});

std::unexpected<Error> BadStorage(const std::string& key, const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument,
              "The checkpoint is damaged: storage '" + Printable(key) + "' " + what + ". Fetch the file again.");
}

}  // namespace

std::optional<StorageId> ReadStorageId(const PickleValue& value) {
  if (!value.Is(Kind::kPersistent) || value.items.size() != 1) return std::nullopt;
  const std::vector<const PickleValue*>& id = value.items.front()->items;
  if (id.size() < 5 || id[0]->text != "storage" || !id[1]->Is(Kind::kGlobal)) return std::nullopt;
  // A sixth element tells of a view of a storage, as PyTorch wrote until 0.4.
  if (id.size() > 5 && !id[5]->Is(Kind::kNone)) return std::nullopt;
  constexpr std::int64_t kMaxCount = std::int64_t{1} << 40;
  if (!id[2]->Is(Kind::kText) || !id[4]->Is(Kind::kInt)) return std::nullopt;
  if (id[4]->integer < 0 || id[4]->integer > kMaxCount) return std::nullopt;
  for (const auto& [name, type] : kTypes) {
    if (id[1]->text != name) continue;
    return StorageId{.type = type, .key = id[2]->text, .count = static_cast<std::uint64_t>(id[4]->integer)};
  }
  return std::nullopt;
}

Result<std::span<const float>> StorageReader::Read(const StorageId& id) {
  if (const auto known = storages_.find(id.key); known != storages_.end()) {
    if (known->second.size() != id.count) return BadStorage(id.key, "has two sizes");
    return known->second;
  }
  if (id.count > bytes_left_ / sizeof(float)) {
    return Fail(ErrorCode::kTooLarge, "The checkpoint's tensors are too large.");
  }
  IC_ASSIGN_OR_RETURN(std::vector<float> values, ReadWhole(id));
  bytes_left_ -= id.count * sizeof(float);
  return storages_[id.key] = std::move(values);
}

Result<std::vector<float>> StorageReader::ReadWhole(const StorageId& id) {
  const std::uint64_t bytes = id.count * static_cast<std::uint64_t>(id.type.bytes);
  IC_ASSIGN_OR_RETURN(std::vector<std::byte> raw, ReadRaw(id, bytes));
  if (raw.size() != bytes) return BadStorage(id.key, "has another size than its tensors say");
  std::vector<float> values(id.count);
  DecodeElements(raw, id.type, values);
  return values;
}

Result<std::vector<std::byte>> ZipStorageReader::ReadRaw(const StorageId& id, std::uint64_t bytes) {
  const std::string name = folder_ + "/data/" + id.key;
  const auto entry = archive_.members().find(name);
  if (entry == archive_.members().end()) return BadStorage(id.key, "is missing");
  if (entry->second.bytes != bytes) return BadStorage(id.key, "has another size than its tensors say");
  return archive_.Read(name, bytes);
}

Status LegacyStorageReader::Locate(std::uint64_t offset, const Pickle& object, const PickleValue& keys) {
  std::map<std::string, StorageId> ids;
  for (const PickleValue& value : object.values) {
    if (const std::optional<StorageId> id = ReadStorageId(value)) ids.insert_or_assign(id->key, *id);
  }
  for (const PickleValue* key : keys.items) {
    const auto id = ids.find(key->text);
    if (id == ids.end()) return BadStorage(key->text, "is not of a known type");
    IC_ASSIGN_OR_RETURN(auto count, ReadExactly(file_, offset, sizeof(std::uint64_t)));
    if (LoadLittleEndian<std::uint64_t>(count, 0) != id->second.count) {
      return BadStorage(key->text, "has another size than its tensors say");
    }
    offset += sizeof(std::uint64_t);
    const std::uint64_t bytes = id->second.count * static_cast<std::uint64_t>(id->second.type.bytes);
    places_.insert_or_assign(key->text, Place{.offset = offset, .bytes = bytes});
    if (bytes > file_.size() - offset) return BadStorage(key->text, "is cut short");
    offset += bytes;
  }
  return {};
}

Result<std::vector<std::byte>> LegacyStorageReader::ReadRaw(const StorageId& id, std::uint64_t bytes) {
  const auto place = places_.find(id.key);
  if (place == places_.end()) return BadStorage(id.key, "is missing");
  if (place->second.bytes != bytes) return BadStorage(id.key, "has another size than its tensors say");
  return ReadExactly(file_, place->second.offset, bytes);
}

}  // namespace intelliclinix::nn
