#include "http/prepare.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "base/log.h"
#include "http/conditional.h"
#include "http/status_text.h"
#include "http/text.h"

namespace intelliclinix::http {
namespace {

Response Render(const Hooks& hooks, const Request& request, Outcome outcome) {
  if (auto* problem = std::get_if<Problem>(&outcome)) return hooks.render_problem(*problem, request);
  if (auto* error = std::get_if<Error>(&outcome)) return hooks.render_error(*error, request);
  return std::get<Response>(std::move(outcome));
}

bool IsStreamed(const Response& response) { return std::holds_alternative<std::shared_ptr<ByteSource>>(response.body); }
bool IsLive(const Response& response) { return std::holds_alternative<std::shared_ptr<TextStream>>(response.body); }

std::uint64_t BodySize(const Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return text->size();
  return IsLive(response) ? 0 : std::get<std::shared_ptr<ByteSource>>(response.body)->size();
}

/// A body that is not there is an empty one.
void DropEmptyBody(Response& response) {
  const bool no_source = IsStreamed(response) && !std::get<std::shared_ptr<ByteSource>>(response.body);
  const bool no_stream = IsLive(response) && !std::get<std::shared_ptr<TextStream>>(response.body);
  if (no_source || no_stream) response.body = std::string();
}

std::string SizeText(std::uint64_t size) { return std::to_string(size); }

// Makes the response the one that conditions and ranges ask for. Returns the bytes to send.
Selection ApplyConditions(const Hooks& hooks, const Request& request, Response& response) {
  const std::uint64_t size = BodySize(response);
  const bool read = request.method == "GET" || request.method == "HEAD";
  if (!read || response.status != 200 || IsLive(response)) return {response.status, 0, size};
  const bool streamed = IsStreamed(response);
  if (streamed) response.headers.Set("Accept-Ranges", "bytes");
  const Selection selection = Select(request, response, size, streamed && request.method == "GET");
  if (selection.status == 416) {
    response = hooks.render_problem({416, "The file has only " + SizeText(size) + " bytes.", "Range"}, request);
    response.headers.Set("Content-Range", "bytes */" + SizeText(size));
    return {response.status, 0, BodySize(response)};
  }
  if (selection.status == 206) {
    response.headers.Set("Content-Range", "bytes " + SizeText(selection.first) + "-" +
                                              SizeText(selection.first + selection.count - 1) + "/" + SizeText(size));
  }
  response.status = selection.status;
  return selection;
}

void SetDefault(Headers& headers, const char* name, std::string value) {
  if (!headers.Has(name)) headers.Add(name, std::move(value));
}

void AddCommonFields(const Request& request, Response& response) {
  Headers& headers = response.headers;
  headers.Set("X-Request-Id", request.request_id);
  SetDefault(headers, "Server", "intelliclinix");
  SetDefault(headers, "Date", HttpDate(std::time(nullptr)));
  SetDefault(headers, "Cache-Control", "no-store");
  SetDefault(headers, "X-Content-Type-Options", "nosniff");
  SetDefault(headers, "X-Frame-Options", "DENY");
  SetDefault(headers, "Referrer-Policy", "no-referrer");
  SetDefault(headers, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
}

void SetFraming(Response& response, std::uint64_t count, Wire wire) {
  response.headers.Remove("Transfer-Encoding");
  response.headers.Remove("Content-Length");
  const bool chunked = IsLive(response) && wire.http_1_1;
  if (chunked) response.headers.Add("Transfer-Encoding", "chunked");
  const bool sized = !IsLive(response) && response.status != 204 && response.status != 304;
  if (sized) response.headers.Add("Content-Length", SizeText(count));
  response.headers.Remove("Connection");
  if (wire.close) response.headers.Add("Connection", "close");
  if (!wire.close && !wire.http_1_1) response.headers.Add("Connection", "keep-alive");
}

bool IsValid(const Headers& headers) {
  return std::ranges::all_of(headers, [](const auto& field) {
    const bool clean = std::ranges::none_of(field.second, [](char c) { return HasControls({&c, 1}) && c != '\t'; });
    return IsToken(field.first) && clean;
  });
}

std::string WriteHead(const Response& response) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += StatusText(response.status);
  head += "\r\n";
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  return head += "\r\n";
}

Response Refuse(const Hooks& hooks, const Request& request) {
  log::Error("response_header_invalid", {{"request_id", request.request_id}, {"route", request.route}});
  return hooks.render_problem({500, "The server made a response with a header that is not valid.", ""}, request);
}

}  // namespace

Prepared Prepare(const ServerState& state, const Request& request, Outcome outcome, Wire wire) {
  Response response = Render(state.hooks, request, std::move(outcome));
  DropEmptyBody(response);
  Selection selection = ApplyConditions(state.hooks, request, response);
  if (state.hooks.finish) state.hooks.finish(request, response);
  if (!IsValid(response.headers)) {
    response = Refuse(state.hooks, request);
    selection = {response.status, 0, BodySize(response)};
  }
  // HTTP/1.0 has no chunks: there the end of the connection is the end of the stream.
  wire.close = wire.close || EqualsIgnoreCase(response.headers.Get("Connection"), "close") ||
               (IsLive(response) && !wire.http_1_1);
  AddCommonFields(request, response);
  SetFraming(response, selection.count, wire);

  Prepared prepared;
  prepared.status = response.status;
  prepared.close = wire.close;
  prepared.text = WriteHead(response);
  prepared.head_bytes = prepared.text.size();
  if (request.method == "HEAD" || response.status == 204 || response.status == 304) return prepared;
  if (const auto* text = std::get_if<std::string>(&response.body)) {
    prepared.text += *text;
  } else if (IsLive(response)) {
    prepared.stream = std::get<std::shared_ptr<TextStream>>(response.body);
    prepared.chunked = wire.http_1_1;
  } else {
    prepared.source = std::get<std::shared_ptr<ByteSource>>(response.body);
    prepared.first = selection.first;
    prepared.count = selection.count;
  }
  return prepared;
}

}  // namespace intelliclinix::http
