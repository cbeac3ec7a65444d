// Memory that begins on a cache line: a vector that lies across two of them costs two accesses.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

namespace pocketnet {

constexpr size_t kCacheLine = 64;

template <typename T>
struct OnCacheLines {
  using value_type = T;
  OnCacheLines() = default;
  template <typename U>
  OnCacheLines(const OnCacheLines<U>&) {}
  T* allocate(size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t(kCacheLine))); }
  void deallocate(T* data, size_t) { ::operator delete(data, std::align_val_t(kCacheLine)); }
  template <typename U>
  bool operator==(const OnCacheLines<U>&) const { return true; }
  template <typename U>
  bool operator!=(const OnCacheLines<U>&) const { return false; }
};

using Numbers = std::vector<float, OnCacheLines<float>>;

// Memory that a thread keeps from call to call, by number.
class Scratch {
 public:
  float* get(size_t which, int64_t size) {
    if (buffers_.size() <= which) buffers_.resize(which + 1);
    Numbers& buffer = buffers_[which];
    if (static_cast<int64_t>(buffer.size()) < size) buffer.resize(static_cast<size_t>(size));
    return buffer.data();
  }

 private:
  std::vector<Numbers> buffers_;
};

}  // namespace pocketnet
