// Everything that differs between libtorch 1.13 and 2.x, in one place.
#pragma once
#include <ATen/autocast_mode.h>
#include <torch/version.h>

#define POCKETNET_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

#ifdef USE_C10D
#include <torch/csrc/autograd/variable.h>
#if POCKETNET_TORCH_AT_LEAST(2, 0)
#include <torch/csrc/distributed/c10d/Backend.hpp>
#else
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#endif
#endif

// c10::Allocator::allocate lost its const in 2.3.
#if POCKETNET_TORCH_AT_LEAST(2, 3)
#define POCKETNET_ALLOCATE_CONST
#else
#define POCKETNET_ALLOCATE_CONST const
#endif

namespace pocketnet::compat {

#ifdef USE_C10D
// What Gloo and NCCL derive from: 2.0 parted it from the group that chooses among them.
#if POCKETNET_TORCH_AT_LEAST(2, 0)
using Collectives = c10d::Backend;
#else
using Collectives = c10d::ProcessGroup;
#endif

// What adds up a leaf's gradient: held by a shared_ptr in 1.13 and 2.6, by an intrusive_ptr in 2.13.
using Accumulator = decltype(torch::autograd::impl::grad_accumulator(std::declval<const at::Tensor&>()));

// Debian builds libtorch without libuv, which 2.x would take for its store by default; older ones know nothing of it.
template <typename Options>
auto withoutLibuv(Options& options, int) -> decltype(static_cast<void>(options.useLibUV)) {
  options.useLibUV = false;
}
template <typename Options>
void withoutLibuv(Options&, long) {}
#endif

inline bool isAutocast(c10::DeviceType device) {
#if POCKETNET_TORCH_AT_LEAST(2, 4)
  return at::autocast::is_autocast_enabled(device);
#else
  return device == c10::DeviceType::CPU ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled();
#endif
}

inline void setAutocast(c10::DeviceType device, bool enabled, at::ScalarType dtype) {
#if POCKETNET_TORCH_AT_LEAST(2, 4)
  at::autocast::set_autocast_dtype(device, dtype);
  at::autocast::set_autocast_enabled(device, enabled);
#else
  if (device == c10::DeviceType::CPU) {
    at::autocast::set_autocast_cpu_dtype(dtype);
    at::autocast::set_cpu_enabled(enabled);
  } else {
    at::autocast::set_autocast_gpu_dtype(dtype);
    at::autocast::set_enabled(enabled);
  }
#endif
}

}  // namespace pocketnet::compat
