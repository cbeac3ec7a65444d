// prelu: y = max(x, 0) + a·min(x, 0), one slope a channel (He et al. 2015).
//   dx = dy · (x > 0 ? 1 : a),   da = Σ dy · min(x, 0)
// The stock kernel does not vectorise over channels-last memory and takes a third of a training step; here it does. Other
// layouts, dtypes and devices take the stock one.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <vector>

#include "channelwise.h"
#include "once.h"

namespace pocketnet {
namespace {

constexpr int64_t kPixelsPerTask = 1024;

bool fits(const at::Tensor& x, const at::Tensor& a) {
  return x.is_cpu() && x.scalar_type() == at::kFloat && x.dim() == 4 && x.is_contiguous(at::MemoryFormat::ChannelsLast) &&
         a.is_cpu() && a.scalar_type() == at::kFloat && a.is_contiguous() && a.numel() == x.size(1);
}

class Prelu : public torch::autograd::Function<Prelu> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& a) {
    context->save_for_backward({x, a});
    auto y = at::empty_like(x);
    const int64_t channels = x.size(1), pixels = channels ? x.numel() / channels : 0;
    const float *px = x.data_ptr<float>(), *pa = a.data_ptr<float>();
    float* py = y.data_ptr<float>();
    at::parallel_for(0, pixels, kPixelsPerTask, [&](int64_t from, int64_t to) {
      activate(px + from * channels, pa, py + from * channels, to - from, channels);
    });
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
    refuseSecondDerivative("pocketnet::prelu");
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &a = saved[1];
    const auto dy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    auto dx = at::empty_like(x);
    const int64_t channels = x.size(1), pixels = channels ? x.numel() / channels : 0;
    // One row of slope gradients a task and a fixed order of their sum: the result does not depend on the number of threads.
    const int64_t tasks = std::max<int64_t>(1, std::min<int64_t>(64, (pixels + kPixelsPerTask - 1) / kPixelsPerTask));
    const int64_t share = (pixels + tasks - 1) / tasks;
    std::vector<float> rows(static_cast<size_t>(tasks * channels), 0.0f);
    const float *px = x.data_ptr<float>(), *pa = a.data_ptr<float>(), *pdy = dy.data_ptr<float>();
    float* pdx = dx.data_ptr<float>();
    at::parallel_for(0, tasks, 1, [&](int64_t first, int64_t last) {
      for (int64_t task = first; task < last; task++) {
        const int64_t from = std::min(pixels, task * share), to = std::min(pixels, from + share);
        activateGradient(px + from * channels, pa, pdy + from * channels, pdx + from * channels, rows.data() + task * channels, to - from, channels);
      }
    });
    auto da = at::empty_like(a);
    float* pda = da.data_ptr<float>();
    for (int64_t c = 0; c < channels; c++) {
      double sum = 0;
      for (int64_t task = 0; task < tasks; task++) sum += rows[static_cast<size_t>(task * channels + c)];
      pda[c] = static_cast<float>(sum);
    }
    return {dx, da};
  }
};

at::Tensor prelu(const at::Tensor& x, const at::Tensor& a) { return fits(x, a) ? Prelu::apply(x, a) : at::prelu(x, a); }

}  // namespace

TORCH_LIBRARY_FRAGMENT(pocketnet, m) { m.def("prelu(Tensor x, Tensor slopes) -> Tensor", prelu); }

}  // namespace pocketnet
