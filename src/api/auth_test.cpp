#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_fixture_test.h"

namespace intelliclinix::api::testing {
namespace {

using ::testing::HasSubstr;

// Of "correct horse"; made with Python's bcrypt.
constexpr const char* kBcrypt = "$2b$04$HWYh76qHgdXh155P3aE1a.kTz9qApIQKy1s92/eB0ui2t6PE3fD76";

Json Account() {
  return {{"username", "Ada.L"},
          {"email", "Ada@Example.org"},
          {"password", "correct horse"},
          {"first_name", "Ada"},
          {"last_name", "Lovelace"}};
}

class AuthTest : public ::testing::Test {
 protected:
  http::Response Post(const std::string& path, const Json& body, const std::string& token = "") {
    return api.Call({.method = "POST", .path = path, .token = token, .body = DumpJson(body)});
  }
  http::Response Login(const std::string& username, const std::string& password) {
    return Post("/api/auth/login", {{"username", username}, {"password", password}});
  }
  int MeStatus(const std::string& token) {
    return api.Call({.method = "GET", .path = "/api/auth/me", .token = token}).status;
  }

  TestApi api;
};

TEST_F(AuthTest, SignupLoginMeLogout) {
  const http::Response made = Post("/api/auth/signup", Account());
  ASSERT_EQ(made.status, 201) << BodyText(made);
  const std::string user_id = BodyJson(made)["user_id"];

  const http::Response login = Login("ada.l", "correct horse");
  ASSERT_EQ(login.status, 200) << BodyText(login);
  const Json user = BodyJson(login)["user"];
  EXPECT_EQ(user, Json({{"_id", user_id},
                        {"username", "Ada.L"},
                        {"email", "ada@example.org"},
                        {"first_name", "Ada"},
                        {"last_name", "Lovelace"},
                        {"role", "user"},
                        {"created_at", FormatTime(api.clock.Now())},
                        {"last_login", FormatTime(api.clock.Now())}}));

  const std::string token = BodyJson(login)["access_token"];
  for (const char* path : {"/api/auth/me", "/api/auth/user", "/api/auth/me/"}) {
    const http::Response me = api.Call({.method = "GET", .path = path, .token = token});
    EXPECT_EQ(me.status, 200);
    EXPECT_EQ(BodyJson(me), Json({{"authenticated", true}, {"user", user}}));
  }
  EXPECT_EQ(BodyJson(Post("/api/auth/logout", Json::object(), token))["logout"], true);
  EXPECT_EQ(MeStatus(token), 401);
}

TEST_F(AuthTest, APasswordIsKeptAsArgon2idAndNeverShown) {
  const http::Response made = Post("/api/auth/signup", Account());
  const records::User user = *api.store.FindUser("ada.l");
  EXPECT_TRUE(user.password_hash.starts_with("$argon2id$"));
  EXPECT_THAT(BodyText(made) + BodyText(Login("ada.l", "correct horse")), ::testing::Not(HasSubstr("argon2")));
}

TEST_F(AuthTest, TakenNamesAreNamed) {
  ASSERT_EQ(Post("/api/auth/signup", Account()).status, 201);
  Json other = Account();
  other["email"] = "other@example.org";
  other["username"] = "aDA.l";
  const http::Response name = Post("/api/auth/signup", other);
  EXPECT_EQ(name.status, 409);
  EXPECT_EQ(BodyJson(name)["field"], "username");
  other["username"] = "other";
  other["email"] = "ADA@EXAMPLE.ORG";
  const http::Response email = Post("/api/auth/signup", other);
  EXPECT_EQ(email.status, 409);
  EXPECT_EQ(BodyJson(email)["field"], "email");
}

struct BadMember {
  const char* field;
  Json value;
};

TEST_F(AuthTest, EachBadMemberOfASignupIsNamed) {
  const std::string hundred_and_one(101, 'x');
  const BadMember cases[] = {
      {"username", "ab"},
      {"username", std::string(65, 'a')},
      {"username", "a b c"},
      {"username", ".ada"},
      {"username", "ad\u00e4"},
      {"username", 7},
      {"username", nullptr},
      {"username", "../../etc"},
      {"email", "ada"},
      {"email", "@example.org"},
      {"email", "ada@"},
      {"email", "a da@example.org"},
      {"email", "ada@example..org"},
      {"email", "ada@-example.org"},
      {"email", "a@b@c.org"},
      {"email", std::string(250, 'a') + "@b.org"},
      {"email", "a\n@b.org"},
      {"password", "seven77"},
      {"password", std::string(129, 'a')},
      {"password", std::string("eight\0eight", 11)},
      {"password", Json::array()},
      {"first_name", hundred_and_one},
      {"first_name", "A\tB"},
      {"last_name", hundred_and_one},
      {"last_name", true},
  };
  for (const BadMember& bad : cases) {
    Json body = Account();
    body[bad.field] = bad.value;
    const http::Response response = Post("/api/auth/signup", body);
    EXPECT_EQ(response.status, 400) << DumpJson(body);
    EXPECT_EQ(BodyJson(response)["field"], bad.field) << DumpJson(body);
  }
  const Json account = Account();
  for (const auto& [name, value] : account.items()) {
    Json body = account;
    body.erase(name);
    const http::Response response = Post("/api/auth/signup", body);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(BodyJson(response)["field"], name);
  }
  EXPECT_FALSE(api.store.FindUser("ada.l"));
}

TEST_F(AuthTest, PasswordsAreCountedInCharacters) {
  Json body = Account();
  std::string eight_umlauts;
  for (int i = 0; i < 8; ++i) eight_umlauts += "\u00e4";
  body["password"] = eight_umlauts.substr(2);
  EXPECT_EQ(Post("/api/auth/signup", body).status, 400);
  body["password"] = eight_umlauts;
  EXPECT_EQ(Post("/api/auth/signup", body).status, 201);
}

TEST_F(AuthTest, UnknownUserAndWrongPasswordAnswerAlike) {
  Post("/api/auth/signup", Account());
  const http::Response wrong = Login("ada.l", "wrong horse");
  const http::Response unknown = Login("nobody", "wrong horse");
  const http::Response huge = Login(std::string(100'000, 'a'), std::string(100'000, 'b'));
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(BodyText(wrong), BodyText(unknown));
  EXPECT_EQ(BodyText(wrong), BodyText(huge));
  EXPECT_TRUE(wrong.headers.Has("WWW-Authenticate"));
}

TEST_F(AuthTest, BcryptIsReplacedAtTheNextLogin) {
  api.AddUserWithHash("grace", kBcrypt);
  EXPECT_EQ(Login("grace", "wrong horse").status, 401);
  EXPECT_EQ(api.store.FindUser("grace")->password_hash, kBcrypt);
  EXPECT_EQ(Login("grace", "correct horse").status, 200);
  EXPECT_TRUE(api.store.FindUser("grace")->password_hash.starts_with("$argon2id$"));
  EXPECT_EQ(Login("grace", "correct horse").status, 200);
}

TEST_F(AuthTest, GuessingIsSlowedDown) {
  Post("/api/auth/signup", Account());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Login("ada.l", "wrong horse").status, 401);
  const http::Response refused = Login("ADA.L", "correct horse");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.Get("Retry-After"), "300");
  EXPECT_EQ(Login("nobody", "wrong horse").status, 401);
  api.clock.Advance(std::chrono::seconds(300));
  EXPECT_EQ(Login("ada.l", "correct horse").status, 200);
}

