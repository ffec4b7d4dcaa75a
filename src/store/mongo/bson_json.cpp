#include "store/mongo/bson_json.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string>

#include "base/clock.h"

namespace intelliclinix::store::mongo {
namespace {

constexpr std::array<std::string_view, 7> kIdMembers = {
    "gridfs_id", "preview_id",    "source_image_gridfs_id", "original_gridfs_id",
    "mask_id",   "class_mask_id", "instance_mask_id",
};

Json ArrayToJson(bson_iter_t items) {
  Json json = Json::array();
  while (bson_iter_next(&items)) json.push_back(ToJson(items));
  return json;
}

Json ObjectToJson(bson_iter_t members) {
  Json json = Json::object();
  while (bson_iter_next(&members)) json[bson_iter_key(&members)] = ToJson(members);
  return json;
}

Json TextToJson(const bson_iter_t& value) {
  std::uint32_t length = 0;
  const char* const text = bson_iter_utf8(&value, &length);
  return std::string(text, length);
}

Json DecimalToJson(const bson_iter_t& value) {
  bson_decimal128_t decimal;
  std::array<char, BSON_DECIMAL128_STRING> text{};
  if (!bson_iter_decimal128(&value, &decimal)) return nullptr;
  bson_decimal128_to_string(&decimal, text.data());
  return std::string(text.data());
}

void AppendText(bson_t& document, std::string_view key, const std::string& text) {
  const int key_length = static_cast<int>(key.size());
  if (std::ranges::find(kIdMembers, key) != kIdMembers.end()) {
    if (const Result<ObjectId> id = ObjectId::Parse(text)) {
      bson_oid_t oid;
      std::memcpy(oid.bytes, id->bytes().data(), sizeof(oid.bytes));
      bson_append_oid(&document, key.data(), key_length, &oid);
      return;
    }
  }
  bson_append_utf8(&document, key.data(), key_length, text.c_str(), static_cast<int>(text.size()));
}

void AppendInteger(bson_t& document, std::string_view key, std::int64_t number) {
  const int key_length = static_cast<int>(key.size());
  if (std::in_range<std::int32_t>(number)) {
    bson_append_int32(&document, key.data(), key_length, static_cast<std::int32_t>(number));
  } else {
    bson_append_int64(&document, key.data(), key_length, number);
  }
}

void AppendContainer(bson_t& document, std::string_view key, const Json& value) {
  bson_t child = BSON_INITIALIZER;
  const int key_length = static_cast<int>(key.size());
  if (value.is_array()) {
    std::size_t index = 0;
    for (const Json& item : value) AppendJson(child, std::to_string(index++), item);
    bson_append_array(&document, key.data(), key_length, &child);
  } else {
    for (const auto& [name, member] : value.items()) AppendJson(child, name, member);
    bson_append_document(&document, key.data(), key_length, &child);
  }
  bson_destroy(&child);
}

}  // namespace

Json ToJson(const bson_iter_t& value) {
  bson_iter_t child;
  switch (bson_iter_type(&value)) {
    case BSON_TYPE_DOUBLE:
      return bson_iter_double(&value);
    case BSON_TYPE_UTF8:
      return TextToJson(value);
    case BSON_TYPE_DOCUMENT:
      return bson_iter_recurse(&value, &child) ? ObjectToJson(child) : Json::object();
    case BSON_TYPE_ARRAY:
      return bson_iter_recurse(&value, &child) ? ArrayToJson(child) : Json::array();
    case BSON_TYPE_OID:
      return IdFrom(*bson_iter_oid(&value)).ToString();
    case BSON_TYPE_BOOL:
      return bson_iter_bool(&value);
    case BSON_TYPE_DATE_TIME:
      return FormatTime(FromMillis(bson_iter_date_time(&value)));
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
      return bson_iter_as_int64(&value);
    case BSON_TYPE_DECIMAL128:
      return DecimalToJson(value);
    default:
      return nullptr;
  }
}

Json WithoutNulls(Json json) {
  if (json.is_array()) {
    for (Json& item : json) item = WithoutNulls(std::move(item));
    return json;
  }
  if (!json.is_object()) return json;
  Json kept = Json::object();
  for (const auto& [name, member] : json.items()) {
    if (!member.is_null()) kept[name] = WithoutNulls(member);
  }
  return kept;
}

void AppendJson(bson_t& document, std::string_view key, const Json& value) {
  const int key_length = static_cast<int>(key.size());
  switch (value.type()) {
    case Json::value_t::object:
    case Json::value_t::array:
      return AppendContainer(document, key, value);
    case Json::value_t::string:
      return AppendText(document, key, value.get_ref<const std::string&>());
    case Json::value_t::boolean:
      bson_append_bool(&document, key.data(), key_length, value.get<bool>());
      return;
    case Json::value_t::number_integer:
      return AppendInteger(document, key, value.get<std::int64_t>());
    case Json::value_t::number_unsigned:
      if (std::in_range<std::int64_t>(value.get<std::uint64_t>())) {
        return AppendInteger(document, key, value.get<std::int64_t>());
      }
      [[fallthrough]];
    case Json::value_t::number_float:
      bson_append_double(&document, key.data(), key_length, value.get<double>());
      return;
    default:
      bson_append_null(&document, key.data(), key_length);
  }
}

}  // namespace intelliclinix::store::mongo
