// Things that take time to make, made once for all who ask, and kept while there is room.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/thread_pool.h"

namespace intelliclinix {

struct SharedCacheOptions {
  std::uint64_t max_bytes = 0;    ///< of all that is kept; the one made last is kept whatever it takes
  std::size_t max_entries = 256;  ///< kept
  std::size_t max_waiting = 500;  ///< who wait for something to be made; one more is refused at once
  int threads = 2;                ///< that make things
};

/// Keeps values by key, those that were asked for last. Who asks for one that is being made waits without a thread.
/// Failures are told to all who wait, and not kept.
/// Threads: any.
template <typename Value>
class SharedCache {
 public:
  using Shared = std::shared_ptr<const Value>;
  /// Makes a value, with its size in bytes.
  using Make = std::move_only_function<Result<std::pair<Shared, std::uint64_t>>()>;
  /// Takes it. It must not throw.
  using Then = std::move_only_function<void(const Result<Shared>& value)>;

  explicit SharedCache(const SharedCacheOptions& options) : options_(options), threads_(options.threads) {}
  /// Who waits for what has not been begun is refused.
  ~SharedCache() { stopping_ = true; }
  SharedCache(const SharedCache&) = delete;
  SharedCache& operator=(const SharedCache&) = delete;

  /// What is there already, or null.
  Shared Find(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    return Touch(key);
  }

  /// Calls `then` once: here and now with what is there, or on a thread of the cache with what `make` makes.
  /// Errors in it: those of `make`; kUnavailable when too many wait, or at the end.
  void Get(const std::string& key, Make make, Then then) {
    Shared there;
    switch (Join(key, then, there)) {
      case Joined::kFound:
        return then(there);
      case Joined::kRefused:
        return then(Fail(ErrorCode::kUnavailable, "Too many images are being opened. Try again in a moment."));
      case Joined::kWaits:
        return;
      case Joined::kIsFirst:
        return threads_.Post([this, key, make = std::move(make)]() mutable { Run(key, make); });
    }
  }

 private:
  struct Entry {
    Shared value = nullptr;  // null while it is being made
    std::uint64_t bytes = 0;
    std::list<std::string>::iterator place{};  // among recent_, once it is made
    std::vector<Then> waiting{};               // while it is being made
  };
  enum class Joined { kFound, kIsFirst, kWaits, kRefused };
  using Made = Result<std::pair<Shared, std::uint64_t>>;

  Shared Touch(const std::string& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end() || !found->second.value) return nullptr;
    recent_.splice(recent_.begin(), recent_, found->second.place);
    return found->second.value;
  }

  /// Takes `then` where it is to wait; sets `there` where it need not.
  Joined Join(const std::string& key, Then& then, Shared& there) {
    const std::scoped_lock lock(mutex_);
    there = Touch(key);
    if (there) return Joined::kFound;
    if (waiting_ >= options_.max_waiting) return Joined::kRefused;
    const auto [at, is_new] = entries_.try_emplace(key);
    at->second.waiting.push_back(std::move(then));
    ++waiting_;
    return is_new ? Joined::kIsFirst : Joined::kWaits;
  }

  void Run(const std::string& key, Make& make) {
    Made made = MakeGuarded(make);
    const Result<Shared> value = made ? Result<Shared>(made->first) : std::unexpected(made.error());
    for (Then& then : Settle(key, made)) then(value);
  }

  Made MakeGuarded(Make& make) {
    if (stopping_) return Fail(ErrorCode::kUnavailable, "The server is stopping. Try again in a moment.");
    try {
      return make();
    } catch (const std::exception& exception) {
      return Fail(ErrorCode::kInternal, std::string("Opening the image failed (") + exception.what() + ").");
    }
  }

  /// Keeps what was made, if it was, and returns who waits for it.
  std::vector<Then> Settle(const std::string& key, const Made& made) {
    std::vector<Shared> forgotten;  // let go of outside of the lock
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(key);
    std::vector<Then> waiting = std::move(found->second.waiting);
    waiting_ -= waiting.size();
    if (!made) {
      entries_.erase(found);
      return waiting;
    }
    recent_.push_front(key);
    found->second = {.value = made->first, .bytes = made->second, .place = recent_.begin()};
    bytes_ += made->second;
    while (recent_.size() > 1 && (bytes_ > options_.max_bytes || recent_.size() > options_.max_entries)) {
      forgotten.push_back(ForgetOldest());
    }
    return waiting;
  }

  Shared ForgetOldest() {
    const auto oldest = entries_.find(recent_.back());
    Shared value = std::move(oldest->second.value);
    bytes_ -= oldest->second.bytes;
    entries_.erase(oldest);
    recent_.pop_back();
    return value;
  }

  const SharedCacheOptions options_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::list<std::string> recent_;  // keys of what is kept, the one asked for last first
  std::uint64_t bytes_ = 0;        // kept
  std::size_t waiting_ = 0;        // in all entries
  std::atomic<bool> stopping_ = false;
  ThreadPool threads_;  // last, so that it ends first
};

}  // namespace intelliclinix
