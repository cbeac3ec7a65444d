// Our kernels are differentiable once.
#pragma once
#include <ATen/core/grad_mode.h>
#include <c10/util/Exception.h>

namespace pocketnet {

// Called by every backward: under createGraph its result would silently lack its own derivative, which is worse than an error.
inline void refuseSecondDerivative(const char* kernel) {
  TORCH_CHECK(!at::GradMode::is_enabled(), kernel, " has no second derivative: use the stock layers where createGraph is asked for");
}

}  // namespace pocketnet