TEST_F(AuthTest, OneAddressCannotKeepTheServerHashing) {
  Post("/api/auth/signup", Account());
  for (int i = 0; i < 99; ++i) EXPECT_EQ(Login("nobody" + std::to_string(i), "wrong horse").status, 401);
  const http::Response login = Login("ada.l", "correct horse");
  EXPECT_EQ(login.status, 429);
  EXPECT_EQ(login.headers.Get("Retry-After"), "60");
  EXPECT_EQ(Post("/api/auth/signup", Account()).status, 429);
  api.clock.Advance(std::chrono::seconds(60));
  for (int i = 0; i < 101; ++i) EXPECT_EQ(Login("ada.l", "correct horse").status, 200);
}

TEST_F(AuthTest, RefreshTakesATokenUntilOneHourAfterItsEnd) {
  const Person person = api.AddPerson("grace");
  api.clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(MeStatus(person.token), 401);
  const http::Response refreshed = Post("/api/auth/refresh", Json::object(), person.token);
  ASSERT_EQ(refreshed.status, 200);
  EXPECT_EQ(MeStatus(BodyJson(refreshed)["access_token"]), 200);
  api.clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(Post("/api/auth/refresh", Json::object(), person.token).status, 401);
}

TEST_F(AuthTest, ALoggedOutTokenIsNotRefreshedEvenAfterItsEnd) {
  const Person person = api.AddPerson("grace");
  ASSERT_EQ(Post("/api/auth/logout", Json::object(), person.token).status, 200);
  EXPECT_EQ(Post("/api/auth/refresh", Json::object(), person.token).status, 401);
  api.clock.Advance(std::chrono::minutes(110));
  const Person other = api.AddPerson("ada");
  ASSERT_EQ(Post("/api/auth/logout", Json::object(), other.token).status, 200);
  EXPECT_EQ(Post("/api/auth/refresh", Json::object(), person.token).status, 401);
}

