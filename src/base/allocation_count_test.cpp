#include "base/allocation_count_test.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> allocation_count = 0;
std::atomic<long> allocated_bytes = 0;

void* Allocate(std::size_t size, std::size_t unit = alignof(std::max_align_t)) {
  ++allocation_count;
  allocated_bytes += static_cast<long>(size);
  return std::aligned_alloc(unit, std::max<std::size_t>(1, (size + unit - 1) / unit) * unit);
}

void* OrThrow(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// All of them, so that none of another library's is freed here.
void* operator new(std::size_t size) { return OrThrow(Allocate(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return OrThrow(Allocate(size, static_cast<std::size_t>(alignment)));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return Allocate(size, static_cast<std::size_t>(alignment));
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace intelliclinix {

long AllocationCount() { return allocation_count; }
long AllocatedBytes() { return allocated_bytes; }

}  // namespace intelliclinix
