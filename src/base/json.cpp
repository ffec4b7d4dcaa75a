#include "base/json.h"

#include <set>
#include <string>
#include <vector>

namespace intelliclinix {
namespace {

/// Watches the parse for what the grammar allows and we do not.
class Guard {
 public:
  explicit Guard(int max_depth) : max_depth_(max_depth) {}

  bool operator()(int depth, Json::parse_event_t event, Json& value) {
    if (depth > max_depth_) error_ = "JSON is nested more than " + std::to_string(max_depth_) + " levels deep.";
    if (!error_.empty()) return false;
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event == Json::parse_event_t::key && !keys_.back().insert(value.get<std::string>()).second) {
      error_ = "The member '" + value.get<std::string>() + "' stands twice in one JSON object.";
    }
    return true;
  }

  const std::string& error() const { return error_; }

 private:
  int max_depth_;
  std::string error_;
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

Result<Json> ParseJson(std::string_view text, int max_depth) {
  Guard guard(max_depth);
  try {
    Json json = Json::parse(
        text, [&guard](int depth, Json::parse_event_t event, Json& value) { return guard(depth, event, value); });
    if (!guard.error().empty()) return Fail(ErrorCode::kInvalidArgument, guard.error());
    return json;
  } catch (const nlohmann::json::exception&) {
    return Fail(ErrorCode::kInvalidArgument, guard.error().empty() ? "The text is not valid JSON." : guard.error());
  }
}

std::string DumpJson(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace intelliclinix
