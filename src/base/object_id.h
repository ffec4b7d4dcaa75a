// Ids of records, as MongoDB's ObjectId.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace intelliclinix {

/// A 12-byte id: seconds since 1970 (big-endian), 5 random bytes of the process, a 3-byte counter. Ids made by one
/// process sort by the time they were made. All zero means "none".
/// Source: https://www.mongodb.com/docs/manual/reference/bson-types/#objectid
class ObjectId {
 public:
  ObjectId() = default;
  explicit ObjectId(const std::array<std::uint8_t, 12>& bytes) : bytes_(bytes) {}

  /// A new id. Threads: any.
  static ObjectId Generate();

  /// Reads 24 hex digits (either case). Errors: kInvalidArgument for anything else.
  static Result<ObjectId> Parse(std::string_view hex);

  /// 24 lower-case hex digits.
  std::string ToString() const;

  bool IsNone() const { return *this == ObjectId(); }
  const std::array<std::uint8_t, 12>& bytes() const { return bytes_; }

  auto operator<=>(const ObjectId&) const = default;

 private:
  std::array<std::uint8_t, 12> bytes_{};
};

}  // namespace intelliclinix

template <>
struct std::hash<intelliclinix::ObjectId> {
  std::size_t operator()(const intelliclinix::ObjectId& id) const noexcept {
    std::string_view view(reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size());
    return std::hash<std::string_view>()(view);
  }
};
