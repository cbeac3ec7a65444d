// y = γ·x̂ + β with x̂ = (x − μ)/√(σ² + ε), where μ and σ² are those of all n elements of a channel on all ranks.
// ∂x = γ/√(σ² + ε) · (∂y − Σ∂y/n − x̂·Σ(∂y·x̂)/n), the sums over all ranks. ∂γ and ∂β are this rank's: the ranks' gradients are averaged elsewhere.
#include "sync_batch_norm.h"

#include <torch/csrc/autograd/custom_function.h>

namespace pocketnet {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Statistics {
  at::Tensor mean, var;  // float64[C], var biased
  double count;
};

// The ranks' means and variances joined (Chan, Golub and LeVeque, 1979): no sum of squares, nothing cancels.
Statistics statisticsOfAll(Group& group, const at::Tensor& x) {
  const int64_t channels = x.size(1);
  const double own = static_cast<double>(x.numel()) / static_cast<double>(channels);
  const auto [mean, var] = at::batch_norm_update_stats(x, {}, {}, 0.0);
  const auto options = x.options().dtype(at::kDouble);
  at::Tensor gathered;
  group.allGather(at::cat({mean.to(at::kDouble), var.to(at::kDouble), at::full({1}, own, options)}).unsqueeze(0), &gathered,
                  "batch norm's all-gather of statistics").wait();
  const at::Tensor means = gathered.narrow(1, 0, channels);
  const at::Tensor vars = gathered.narrow(1, channels, channels);
  const at::Tensor counts = gathered.narrow(1, 2 * channels, 1);
  const double count = counts.sum().item<double>();
  const at::Tensor all = (counts * means).sum(0) / count;
  return {all, (counts * (vars + (means - all).square())).sum(0) / count, count};
}

struct SyncBatchNorm : torch::autograd::Function<SyncBatchNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                            const c10::intrusive_ptr<Group>& group, const BatchNormState& state) {
    const Statistics all = statisticsOfAll(*group, input);
    if (all.count <= 1) throw std::runtime_error("batch norm needs more than one value per channel to train");
    const at::Tensor mean = all.mean.to(input.scalar_type());
    const at::Tensor var = all.var.to(input.scalar_type());
    state.runningMean.mul_(1 - state.momentum).add_(mean, state.momentum);
    state.runningVar.mul_(1 - state.momentum).add_(var, state.momentum * all.count / (all.count - 1));
    context->save_for_backward({input, weight, mean, var});
    context->saved_data["group"] = c10::IValue::make_capsule(group);
    context->saved_data["count"] = all.count;
    context->saved_data["eps"] = state.eps;
    return std::get<0>(at::native_batch_norm(input, weight, bias, mean, var, false, 0.0, state.eps));
  }

  // What the stock kernel returns for fixed statistics is γ/√(σ² + ε)·∂y and both sums; the rest is a line a·x + b for each channel.
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &weight = saved[1], &mean = saved[2], &var = saved[3];
    const double eps = context->saved_data["eps"].toDouble();
    const double count = context->saved_data["count"].toDouble();
    const auto group = c10::static_intrusive_pointer_cast<Group>(context->saved_data["group"].toCapsule());
    const at::Tensor outer = gradients[0].contiguous(input.suggest_memory_format());
    const at::Tensor inverse = (var.to(at::kDouble) + eps).rsqrt();
    auto [gradient, gradWeight, gradBias] = at::native_batch_norm_backward(
        outer, input, weight, mean, var, mean, inverse.to(input.scalar_type()), false, eps, {true, true, true});

    const at::Tensor sums = at::stack({gradBias, gradWeight}).to(at::kDouble);
    group->allReduce(sums, Reduction::sum, "batch norm's all-reduce of gradients").wait();
    if (context->needs_input_grad(0)) {
      const at::Tensor scale = weight.to(at::kDouble) * inverse / count;
      const at::Tensor a = -scale * inverse * sums[1];
      const at::Tensor b = -scale * sums[0] - a * mean.to(at::kDouble);
      std::vector<int64_t> shape(static_cast<size_t>(input.dim()), 1);
      shape[1] = input.size(1);
      gradient.addcmul_(input, a.to(input.scalar_type()).view(shape)).add_(b.to(input.scalar_type()).view(shape));
    }
    return {gradient, gradWeight, gradBias, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor syncBatchNorm(const c10::intrusive_ptr<Group>& group, const at::Tensor& input, const BatchNormState& state) {
  if (input.dim() < 2 || input.numel() == 0 || !input.is_floating_point()) {
    throw std::runtime_error("batch norm takes floating-point numbers [N, C, …], none of the sizes 0");
  }
  for (const at::Tensor& each : {state.weight, state.bias, state.runningMean, state.runningVar}) {
    if (each.defined() && (each.dim() != 1 || each.size(0) != input.size(1))) {
      throw std::runtime_error("batch norm's weight, bias and running statistics have one number per channel");
    }
  }
  const bool narrow = input.scalar_type() != at::kFloat && input.scalar_type() != at::kDouble;
  const at::Tensor x = narrow ? input.to(at::kFloat) : input;
  const auto perChannel = [&](const at::Tensor& given, double otherwise) {
    return given.defined() ? given.to(x.scalar_type()) : at::full({x.size(1)}, otherwise, x.options().requires_grad(false));
  };
  const at::Tensor y = SyncBatchNorm::apply(x.contiguous(x.suggest_memory_format()), perChannel(state.weight, 1), perChannel(state.bias, 0), group, state);
  return narrow ? y.to(input.scalar_type()) : y;
}

}  // namespace pocketnet
