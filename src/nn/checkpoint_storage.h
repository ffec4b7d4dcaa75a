// The blocks of numbers that a checkpoint's tensors are views of.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/result.h"
#include "base/zip_reader.h"
#include "nn/element_type.h"
#include "nn/pickle.h"

namespace intelliclinix::nn {

/// What a pickle says of a storage: ('storage', torch.FloatStorage, key, device, element count).
struct StorageId {
  ElementType type;
  std::string key;
  std::uint64_t count = 0;

  bool IsFloat() const { return type.kind == ElementType::Kind::kFloat || type.kind == ElementType::Kind::kBfloat; }
};

/// Nothing when `value` does not name a storage of a known type.
std::optional<StorageId> ReadStorageId(const PickleValue& value);

/// Storages as float32; those that are kept, within a bound.
class StorageReader {
 public:
  explicit StorageReader(std::uint64_t max_bytes) : bytes_left_(max_bytes) {}
  virtual ~StorageReader() = default;

  /// Owns: the reader keeps the numbers, so that views of one storage read it once. Errors: kInvalidArgument when the
  /// storage is missing or not as `id` says; kTooLarge.
  Result<std::span<const float>> Read(const StorageId& id);

  /// The same for a tensor that is all of its storage: nothing is kept. Threads: as those that may read the file.
  /// Errors: as Read, but no bound.
  Result<std::vector<float>> ReadWhole(const StorageId& id);

 protected:
  /// The bytes of the storage, `bytes` many if the file is as it says.
  virtual Result<std::vector<std::byte>> ReadRaw(const StorageId& id, std::uint64_t bytes) = 0;

 private:
  std::uint64_t bytes_left_;
  std::map<std::string, std::vector<float>> storages_;
};

/// Storages as members `FOLDER/data/KEY` of a ZIP archive.
class ZipStorageReader final : public StorageReader {
 public:
  ZipStorageReader(const ZipReader& archive, std::string folder, std::uint64_t max_bytes)
      : StorageReader(max_bytes), archive_(archive), folder_(std::move(folder)) {}

 private:
  Result<std::vector<std::byte>> ReadRaw(const StorageId& id, std::uint64_t bytes) override;

  const ZipReader& archive_;
  std::string folder_;
};

/// Storages one behind the other, each after its element count in 8 bytes.
class LegacyStorageReader final : public StorageReader {
 public:
  LegacyStorageReader(ByteSource& file, std::uint64_t max_bytes) : StorageReader(max_bytes), file_(file) {}

  /// Finds the storages from `offset` on. `keys` lists them in their order; their types stand in `object`.
  /// Errors: kInvalidArgument when the list does not fit the file.
  Status Locate(std::uint64_t offset, const Pickle& object, const PickleValue& keys);

 private:
  Result<std::vector<std::byte>> ReadRaw(const StorageId& id, std::uint64_t bytes) override;

  ByteSource& file_;
  struct Place {
    std::uint64_t offset;
    std::uint64_t bytes;
  };
  std::map<std::string, Place> places_;
};

}  // namespace intelliclinix::nn
