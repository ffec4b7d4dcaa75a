// BSON documents as values: made from typed members, read tolerantly.
// Source: https://bsonspec.org/spec.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <bson/bson.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/object_id.h"

namespace intelliclinix::store::mongo {

/// A document that somebody else keeps.
/// Reading is tolerant, as older documents demand: what is missing, null or of another type is the fallback.
/// Borrows: the document. Keys may be paths, "metadata.sha256".
class View {
 public:
  View(const bson_t* document) : document_(document) {}  // NOLINT(google-explicit-constructor): as a string_view

  bool Has(const char* key) const;
  /// An ObjectId, or 24 hex digits.
  std::optional<ObjectId> Id(const char* key) const;
  /// Text, or bytes that are taken for text.
  std::string Text(const char* key, std::string_view fallback = "") const;
  std::int64_t Int(const char* key, std::int64_t fallback = 0) const;
  bool Bool(const char* key) const;
  /// A date, or ISO 8601 text.
  std::optional<TimePoint> Time(const char* key) const;
  /// The bytes of a binary member; none where there is no such member.
  std::span<const std::byte> Bytes(const char* key) const;
  /// The member as JSON; null where there is none. See ToJson.
  Json Value(const char* key) const;

  /// All of the document, as Value.
  Json All() const;

  const bson_t* get() const { return document_; }

 private:
  std::optional<bson_iter_t> Find(const char* key) const;

  const bson_t* document_;
};

/// A document of its own.
/// Owns: its bytes.
class Document {
 public:
  Document() : document_(bson_new()) {}
  Document(Document&& other) noexcept : document_(std::exchange(other.document_, nullptr)) {}
  Document& operator=(Document&& other) noexcept {
    std::swap(document_, other.document_);
    return *this;
  }
  ~Document() { bson_destroy(document_); }
  /// Takes what a function of the library filled in.
  static Document Take(bson_t& filled);
  static Document CopyOf(View view) { return Document(bson_copy(view.get())); }

  /// Adds a member. An empty optional is null.
  Document& Set(std::string_view key, ObjectId value);
  Document& Set(std::string_view key, std::string_view value);
  Document& Set(std::string_view key, const char* value) { return Set(key, std::string_view(value)); }
  Document& Set(std::string_view key, const std::string& value) { return Set(key, std::string_view(value)); }
  Document& Set(std::string_view key, double value);
  Document& Set(std::string_view key, TimePoint value);
  Document& Set(std::string_view key, const Document& value);
  Document& Set(std::string_view key, const std::vector<Document>& values);
  Document& Set(std::string_view key, const std::vector<ObjectId>& values);
  Document& Set(std::string_view key, const std::vector<std::string_view>& values);
  Document& Set(std::string_view key, std::span<const std::byte> bytes);
  template <typename T>
    requires std::is_integral_v<T>
  Document& Set(std::string_view key, T value) {
    if constexpr (std::is_same_v<T, bool>) return SetBool(key, value);
    return SetInt(key, static_cast<std::int64_t>(value));
  }
  template <typename T>
  Document& Set(std::string_view key, const std::optional<T>& value) {
    return value ? Set(key, *value) : SetNull(key);
  }
  /// Adds the member `key` as `from` has it, whatever it is; null where it has none: in a filter, null is what is
  /// missing too.
  Document& SetSame(std::string_view key, View from);
  /// Adds a member as a JSON value is stored; see AppendJson.
  Document& SetJson(std::string_view key, const Json& value);

  View view() const { return document_; }
  operator View() const { return view(); }  // NOLINT(google-explicit-constructor): as a string is a string_view
  const bson_t* get() const { return document_; }
  /// Units: bytes.
  std::size_t size() const { return document_->len; }

 private:
  explicit Document(bson_t* document) : document_(document) {}
  Document& SetBool(std::string_view key, bool value);
  Document& SetInt(std::string_view key, std::int64_t value);
  Document& SetNull(std::string_view key);

  bson_t* document_;  // null once moved from
};

/// A document with these members: Make("a", 1, "b", "text").
template <typename... Members>
Document Make(const Members&... members) {
  Document document;
  const auto add = [&document](const auto& self, std::string_view key, const auto& value, const auto&... rest) -> void {
    document.Set(key, value);
    if constexpr (sizeof...(rest) > 0) self(self, rest...);
  };
  if constexpr (sizeof...(members) > 0) add(add, members...);
  return document;
}

}  // namespace intelliclinix::store::mongo
