#include "http/router.h"

#include <algorithm>
#include <cassert>
#include <ranges>

namespace intelliclinix::http {
namespace {

using Segments = std::vector<std::string_view>;

// "/a/b" and "/a/b/": {"a", "b"}; "/": {}. Empty segments inside stay, and match nothing.
Segments Split(std::string_view path) {
  Segments segments;
  if (path == "/") return segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  for (const auto part : std::views::split(path, '/')) segments.emplace_back(part.begin(), part.end());
  return segments;
}

bool IsParam(std::string_view segment) { return segment.starts_with('{'); }

std::string_view ParamName(std::string_view segment) { return segment.substr(1, segment.size() - 2); }

bool Fits(const Segments& pattern, const Segments& path) {
  return std::ranges::equal(pattern, path, [](std::string_view expected, std::string_view actual) {
    return !actual.empty() && (IsParam(expected) || expected == actual);
  });
}

// One character a segment, so that a literal sorts before a parameter.
std::string Specificity(const Segments& pattern) {
  std::string order;
  for (const std::string_view segment : pattern) order += IsParam(segment) ? 'p' : 'l';
  return order;
}

bool Answers(const Route& route, std::string_view method) {
  return route.method == method || (route.method == "GET" && method == "HEAD");
}

std::string AllowOf(const std::vector<const Route*>& fitting) {
  std::string allow;
  for (const Route* route : fitting) {
    if (!allow.empty()) allow += ", ";
    allow += route->method == "GET" ? "GET, HEAD" : route->method;
  }
  if (!allow.empty()) allow += ", OPTIONS";
  return allow;
}

bool SameShape(std::string_view a, std::string_view b) {
  return std::ranges::equal(Split(a), Split(b), [](auto x, auto y) { return IsParam(x) ? IsParam(y) : x == y; });
}

}  // namespace

void Router::Handle(std::string method, std::string pattern, Handler handler, RouteOptions options) {
  Add(Route{std::move(method), std::move(pattern), std::move(handler), options});
}

void Router::Handle(std::string method, std::string pattern, GuardedHandler handler, RouteOptions options) {
  Add(Route{std::move(method), std::move(pattern), std::move(handler.handle), options, std::move(handler.check_head)});
}

void Router::HandleUpload(std::string method, std::string pattern, UploadHandler handler, RouteOptions options) {
  Add(Route{std::move(method), std::move(pattern), std::move(handler), options});
}

void Router::Add(Route route) {
  assert(route.pattern.starts_with('/') && (route.pattern.size() == 1 || !route.pattern.ends_with('/')));
  for ([[maybe_unused]] const Route& other : routes_) {
    assert(other.method != route.method || !SameShape(other.pattern, route.pattern));
  }
  routes_.push_back(std::move(route));
}

Router::Match Router::Find(std::string_view method, std::string_view path) const {
  const Segments segments = Split(path);
  std::vector<const Route*> fitting;
  Match match;
  for (const Route& route : routes_) {
    const Segments pattern = Split(route.pattern);
    if (!path.starts_with('/') || !Fits(pattern, segments)) continue;
    fitting.push_back(&route);
    if (!Answers(route, method)) continue;
    if (match.route == nullptr || Specificity(pattern) < Specificity(Split(match.route->pattern))) match.route = &route;
  }
  match.allow = AllowOf(fitting);
  if (match.route == nullptr) return match;
  const Segments pattern = Split(match.route->pattern);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (IsParam(pattern[i])) match.params.emplace_back(ParamName(pattern[i]), segments[i]);
  }
  return match;
}

}  // namespace intelliclinix::http
