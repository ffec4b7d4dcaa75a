#include "base/allocation_count_test.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> allocation_count = 0;
std::atomic<long> allocated_bytes = 0;

void* Counted(void* memory, std::size_t size) {
  if (memory == nullptr) throw std::bad_alloc();
  ++allocation_count;
  allocated_bytes += static_cast<long>(size);
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return Counted(std::malloc(size == 0 ? 1 : size), size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return Counted(std::aligned_alloc(unit, (size + unit - 1) / unit * unit), size);
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace intelliclinix {

long AllocationCount() { return allocation_count; }
long AllocatedBytes() { return allocated_bytes; }

}  // namespace intelliclinix
