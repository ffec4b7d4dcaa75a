// What tests of the MongoDB store alone share: its database without the store before it, and cuts.
#pragma once

#include <functional>
#include <memory>

#include "mongo_server.h"
#include "store/mongo/connection.h"
#include "store/mongo/documents.h"
#include "store_contract.h"

namespace intelliclinix::store {

/// The MongoDB store alone. A database of its own for each test, on a server that runs as long as this program.
StoreKind MongoKind();

/// A store on a server of our own, whose clients can be made to die between two commands. Elsewhere than on such a
/// server there is nothing to test.
class MongoContract : public StoreContract {
 protected:
  MongoContract();
  ~MongoContract() override;

  /// The store, and everybody else, gets `commands` more through to the server, and no more until Heal.
  void Cut(int commands);
  void Heal() { Cut(-1); }

  /// Calls body(k) for k = 0, 1, ..., each time with a cut after k commands, until one returns true: it got to its end.
  /// What was cut short is looked at by after(k), healed.
  void CutEverywhere(const std::function<bool()>& body, const std::function<void()>& after);

  /// What other processes do about what was cut short: leases run out, starts and endings are completed, orphans of
  /// long ago go. `tasks`: of an inference that is to be dispatched.
  void Sweep(const std::function<std::vector<records::Task>(ObjectId)>& tasks);
  /// Nothing contradicts itself, and nothing is left of what is gone.
  void ExpectSound();

  std::int64_t Count(const char* collection, const mongo::Document& filter = {}) {
    return database_->Count(collection, filter).value();
  }
  mongo::Connection& database() { return *database_; }

 private:
  std::unique_ptr<mongo::Connection> database_;
};

}  // namespace intelliclinix::store
