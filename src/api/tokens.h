// Bearer tokens: JWTs that this server signs and only this server reads.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/object_id.h"
#include "base/result.h"

namespace intelliclinix::api {

/// What a token says.
struct Claims {
  ObjectId user_id;  ///< sub
  std::string jti;   ///< by which the token is taken back
  TimePoint issued_at;
  TimePoint expires_at;
  TimePoint signed_in_at;  ///< when a password was last given: auth_time, which refreshed tokens keep
};

/// How far ahead of ours the clock of a machine that shares the secret may be.
inline constexpr std::chrono::minutes kMaxClockSkew{5};

/// How long a sign-in can be prolonged by refreshing, unless configured otherwise.
inline constexpr std::chrono::hours kSessionLifetime{30 * 24};

/// How long after its end a token can still be exchanged for a new one.
inline constexpr std::chrono::hours kRefreshGrace{1};

/// Signs and verifies tokens: HS256 and nothing else, so that no token can choose how it is checked.
/// Threads: any; immutable.
/// Source: RFC 7519, RFC 7515, RFC 8725; auth_time: OpenID Connect Core 1.0 section 2.
class TokenIssuer {
 public:
  /// `secret` has at least 32 bytes (RFC 7518 section 3.2). Borrows: the clock.
  /// `session`: how long after a sign-in refreshing works, so that a stolen token is not good for ever.
  TokenIssuer(std::string secret, std::chrono::seconds lifetime, const Clock& clock,
              std::chrono::seconds session = kSessionLifetime);

  /// For somebody who has just shown a password.
  std::string Issue(ObjectId user_id) const;
  /// In place of a token that was verified; of no longer life than the session.
  /// Errors: kUnauthenticated when the session is over.
  Result<std::string> Refresh(const Claims& claims) const;

  /// Accepts a token until `grace` after its end; none that begins later than now (nbf), or was made later than
  /// kMaxClockSkew from now. Whether it was taken back is for the caller to ask the store.
  /// Errors: kUnauthenticated.
  Result<Claims> Verify(std::string_view token, std::chrono::seconds grace = std::chrono::seconds(0)) const;

 private:
  std::string IssueAt(ObjectId user_id, TimePoint signed_in_at) const;
  std::string Sign(std::string_view text) const;

  std::string secret_;
  std::chrono::seconds lifetime_;
  std::chrono::seconds session_;
  const Clock& clock_;
};

}  // namespace intelliclinix::api
