// Passes over many parameters at once: one walk through memory instead of one a formula term.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/library.h>

#include <cmath>
#include <vector>

namespace pocketnet {
namespace {


bool sameLayout(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes() == b.sizes() && a.strides() == b.strides() && a.is_non_overlapping_and_dense();
}

// What libtorch has for lists: on a GPU a few launches for all of them, where one tensor at a time takes four each.
void stockStep(at::TensorList weights, at::TensorList gradients, at::TensorList velocities, double lr, double momentum, double decay) {
  if (weights.empty()) return;
  at::_foreach_mul_(velocities, momentum);
  if (decay != 0) at::_foreach_add_(velocities, at::_foreach_add(gradients, weights, decay));
  else at::_foreach_add_(velocities, gradients);
  at::_foreach_add_(weights, velocities, -lr);
}

// sgd_step_: g' = g + wd·w; v = μ·v + g'; w = w − lr·v
void sgdStep(at::TensorList weights, at::TensorList gradients, at::TensorList velocities, double lr, double momentum, double decay) {
  TORCH_CHECK(weights.size() == gradients.size() && weights.size() == velocities.size(), "weights, gradients and velocities must be as many");
  std::vector<at::Tensor> otherWeights, otherGradients, otherVelocities;
  for (size_t i = 0; i < weights.size(); i++) {
    const at::Tensor &w = weights[i], &g = gradients[i], &v = velocities[i];
    TORCH_CHECK(!(at::GradMode::is_enabled() && w.requires_grad()), "weights that require a gradient are changed in place: call it within noGrad");
    TORCH_CHECK(w.sizes() == g.sizes() && w.sizes() == v.sizes(), "weight ", i, " and its gradient or velocity differ in shape");
    TORCH_CHECK(!w.is_same(g) && !w.is_same(v) && !g.is_same(v), "weight ", i, ", its gradient and its velocity must be different tensors");
    const bool fused = w.is_cpu() && g.is_cpu() && v.is_cpu() && w.scalar_type() == at::kFloat && g.scalar_type() == at::kFloat && v.scalar_type() == at::kFloat &&
                       g.layout() == at::kStrided && sameLayout(w, g) && sameLayout(w, v);
    if (!fused) {
      otherWeights.push_back(w);
      otherGradients.push_back(g);
      otherVelocities.push_back(v);
      continue;
    }
    float* __restrict__ pw = w.data_ptr<float>();
    const float* __restrict__ pg = g.data_ptr<float>();
    float* __restrict__ pv = v.data_ptr<float>();
    const auto flr = static_cast<float>(lr), fm = static_cast<float>(momentum), fd = static_cast<float>(decay);
    const int64_t n = w.numel();
#pragma omp simd
    for (int64_t k = 0; k < n; k++) {
      const float velocity = fm * pv[k] + (pg[k] + fd * pw[k]);
      pv[k] = velocity;
      pw[k] -= flr * velocity;
    }
    w.unsafeGetTensorImpl()->bump_version();
    v.unsafeGetTensorImpl()->bump_version();
  }
  stockStep(otherWeights, otherGradients, otherVelocities, lr, momentum, decay);
}

// total_norm: the L2 norm over all elements of all tensors, in float64. A GPU is waited for once, not once a tensor.
double totalNorm(at::TensorList tensors) {
  double total = 0;
  std::vector<at::Tensor> norms;
  for (const at::Tensor& tensor : tensors) {
    if (!(tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_non_overlapping_and_dense())) {
      norms.push_back(tensor.norm(2, at::kDouble).to(norms.empty() ? tensor.device() : norms[0].device()));
      continue;
    }
    const float* __restrict__ p = tensor.data_ptr<float>();
    const int64_t n = tensor.numel();
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t k = 0; k < n; k++) sum += static_cast<double>(p[k]) * static_cast<double>(p[k]);
    total += sum;
  }
  if (!norms.empty()) total += at::stack(norms).square().sum().item<double>();
  return std::sqrt(total);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(pocketnet, m) {
  m.def("sgd_step_(Tensor(a!)[] weights, Tensor[] gradients, Tensor(b!)[] velocities, float lr, float momentum, float weight_decay) -> ()",
        [](at::TensorList w, at::TensorList g, at::TensorList v, double lr, double mu, double wd) { sgdStep(w, g, v, lr, mu, wd); });
  m.def("total_norm(Tensor[] tensors) -> float", [](at::TensorList tensors) { return totalNorm(tensors); });
}

}  // namespace pocketnet
