// Passes over many parameters at once: one walk through memory instead of one a formula term.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/library.h>

#include <cmath>

namespace pocketnet {
namespace {


bool sameLayout(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes() == b.sizes() && a.strides() == b.strides() && a.is_non_overlapping_and_dense();
}

void stockStep(const at::Tensor& w, const at::Tensor& g, const at::Tensor& v, double lr, double momentum, double decay) {
  const auto gradient = decay != 0 ? g.add(w, decay) : g;
  v.mul_(momentum).add_(gradient);
  w.add_(v, -lr);
}

// sgd_step_: g' = g + wd·w; v = μ·v + g'; w = w − lr·v
void sgdStep(at::TensorList weights, at::TensorList gradients, at::TensorList velocities, double lr, double momentum, double decay) {
  TORCH_CHECK(weights.size() == gradients.size() && weights.size() == velocities.size(), "weights, gradients and velocities must be as many");
  for (size_t i = 0; i < weights.size(); i++) {
    const at::Tensor &w = weights[i], &g = gradients[i], &v = velocities[i];
    TORCH_CHECK(!(at::GradMode::is_enabled() && w.requires_grad()), "weights that require a gradient are changed in place: call it within noGrad");
    TORCH_CHECK(w.sizes() == g.sizes() && w.sizes() == v.sizes(), "weight ", i, " and its gradient or velocity differ in shape");
    TORCH_CHECK(!w.is_same(g) && !w.is_same(v) && !g.is_same(v), "weight ", i, ", its gradient and its velocity must be different tensors");
    const bool fused = w.is_cpu() && g.is_cpu() && v.is_cpu() && w.scalar_type() == at::kFloat && g.scalar_type() == at::kFloat && v.scalar_type() == at::kFloat &&
                       g.layout() == at::kStrided && sameLayout(w, g) && sameLayout(w, v);
    if (!fused) {
      stockStep(w, g, v, lr, momentum, decay);
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
}

// total_norm: the L2 norm over all elements of all tensors, in float64
double totalNorm(at::TensorList tensors) {
  double total = 0;
  for (const at::Tensor& tensor : tensors) {
    if (!(tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_non_overlapping_and_dense())) {
      const double norm = tensor.norm().item<double>();
      total += norm * norm;
      continue;
    }
    const float* __restrict__ p = tensor.data_ptr<float>();
    const int64_t n = tensor.numel();
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t k = 0; k < n; k++) sum += static_cast<double>(p[k]) * static_cast<double>(p[k]);
    total += sum;
  }
  return std::sqrt(total);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(pocketnet, m) {
  m.def("sgd_step_(Tensor(a!)[] weights, Tensor[] gradients, Tensor(b!)[] velocities, float lr, float momentum, float weight_decay) -> ()",
        [](at::TensorList w, at::TensorList g, at::TensorList v, double lr, double mu, double wd) { sgdStep(w, g, v, lr, mu, wd); });
  m.def("total_norm(Tensor[] tensors) -> float", [](at::TensorList tensors) { return totalNorm(tensors); });
}

}  // namespace pocketnet
