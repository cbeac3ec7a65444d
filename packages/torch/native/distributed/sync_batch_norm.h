#pragma once
#include "group.h"

namespace pocketnet {

struct BatchNormState {
  at::Tensor weight, bias;  // undefined: 1 and 0
  at::Tensor runningMean, runningVar;
  double momentum, eps;
};

// Batch normalisation of [N, C, …] with the statistics of all ranks' batches together. The ranks' N may differ.
at::Tensor syncBatchNorm(const c10::intrusive_ptr<Group>& group, const at::Tensor& input, const BatchNormState& state);

}  // namespace pocketnet
