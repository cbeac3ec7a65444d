// concat: channels side by side. Over channels-last memory that is a copy of a few cache lines a pixel, and its derivative, the parts of
// the gradient, comes out contiguous, as the kernels before it want it. Equal to at::cat(tensors, 1), which other layouts take.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <vector>

#include "channelwise.h"
#include "once.h"

namespace pocketnet {
namespace {

constexpr int64_t kPixelsPerTask = 512;

class Concat : public torch::autograd::Function<Concat> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, at::TensorList parts) {
    std::vector<int64_t> widths;
    int64_t total = 0;
    for (const at::Tensor& part : parts) {
      widths.push_back(part.size(1));
      total += part.size(1);
    }
    const at::Tensor& first = parts[0];
    auto out = at::empty({first.size(0), total, first.size(2), first.size(3)}, first.options().memory_format(at::MemoryFormat::ChannelsLast));
    const int64_t pixels = first.size(0) * first.size(2) * first.size(3);
    float* to = out.data_ptr<float>();
    int64_t offset = 0;
    for (size_t i = 0; i < parts.size(); i++) {
      const float* from = parts[i].data_ptr<float>();
      const int64_t width = widths[i];
      at::parallel_for(0, pixels, kPixelsPerTask, [&](int64_t begin, int64_t end) {
        copyChannels(from + begin * width, width, to + begin * total + offset, total, width, end - begin);
      });
      offset += width;
    }
    context->saved_data["widths"] = widths;
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
    refuseSecondDerivative("pocketnet::concat");
    const auto widths = context->saved_data["widths"].toIntVector();
    const auto dy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const int64_t total = dy.size(1), pixels = dy.size(0) * dy.size(2) * dy.size(3);
    const float* from = dy.data_ptr<float>();
    torch::autograd::variable_list parts;
    int64_t offset = 0;
    for (int64_t width : widths) {
      auto part = at::empty({dy.size(0), width, dy.size(2), dy.size(3)}, dy.options().memory_format(at::MemoryFormat::ChannelsLast));
      float* to = part.data_ptr<float>();
      at::parallel_for(0, pixels, kPixelsPerTask, [&](int64_t begin, int64_t end) {
        copyChannels(from + begin * total + offset, total, to + begin * width, width, width, end - begin);
      });
      parts.push_back(part);
      offset += width;
    }
    return parts;
  }
};

at::Tensor sideBySide(at::TensorList parts) {
  TORCH_CHECK(!parts.empty(), "there must be something to put side by side");
  for (const at::Tensor& part : parts) {
    const bool fits = part.dim() == 4 && part.is_cpu() && part.scalar_type() == at::kFloat && part.numel() > 0 &&
                      part.is_contiguous(at::MemoryFormat::ChannelsLast) && part.size(0) == parts[0].size(0) &&
                      part.size(2) == parts[0].size(2) && part.size(3) == parts[0].size(3);
    if (!fits) return at::cat(parts, 1);
  }
  return Concat::apply(parts);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(pocketnet, m) { m.def("concat(Tensor[] parts) -> Tensor", [](at::TensorList parts) { return sideBySide(parts); }); }

}  // namespace pocketnet