TEST_F(AuthTest, ATokenOfAnAccountThatIsGoneIsNoToken) {
  EXPECT_EQ(MeStatus(api.tokens.Issue(ObjectId::Generate())), 401);
}

TEST_F(AuthTest, BodiesAreReadStrictly) {
  struct Case {
    const char* body;
    const char* content_type;
    const char* field;
  };
  const Case cases[] = {
      {"{", "application/json", "body"},
      {"[]", "application/json", "body"},
      {"\"x\"", "application/json", "body"},
      {"{\"username\": \"a\", \"username\": \"b\"}", "application/json", "body"},
      {"{\"username\": \"\xff\"}", "application/json", "body"},
      {"{}", "text/plain", "Content-Type"},
      {"{}", "application/json; charset=latin1", "Content-Type"},
      {"{}", "", "Content-Type"},
      {"{}", "application/json; charset=UTF-8", "username"},
      {"{\"username\": \"a\", \"password\": \"b\", \"remember\": true}", "application/json", "remember"},
  };
  for (const Case& bad : cases) {
    const http::Response response =
        api.Call({.method = "POST", .path = "/api/auth/login", .body = bad.body, .content_type = bad.content_type});
    EXPECT_EQ(response.status, 400) << bad.body;
    EXPECT_EQ(BodyJson(response)["field"], bad.field) << bad.body;
    EXPECT_EQ(BodyJson(response)["error"], BodyJson(response)["detail"]);
    EXPECT_EQ(BodyJson(response)["request_id"], "0123456789abcdef");
    EXPECT_EQ(response.headers.Get("Content-Type"), "application/problem+json");
  }
  const http::Response query =
      api.Call({.method = "GET", .path = "/api/auth/me?x=1", .token = api.AddPerson("g").token});
  EXPECT_EQ(query.status, 400);
  EXPECT_EQ(BodyJson(query)["field"], "x");
}

TEST_F(AuthTest, TheSchemeOfTheHeaderIsRead) {
  const std::string token = api.AddPerson("grace").token;
  const auto status = [&](const std::string& value) {
    return api.Call({.method = "GET", .path = "/api/auth/me", .headers = {{"Authorization", value}}}).status;
  };
  EXPECT_EQ(status("Bearer " + token), 200);
  EXPECT_EQ(status("bearer  " + token), 200);
  EXPECT_EQ(status(token), 401);
  EXPECT_EQ(status("Basic " + token), 401);
  EXPECT_EQ(status("Bearer"), 401);
  EXPECT_EQ(status("Bearer " + token + ", Bearer " + token), 401);
}

}  // namespace
}  // namespace intelliclinix::api::testing
