#include "base/json.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace intelliclinix {
namespace {

/// Reads a text without keeping it, and stops at what the grammar allows and we do not. Json::parse has a callback for
/// this, with which it looks at all earlier elements of an array after each one.
/// Source: https://json.nlohmann.me/features/parsing/sax_interface
class Guard : public nlohmann::json_sax<Json> {
 public:
  explicit Guard(int max_depth) : max_depth_(static_cast<std::size_t>(max_depth)) {}

  /// Empty where nothing is against the rules.
  const std::string& error() const { return error_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool key(string_t& name) override {
    return keys_.back().insert(name).second || Refuse("The member '" + name + "' stands twice in one JSON object.");
  }
  bool start_object(std::size_t) override { return Begin(); }
  bool end_object() override { return End(); }
  bool start_array(std::size_t) override { return Begin(); }
  bool end_array() override { return End(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return Refuse("The text is not valid JSON.");
  }

 private:
  bool Refuse(std::string why) {
    error_ = std::move(why);
    return false;
  }

  bool Begin() {
    keys_.emplace_back();
    return keys_.size() <= max_depth_ ||
           Refuse("JSON is nested more than " + std::to_string(max_depth_) + " levels deep.");
  }

  bool End() {
    keys_.pop_back();
    return true;
  }

  std::size_t max_depth_;
  std::string error_;
  std::vector<std::set<std::string>> keys_;  // of the containers that are open; of arrays, none
};

}  // namespace

Result<Json> ParseJson(std::string_view text, int max_depth) {
  Guard guard(max_depth);
  if (!Json::sax_parse(text, &guard)) return Invalid(guard.error());
  return Json::parse(text);
}

std::string DumpJson(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace intelliclinix
