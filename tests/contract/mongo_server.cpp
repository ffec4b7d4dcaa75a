#include "mongo_server.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/object_id.h"
#include "store/mongo/connection.h"

namespace intelliclinix::testing_mongo {
namespace {

/// Splits a URI behind its hosts: in front, and "?options" behind the database's name.
std::pair<std::string, std::string> SplitUri(const std::string& uri) {
  const std::size_t hosts = uri.find("://") + 3;
  const std::size_t slash = std::min(uri.find('/', hosts), uri.size());
  const std::size_t options = std::min(uri.find('?', hosts), uri.size());
  return {uri.substr(0, std::min(slash, options)), uri.substr(options)};
}

[[noreturn]] void Run(const std::string& state, int in, int out) {
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  execl(INTELLICLINIX_MONGO_SERVER, INTELLICLINIX_MONGO_SERVER, "-state", state.c_str(), "-until-stdin-closes",
        nullptr);
  _exit(127);
}

/// The line that the server prints.
std::string ReadLine(int from) {
  std::string line;
  char letter = 0;
  while (read(from, &letter, 1) == 1 && letter != '\n') line += letter;
  return line;
}

}  // namespace

MongoServer::MongoServer() : run_(ObjectId::Generate().ToString()) {
  const char* const given = std::getenv("INTELLICLINIX_TEST_MONGO_URI");
  if (given != nullptr && *given != '\0') {
    uri_ = given;
  } else {
    Start();
  }
}

void MongoServer::Start() {
  folder_ = (std::filesystem::temp_directory_path() / "mongo_server.XXXXXX").string();
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (mkdtemp(folder_.data()) == nullptr || pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("There is no folder or pipe for the MongoDB server.");
  }
  pid_ = fork();
  if (pid_ == 0) Run(folder_, in[0], out[1]);
  close(in[0]);
  close(out[1]);
  stdin_ = in[1];
  uri_ = ReadLine(out[0]);
  close(out[0]);
  if (uri_.empty())
    throw std::runtime_error(INTELLICLINIX_MONGO_SERVER " does not start. Run tools/setup and build it.");
}

MongoServer::~MongoServer() {
  if (pid_ == 0) {
    for (int i = 1; i <= databases_; ++i) {
      const auto connection = store::mongo::Connection::Open(UriOf("intelliclinix_test_" + run_ + std::to_string(i)));
      if (connection) static_cast<void>((*connection)->Command(store::mongo::Make("dropDatabase", 1)));
    }
    return;
  }
  Kill();
  std::filesystem::remove_all(folder_);
}

void MongoServer::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(stdin_);
  pid_ = -1;
}

std::string MongoServer::UriOf(const std::string& name) const {
  const auto [front, options] = SplitUri(uri_);
  return front + "/" + name + options;
}

std::string MongoServer::NewDatabase() {
  ++databases_;
  return LastDatabase();
}

std::string MongoServer::LastDatabase() const {
  return UriOf("intelliclinix_test_" + run_ + std::to_string(databases_));
}

MongoServer& SharedMongoServer() {
  static MongoServer server;
  return server;
}

}  // namespace intelliclinix::testing_mongo
