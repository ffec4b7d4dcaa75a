#include "http/target.h"

#include <algorithm>

#include "http/text.h"

namespace intelliclinix::http {
namespace {

std::optional<std::string> DecodeText(std::string_view encoded) {
  std::optional<std::string> decoded = PercentDecode(encoded);
  if (decoded && (!IsUtf8(*decoded) || decoded->find('\0') != std::string::npos)) return std::nullopt;
  return decoded;
}

Status ParsePath(std::string_view encoded, Request& request) {
  std::optional<std::string> path = DecodeText(encoded);
  if (!path || HasControls(*path)) {
    return Fail(ErrorCode::kInvalidArgument, "The path is not percent-encoded UTF-8 text; encode it as RFC 3986 says.",
                "path");
  }
  // An encoded "/" would become a separator here and stay part of a name for a proxy in front of us.
  if (std::ranges::count(*path, '/') != std::ranges::count(encoded, '/')) {
    return Fail(ErrorCode::kInvalidArgument, "The path must not contain an encoded \"/\" (%2F).", "path");
  }
  request.path = *std::move(path);
  return {};
}

Result<std::string> DecodeQueryText(std::string_view encoded) {
  std::string spaced(encoded);
  std::ranges::replace(spaced, '+', ' ');
  std::optional<std::string> text = DecodeText(spaced);
  if (!text) {
    return Fail(ErrorCode::kInvalidArgument, "The query is not percent-encoded UTF-8 text; encode it as RFC 3986 says.",
                "query");
  }
  return *std::move(text);
}

}  // namespace

std::optional<AbsoluteTarget> SplitAbsolute(std::string_view target) {
  constexpr std::string_view kScheme = "http://";
  if (!EqualsIgnoreCase(target.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  target.remove_prefix(kScheme.size());
  const std::size_t end = std::min(target.find_first_of("/?"), target.size());
  return AbsoluteTarget{target.substr(0, end), target.substr(end)};
}

Status ParseTarget(std::string_view target, Request& request) {
  const std::optional<AbsoluteTarget> absolute = SplitAbsolute(target);
  if (absolute) target = absolute->rest;
  const std::size_t mark = target.find('?');
  const std::string_view path = target.substr(0, mark);
  IC_RETURN_IF_ERROR(ParsePath(absolute && path.empty() ? "/" : path, request));
  std::string_view rest = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    IC_ASSIGN_OR_RETURN(std::string name, DecodeQueryText(pair.substr(0, equals)));
    IC_ASSIGN_OR_RETURN(std::string value, DecodeQueryText(pair.substr(std::min(equals + 1, pair.size()))));
    request.query.emplace_back(std::move(name), std::move(value));
  }
  return {};
}

}  // namespace intelliclinix::http
