#include "api/hash_queue.h"

#include <utility>

namespace intelliclinix::api {
namespace {

std::unexpected<Error> TooMany() {
  return Fail(ErrorCode::kUnavailable, "Too many people are logging in at this moment. Try again in some seconds.");
}

}  // namespace

HashQueue::HashQueue(HashQueueOptions options)
    : options_(options), places_(options.parallel + options.waiting), threads_(options.parallel) {}

HashQueue::~HashQueue() { stopping_ = true; }

void HashQueue::Post(Job job) {
  if (places_.fetch_sub(1) <= 0) {
    places_.fetch_add(1);
    return job(TooMany());
  }
  const auto latest = std::chrono::steady_clock::now() + options_.patience;
  threads_.Post([this, latest, job = std::move(job)]() mutable {
    const bool late = stopping_ || std::chrono::steady_clock::now() > latest;
    job(late ? Status(TooMany()) : Status());
    places_.fetch_add(1);
  });
}

}  // namespace intelliclinix::api
