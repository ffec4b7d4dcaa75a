#include "http/request_parser.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "http/target.h"
#include "http/text.h"

namespace intelliclinix::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;

// The connection bounds heads and bodies itself.
constexpr std::uint32_t kNoHeadLimit = 1 << 30;
constexpr std::uint64_t kNoBodyLimit = UINT64_MAX;  // with boost::none, 1.74 refuses every Content-Length

std::string ToString(beast::string_view text) { return std::string(text.data(), text.size()); }

}  // namespace

class RequestParser::Impl final : public beast::http::basic_parser<true> {
 public:
  Impl() {
    header_limit(kNoHeadLimit);
    body_limit(kNoBodyLimit);
  }

  void SetRequest(Request* request) { request_ = request; }
  void SetOutput(std::span<std::byte> out) { out_ = out; }
  std::size_t output_left() const { return out_.size(); }
  const std::string& target() const { return target_; }
  bool http_1_1() const { return version_ == 11; }

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       error_code&) override {
    request_->method = ToString(method);
    target_ = ToString(target);
    version_ = version;
  }

  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value, error_code&) override {
    if (request_ == nullptr) return;  // a trailer; nobody asks for one
    const std::string key = ToString(name);
    if (request_->headers.Has(key)) {
      request_->headers.Set(key, std::string(request_->headers.Get(key)) + ", " + ToString(value));
    } else {
      request_->headers.Add(key, ToString(value));
    }
  }

  std::size_t on_body_impl(beast::string_view body, error_code& error) override {
    const std::size_t count = std::min(body.size(), out_.size());
    if (count > 0) std::memcpy(out_.data(), body.data(), count);
    out_ = out_.subspan(count);
    if (count < body.size()) error = beast::http::error::need_buffer;
    return count;
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code& error) override {
    return on_body_impl(body, error);
  }

  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  void on_finish_impl(error_code&) override {}
  void on_response_impl(int, beast::string_view, int, error_code&) override {}

  Request* request_ = nullptr;  // while the head is read
  std::span<std::byte> out_;
  std::string target_;
  int version_ = 11;
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

std::optional<Problem> RequestParser::ReadHead(std::string_view head, Request& request) {
  impl_->SetRequest(&request);
  error_code error;
  impl_->put(boost::asio::const_buffer(head.data(), head.size()), error);
  impl_->SetRequest(nullptr);
  if (error || !impl_->is_header_done()) return Problem{400, "The request's head is malformed: " + error.message(), ""};
  if (Status status = ParseTarget(impl_->target(), request); !status) {
    return Problem{400, status.error().message, status.error().field};
  }
  return std::nullopt;
}

bool RequestParser::http_1_1() const { return impl_->http_1_1(); }
bool RequestParser::keep_alive() const { return impl_->keep_alive(); }
bool RequestParser::body_done() const { return impl_->is_done(); }

std::optional<std::uint64_t> RequestParser::content_length() const {
  if (impl_->chunked()) return std::nullopt;
  return impl_->content_length().value_or(0);
}

RequestParser::Decoded RequestParser::DecodeBody(std::string_view in, std::span<std::byte> out) {
  assert(!out.empty());
  impl_->SetOutput(out);
  Decoded decoded;
  while (!impl_->is_done() && impl_->output_left() > 0) {
    error_code error;
    const std::string_view rest = in.substr(decoded.consumed);
    const std::size_t used = impl_->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    decoded.consumed += used;
    if (error == beast::http::error::need_more || error == beast::http::error::need_buffer) break;
    if (error) {
      decoded.problem = Problem{400, "The chunked request body is damaged: " + error.message() + ".", "body"};
      break;
    }
    if (rest.empty()) break;
  }
  decoded.produced = out.size() - impl_->output_left();
  impl_->SetOutput({});
  return decoded;
}

}  // namespace intelliclinix::http
