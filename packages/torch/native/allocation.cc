// The processor's memory for tensors: large tensors lie on large pages, one that does not fit is refused, and freed memory is kept if asked.
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <mutex>
#include <string>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "compat.h"
#include "engine.h"

namespace pocketnet {
namespace {

// A training step makes and frees a thousand tensors of megabytes. By default glibc hands such memory back to the kernel each time, and
// fetching it anew, page by page, costs a quarter of the step; keeping it costs nothing, since the next step needs as much. Above 32 MiB
// glibc takes no threshold: there, too, memory is kept only if none is mapped on its own. It concerns the whole process, which therefore asks
// for it: POCKETNET_KEEP_MEMORY=1, as the `pocketnet` command does.
void keepFreedMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

// What glibc keeps of freed memory, in bytes.
uint64_t keptMemory() {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  return mallinfo2().fordblks;
#else
  return 0;
#endif
}

constexpr size_t kOnLargePages = size_t{4} << 20;

// A page of 2 MiB instead of 512 of 4 KiB: fewer faults, fewer misses of the table of pages. Advice only; refused, nothing changes.
void useLargePages([[maybe_unused]] void* data, [[maybe_unused]] size_t bytes) {
#ifdef __linux__
  static const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<uintptr_t>(data) + page - 1) / page * page;
  const auto end = (reinterpret_cast<uintptr_t>(data) + bytes) / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

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

// Linux promises more memory than there is and ends the process that takes the promise up. A tensor larger than what is free is
// therefore refused when it is made, as an Error that says both sizes.
void requireRoom(size_t bytes) {
  uint64_t available = availableMemory();
  if (bytes <= available) return;
  available += keptMemory();
  TORCH_CHECK(bytes <= available, "a tensor of ", bytes >> 20, " MiB does not fit into the ", available >> 20, " MiB of memory that are free");
}

class TensorAllocator final : public c10::Allocator {
 public:
  explicit TensorAllocator(c10::Allocator* inner) : inner_(inner) {}

  c10::DataPtr allocate(size_t bytes) POCKETNET_ALLOCATE_CONST override {
    if (bytes >= kLarge) requireRoom(bytes);
    auto data = inner_->allocate(bytes);
    if (bytes >= kOnLargePages) useLargePages(data.get(), bytes);
    return data;
  }

  c10::DeleterFnPtr raw_deleter() const override { return inner_->raw_deleter(); }

#if POCKETNET_TORCH_AT_LEAST(2, 3)
  void copy_data(void* to, const void* from, std::size_t bytes) const override { inner_->copy_data(to, from, bytes); }
#endif

 private:
  c10::Allocator* inner_;
};

}  // namespace

void manageMemory() {
  static std::once_flag once;
  std::call_once(once, [] {
    const char* keep = std::getenv("POCKETNET_KEEP_MEMORY");
    if (keep && std::string(keep) == "1") keepFreedMemory();
    c10::SetCPUAllocator(new TensorAllocator(c10::GetCPUAllocator()), 1);  // libtorch keeps it
  });
}

}  // namespace pocketnet
