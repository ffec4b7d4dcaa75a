#include "store/mongo/bson.h"

#include <array>
#include <bit>
#include <cstring>

#include "store/mongo/bson_json.h"

namespace intelliclinix::store::mongo {
namespace {

bson_oid_t OidOf(ObjectId id) {
  bson_oid_t oid;
  std::memcpy(oid.bytes, id.bytes().data(), sizeof(oid.bytes));
  return oid;
}

int Length(std::string_view text) { return static_cast<int>(text.size()); }

/// An array is a document with the keys "0", "1", ...
template <typename Items, typename SetItem>
Document ArrayOf(const Items& items, SetItem set) {
  Document array;
  std::size_t index = 0;
  for (const auto& item : items) set(array, std::to_string(index++), item);
  return array;
}

}  // namespace

ObjectId IdFrom(const bson_oid_t& oid) {
  std::array<std::uint8_t, 12> bytes;
  std::memcpy(bytes.data(), oid.bytes, bytes.size());
  return ObjectId(bytes);
}

std::optional<bson_iter_t> View::Find(const char* key) const {
  bson_iter_t begin;
  bson_iter_t found;
  if (!bson_iter_init(&begin, document_) || !bson_iter_find_descendant(&begin, key, &found)) return std::nullopt;
  if (BSON_ITER_HOLDS_NULL(&found)) return std::nullopt;
  return found;
}

bool View::Has(const char* key) const { return Find(key).has_value(); }

std::optional<ObjectId> View::Id(const char* key) const {
  const auto found = Find(key);
  if (!found) return std::nullopt;
  if (BSON_ITER_HOLDS_OID(&*found)) return IdFrom(*bson_iter_oid(&*found));
  const Result<ObjectId> parsed = ObjectId::Parse(Text(key));
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::string View::Text(const char* key, std::string_view fallback) const {
  const auto found = Find(key);
  if (found && BSON_ITER_HOLDS_UTF8(&*found)) {
    std::uint32_t length = 0;
    const char* const text = bson_iter_utf8(&*found, &length);
    return {text, length};
  }
  if (!found || !BSON_ITER_HOLDS_BINARY(&*found)) return std::string(fallback);
  const std::span<const std::byte> bytes = Bytes(key);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::int64_t View::Int(const char* key, std::int64_t fallback) const {
  const auto found = Find(key);
  return found && BSON_ITER_HOLDS_NUMBER(&*found) ? bson_iter_as_int64(&*found) : fallback;
}

bool View::Bool(const char* key) const {
  const auto found = Find(key);
  return found && bson_iter_as_bool(&*found);
}

std::optional<TimePoint> View::Time(const char* key) const {
  const auto found = Find(key);
  if (!found) return std::nullopt;
  if (BSON_ITER_HOLDS_DATE_TIME(&*found)) return FromMillis(bson_iter_date_time(&*found));
  const Result<TimePoint> parsed = ParseTime(Text(key));
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::span<const std::byte> View::Bytes(const char* key) const {
  const auto found = Find(key);
  if (!found || !BSON_ITER_HOLDS_BINARY(&*found)) return {};
  bson_subtype_t subtype;
  std::uint32_t length = 0;
  const std::uint8_t* bytes = nullptr;
  bson_iter_binary(&*found, &subtype, &length, &bytes);
  return std::as_bytes(std::span(bytes, length));
}

Json View::Value(const char* key) const {
  const auto found = Find(key);
  return found ? ToJson(*found) : Json();
}

Json View::All() const {
  Json json = Json::object();
  bson_iter_t member;
  if (!bson_iter_init(&member, document_)) return json;
  while (bson_iter_next(&member)) json[bson_iter_key(&member)] = ToJson(member);
  return json;
}

Document Document::Take(bson_t& filled) {
  Document document(bson_copy(&filled));
  bson_destroy(&filled);
  return document;
}

Document& Document::Set(std::string_view key, ObjectId value) {
  const bson_oid_t oid = OidOf(value);
  bson_append_oid(document_, key.data(), Length(key), &oid);
  return *this;
}

Document& Document::Set(std::string_view key, std::string_view value) {
  bson_append_utf8(document_, key.data(), Length(key), value.empty() ? "" : value.data(), Length(value));
  return *this;
}

Document& Document::Set(std::string_view key, double value) {
  bson_append_double(document_, key.data(), Length(key), value);
  return *this;
}

Document& Document::Set(std::string_view key, TimePoint value) {
  bson_append_date_time(document_, key.data(), Length(key), ToMillis(value));
  return *this;
}

Document& Document::Set(std::string_view key, const Document& value) {
  bson_append_document(document_, key.data(), Length(key), value.get());
  return *this;
}

Document& Document::Set(std::string_view key, const std::vector<Document>& values) {
  const Document array = ArrayOf(values, [](Document& to, std::string_view at, const Document& v) { to.Set(at, v); });
  bson_append_array(document_, key.data(), Length(key), array.get());
  return *this;
}

Document& Document::Set(std::string_view key, const std::vector<ObjectId>& values) {
  const Document array = ArrayOf(values, [](Document& to, std::string_view at, ObjectId v) { to.Set(at, v); });
  bson_append_array(document_, key.data(), Length(key), array.get());
  return *this;
}

Document& Document::Set(std::string_view key, const std::vector<std::string_view>& values) {
  const Document array = ArrayOf(values, [](Document& to, std::string_view at, std::string_view v) { to.Set(at, v); });
  bson_append_array(document_, key.data(), Length(key), array.get());
  return *this;
}

Document& Document::Set(std::string_view key, std::span<const std::byte> bytes) {
  bson_append_binary(document_, key.data(), Length(key), BSON_SUBTYPE_BINARY,
                     reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<std::uint32_t>(bytes.size()));
  return *this;
}

Document& Document::SetSame(std::string_view key, View from) {
  bson_iter_t begin;
  bson_iter_t found;
  const std::string path(key);
  if (!bson_iter_init(&begin, from.get()) || !bson_iter_find_descendant(&begin, path.c_str(), &found)) {
    return SetNull(key);
  }
  bson_append_value(document_, key.data(), Length(key), bson_iter_value(&found));
  return *this;
}

Document& Document::SetJson(std::string_view key, const Json& value) {
  AppendJson(*document_, key, value);
  return *this;
}

Document& Document::SetBool(std::string_view key, bool value) {
  bson_append_bool(document_, key.data(), Length(key), value);
  return *this;
}

Document& Document::SetInt(std::string_view key, std::int64_t value) {
  if (std::in_range<std::int32_t>(value)) {
    bson_append_int32(document_, key.data(), Length(key), static_cast<std::int32_t>(value));
  } else {
    bson_append_int64(document_, key.data(), Length(key), value);
  }
  return *this;
}

Document& Document::SetNull(std::string_view key) {
  bson_append_null(document_, key.data(), Length(key));
  return *this;
}

}  // namespace intelliclinix::store::mongo
