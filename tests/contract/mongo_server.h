// The MongoDB server that tests run on.
#pragma once

#include <string>

#include <sys/types.h>

namespace intelliclinix::testing_mongo {

/// A server of this process, or the one that INTELLICLINIX_TEST_MONGO_URI names.
/// Owns: the server's process and its folder; both go with it.
class MongoServer {
 public:
  /// Starts it. Throws std::runtime_error where that fails: there is nothing to test then.
  MongoServer();
  MongoServer(const MongoServer&) = delete;
  MongoServer& operator=(const MongoServer&) = delete;
  ~MongoServer();

  /// The URI of a database that no other test has had. All of them are dropped at the end.
  std::string NewDatabase();
  /// That of the last NewDatabase.
  std::string LastDatabase() const;
  /// The URI of the database `name`.
  std::string UriOf(const std::string& name) const;

  /// Ends the server, as a crash does; later tests of this process have none.
  void Kill();
  bool own() const { return pid_ > 0; }

 private:
  void Start();

  std::string uri_;  // with a slash where the name of the database goes
  std::string folder_;
  std::string run_;  // in the names of databases
  int databases_ = 0;
  pid_t pid_ = 0;
  int stdin_ = -1;
};

/// The server that all tests of this process share; started when it is first asked for.
MongoServer& SharedMongoServer();

}  // namespace intelliclinix::testing_mongo
