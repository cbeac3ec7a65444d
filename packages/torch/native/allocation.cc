// Linux promises more memory than there is and ends the process that takes the promise up. A tensor larger than what is free is
// therefore refused when it is made, as an Error that says both sizes.
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <cstdint>
#include <fstream>
#include <limits>
#include <mutex>
#include <string>

#include "compat.h"
#include "engine.h"

namespace pocketnet {
namespace {

constexpr size_t kLarge = size_t{64} << 20;  // smaller ones are not worth reading /proc for

// The number behind a name in a file of `name number` lines, times a unit; the largest number when it is not there.
uint64_t entry(const char* path, const std::string& name, uint64_t unit) {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    uint64_t number;
    if (word == name && file >> number) return number * unit;
    file.clear();
  }
  return std::numeric_limits<uint64_t>::max();
}

// What a container may still take: its limit less what its processes hold; file caches give way.
uint64_t leftInContainer() {
  std::ifstream file("/sys/fs/cgroup/memory.max");
  uint64_t limit;
  if (!(file >> limit)) return std::numeric_limits<uint64_t>::max();
  const uint64_t held = entry("/sys/fs/cgroup/memory.stat", "anon", 1);
  return held < limit ? limit - held : 0;
}

uint64_t availableMemory() { return std::min(entry("/proc/meminfo", "MemAvailable:", 1024), leftInContainer()); }

class BoundedAllocator final : public c10::Allocator {
 public:
  explicit BoundedAllocator(c10::Allocator* inner) : inner_(inner) {}

  c10::DataPtr allocate(size_t bytes) POCKETNET_ALLOCATE_CONST override {
    if (bytes >= kLarge) {
      const uint64_t available = availableMemory();
      TORCH_CHECK(bytes <= available, "a tensor of ", bytes >> 20, " MiB does not fit into the ", available >> 20, " MiB of memory that are free");
    }
    return inner_->allocate(bytes);
  }

  c10::DeleterFnPtr raw_deleter() const override { return inner_->raw_deleter(); }

#if POCKETNET_TORCH_AT_LEAST(2, 3)
  void copy_data(void* to, const void* from, std::size_t bytes) const override { inner_->copy_data(to, from, bytes); }
#endif

 private:
  c10::Allocator* inner_;
};

}  // namespace

void boundAllocations() {
  static std::once_flag once;
  std::call_once(once, [] { c10::SetCPUAllocator(new BoundedAllocator(c10::GetCPUAllocator()), 1); });  // libtorch keeps it
}

}  // namespace pocketnet
