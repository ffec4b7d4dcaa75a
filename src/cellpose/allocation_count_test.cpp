#include "cellpose/allocation_count_test.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> allocation_count = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocation_count;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace intelliclinix::cellpose {

long AllocationCount() { return allocation_count; }

}  // namespace intelliclinix::cellpose
