// separable: PReLU -> depthwise k×k -> pointwise -> batch-norm, the operation that PocketNets are made of, as one differentiable
// operator over channels-last float32. The stock chain walks through memory a dozen times; this one works image by image, so that
// all but the saved tensors stay in the cache. Equal to
//   batch_norm(conv2d(conv2d(prelu(x, slopes), depthwise, stride, padding, groups = C), pointwise), ...) + addend
// A 1×1 depthwise filter is a scale a channel, and is multiplied into the pointwise weights.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>
#include <vector>

#include "channelwise.h"
#include "depthwise.h"
#include "gemm.h"
#include "geometry.h"
#include "moments.h"
#include "once.h"

namespace pocketnet {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Memory that a thread keeps from call to call.
class Scratch {
 public:
  float* get(int which, int64_t size) {
    auto& buffer = buffers_[which];
    if (static_cast<int64_t>(buffer.size()) < size) buffer.resize(static_cast<size_t>(size));
    return buffer.data();
  }

 private:
  std::vector<float> buffers_[4];
};
thread_local Scratch scratch;

const float* dataOrNull(const c10::optional<at::Tensor>& tensor) {
  return tensor && tensor->defined() ? tensor->data_ptr<float>() : nullptr;
}

class Separable : public torch::autograd::Function<Separable> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& depthwise,
                            const at::Tensor& pointwise, const c10::optional<at::Tensor>& weight, const c10::optional<at::Tensor>& bias,
                            const at::Tensor& runningMean, const at::Tensor& runningVar, const c10::optional<at::Tensor>& addend,
                            bool training, double momentum, double eps, int64_t stride, int64_t padding) {
    Geometry g;
    g.images = x.size(0), g.inChannels = x.size(1), g.height = x.size(2), g.width = x.size(3);
    g.outChannels = pointwise.size(0), g.kernel = depthwise.size(2), g.stride = stride, g.padding = padding;
    g.outHeight = (g.height + 2 * padding - g.kernel) / stride + 1;
    g.outWidth = (g.width + 2 * padding - g.kernel) / stride + 1;
    const int64_t taps = g.kernel * g.kernel;

    const auto channelsLast = x.options().memory_format(at::MemoryFormat::ChannelsLast);
    auto z = at::empty({g.images, g.outChannels, g.outHeight, g.outWidth}, channelsLast);
    // The pointwise input is kept for its weights' gradient; of a 1×1 filter it is cheaper to make again.
    auto mid = g.spatial() ? at::empty({g.images, g.inChannels, g.outHeight, g.outWidth}, channelsLast) : at::Tensor();
    const auto mixing = (g.spatial() ? pointwise : pointwise * depthwise.reshape({1, -1, 1, 1})).reshape({g.outChannels, g.inChannels}).t().contiguous();
    const auto filters = tapsFirst(depthwise, g.inChannels, taps, false);

    const float *px = x.data_ptr<float>(), *pa = slopes.data_ptr<float>(), *pw = mixing.data_ptr<float>();
    float *pz = z.data_ptr<float>(), *pmid = g.spatial() ? mid.data_ptr<float>() : nullptr;
    std::vector<Moments> moments(static_cast<size_t>(g.parts()), Moments(g.outChannels));
    at::parallel_for(0, g.parts(), 1, [&](int64_t first, int64_t last) {
      for (int64_t part = first; part < last; part++) {
        for (int64_t n = g.partBegin(part); n < g.partBegin(part + 1); n++) {
          const float* image = px + n * g.inPixels() * g.inChannels;
          float* out = pz + n * g.outPixels() * g.outChannels;
          float* active = scratch.get(0, g.paddedSize());
          const float* in = active;
          if (g.spatial()) {
            activatePadded(image, pa, active, g);
            float* middle = pmid + n * g.outPixels() * g.inChannels;
            depthwiseForward(active, filters.data(), middle, g.window());
            in = middle;
          } else {
            activate(image, pa, active, g.inPixels(), g.inChannels);
          }
          gemm(g.outPixels(), g.outChannels, g.inChannels, in, g.inChannels, 1, pw, g.outChannels, out, g.outChannels, false);
          if (training) moments[static_cast<size_t>(part)].ofImage(out, g.outPixels(), g.outChannels);
        }
      }
    });

    TORCH_CHECK(!training || g.images * g.outPixels() > 1, "batch-norm needs more than one value a channel when it trains");
    auto mean = at::empty({g.outChannels}, slopes.options()), inverse = at::empty({g.outChannels}, slopes.options());
    float *pm = mean.data_ptr<float>(), *pi = inverse.data_ptr<float>();
    if (training) {
      for (size_t part = 1; part < moments.size(); part++) moments[0].merge(moments[part]);
      float *rm = runningMean.data_ptr<float>(), *rv = runningVar.data_ptr<float>();
      const double count = moments[0].count, rate = momentum;
      for (int64_t c = 0; c < g.outChannels; c++) {
        const double m = moments[0].mean[static_cast<size_t>(c)], squares = moments[0].squares[static_cast<size_t>(c)];
        pm[c] = static_cast<float>(m);
        pi[c] = static_cast<float>(1.0 / std::sqrt(squares / count + eps));
        rm[c] = static_cast<float>((1 - rate) * rm[c] + rate * m);
        rv[c] = static_cast<float>((1 - rate) * rv[c] + rate * (squares / std::max(1.0, count - 1)));
      }
      runningMean.unsafeGetTensorImpl()->bump_version();
      runningVar.unsafeGetTensorImpl()->bump_version();
    } else {
      const float *rm = runningMean.data_ptr<float>(), *rv = runningVar.data_ptr<float>();
      for (int64_t c = 0; c < g.outChannels; c++) pm[c] = rm[c], pi[c] = static_cast<float>(1.0 / std::sqrt(static_cast<double>(rv[c]) + eps));
    }

    // y = (z − mean)·scale + bias with scale = inverse·weight
    const float* gamma = dataOrNull(weight);
    std::vector<float> scale(static_cast<size_t>(g.outChannels)), zeros(static_cast<size_t>(bias ? 0 : g.outChannels), 0.0f);
    for (int64_t c = 0; c < g.outChannels; c++) scale[static_cast<size_t>(c)] = pi[c] * (gamma ? gamma[c] : 1.0f);
    const float* shift = bias ? dataOrNull(bias) : zeros.data();
    auto y = at::empty_like(z);
    float* py = y.data_ptr<float>();
    const float* pother = dataOrNull(addend);
    at::parallel_for(0, g.images * g.outPixels(), 512, [&](int64_t from, int64_t to) {
      const int64_t at = from * g.outChannels;
      normalise(pz + at, pm, scale.data(), shift, pother ? pother + at : nullptr, py + at, to - from, g.outChannels);
    });

    context->save_for_backward({x, slopes, depthwise, pointwise, weight.value_or(at::Tensor()), z, mid, mean, inverse});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["training"] = training;
    context->saved_data["addend"] = pother != nullptr;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    refuseSecondDerivative("pocketnet::separable");
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &slopes = saved[1], &depthwise = saved[2], &pointwise = saved[3], &weight = saved[4], &z = saved[5],
                     &mid = saved[6], &mean = saved[7], &inverse = saved[8];
    const bool training = context->saved_data["training"].toBool();
    Geometry g;
    g.images = x.size(0), g.inChannels = x.size(1), g.height = x.size(2), g.width = x.size(3);
    g.outChannels = z.size(1), g.outHeight = z.size(2), g.outWidth = z.size(3), g.kernel = depthwise.size(2);
    g.stride = context->saved_data["stride"].toInt(), g.padding = context->saved_data["padding"].toInt();
    const int64_t ci = g.inChannels, co = g.outChannels, taps = g.kernel * g.kernel, parts = g.parts();
    const auto dy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const float *pdy = dy.data_ptr<float>(), *pz = z.data_ptr<float>(), *pm = mean.data_ptr<float>(), *pi = inverse.data_ptr<float>();

    // dbias = Σ dy,  dweight = Σ dy·ẑ with ẑ = (z − mean)·inverse
    std::vector<float> sums(static_cast<size_t>(parts * co), 0.0f), products(static_cast<size_t>(parts * co), 0.0f);
    at::parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
      for (int64_t part = first; part < last; part++) {
        const int64_t from = g.partBegin(part) * g.outPixels(), to = g.partBegin(part + 1) * g.outPixels();
        normSums(pdy + from * co, pz + from * co, pm, sums.data() + part * co, products.data() + part * co, to - from, co);
      }
    });
    auto dWeight = at::empty({co}, slopes.options()), dBias = at::empty({co}, slopes.options());
    // dz = scale·(dy − mean(dy) − ẑ·mean(dy·ẑ)) = dy·k0 + (z − mean)·k1 + k2; with fixed statistics dz = dy·scale
    std::vector<float> k0(static_cast<size_t>(co)), k1(static_cast<size_t>(co)), k2(static_cast<size_t>(co));
    const double count = static_cast<double>(g.images * g.outPixels());
    for (int64_t c = 0; c < co; c++) {
      double sum = 0, product = 0;
      for (int64_t part = 0; part < parts; part++) sum += sums[static_cast<size_t>(part * co + c)], product += products[static_cast<size_t>(part * co + c)];
      product *= pi[c];
      dBias.data_ptr<float>()[c] = static_cast<float>(sum);
      dWeight.data_ptr<float>()[c] = static_cast<float>(product);
      const double scale = static_cast<double>(pi[c]) * (weight.defined() ? weight.data_ptr<float>()[c] : 1.0f);
      k0[static_cast<size_t>(c)] = static_cast<float>(scale);
      k1[static_cast<size_t>(c)] = static_cast<float>(training ? -scale * product / count * pi[c] : 0);
      k2[static_cast<size_t>(c)] = static_cast<float>(training ? -scale * sum / count : 0);
    }

    const auto mixing = (g.spatial() ? pointwise : pointwise * depthwise.reshape({1, -1, 1, 1})).reshape({co, ci}).contiguous();
    const auto turned = tapsFirst(depthwise, ci, taps, true);
    auto dx = at::empty_like(x);
    const float *px = x.data_ptr<float>(), *pa = slopes.data_ptr<float>(), *pw = mixing.data_ptr<float>();
    const float* pmid = g.spatial() ? mid.data_ptr<float>() : nullptr;
    float* pdx = dx.data_ptr<float>();
    std::vector<float> dMixing(static_cast<size_t>(parts * co * ci), 0.0f), dFilters(static_cast<size_t>(parts * taps * ci), 0.0f),
        dSlopes(static_cast<size_t>(parts * ci), 0.0f);
    // The derivative by the input is a stride-1 convolution of the gradient (with zeros between its pixels if the stride was 2, and a
    // frame of kernel − 1 − padding) with the turned filters.
    const int64_t frame = g.kernel - 1 - g.padding;
    const int64_t spreadWidth = g.width + g.kernel - 1, spreadHeight = g.height + g.kernel - 1;
    const Window backWindow{g.kernel, 1, g.height, g.width, ci, spreadWidth};
    at::parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
      for (int64_t part = first; part < last; part++) {
        float* partMixing = dMixing.data() + part * co * ci;
        float* partFilters = dFilters.data() + part * taps * ci;
        for (int64_t n = g.partBegin(part); n < g.partBegin(part + 1); n++) {
          const float* image = px + n * g.inPixels() * ci;
          float* dImage = pdx + n * g.inPixels() * ci;
          const int64_t outSize = g.outPixels();
          float* dz = scratch.get(0, outSize * co);
          normGradient(pdy + n * outSize * co, pz + n * outSize * co, pm, k0.data(), k1.data(), k2.data(), dz, outSize, co);
          float* active = scratch.get(1, g.paddedSize());
          if (g.spatial()) activatePadded(image, pa, active, g);
          else activate(image, pa, active, g.inPixels(), ci);
          const float* in = g.spatial() ? pmid + n * outSize * ci : active;
          // An image's share by itself, then added: one sum over all images would round off its last terms.
          float* share = scratch.get(3, co * ci);
          gemm(co, ci, outSize, dz, 1, co, in, ci, share, ci, false);
          for (int64_t i = 0; i < co * ci; i++) partMixing[i] += share[i];
          if (g.spatial()) {
            float* spread = scratch.get(2, spreadHeight * spreadWidth * ci);
            clearAround(spread, spreadHeight, spreadWidth, frame, g);
            // dMid = dz·W, a row of pixels at a time, straight into its place among the zeros
            const Spread layout{g.stride * spreadWidth * ci, g.stride * ci};
            float* dMid = spread + (frame * spreadWidth + frame) * ci;
            for (int64_t oy = 0; oy < g.outHeight; oy++) {
              gemm(g.outWidth, ci, co, dz + oy * g.outWidth * co, co, 1, pw, ci, dMid + oy * layout.rowStride, layout.pixelStride, false);
            }
            depthwiseFilterGradient(active, dMid, layout, partFilters, g.window());
            depthwiseForward(spread, turned.data(), dImage, backWindow);
          } else {
            gemm(outSize, ci, co, dz, co, 1, pw, ci, dImage, ci, false);
          }
          activateGradient(image, pa, dImage, dImage, dSlopes.data() + part * ci, g.inPixels(), ci);
        }
      }
    });

    const auto summed = [&](const std::vector<float>& values, int64_t size) {
      auto total = at::empty({size}, slopes.options());
      float* to = total.data_ptr<float>();
      for (int64_t i = 0; i < size; i++) {
        double sum = 0;
        for (int64_t part = 0; part < parts; part++) sum += values[static_cast<size_t>(part * size + i)];
        to[i] = static_cast<float>(sum);
      }
      return total;
    };
    auto dPointwise = summed(dMixing, co * ci).reshape({co, ci, 1, 1});
    at::Tensor dDepthwise;
    if (g.spatial()) {
      dDepthwise = summed(dFilters, taps * ci).reshape({taps, ci}).t().contiguous().reshape_as(depthwise);
    } else {
      dDepthwise = (dPointwise * pointwise).sum(0).reshape_as(depthwise);
      dPointwise = dPointwise * depthwise.reshape({1, -1, 1, 1});
    }
    const at::Tensor none;
    return {dx,   summed(dSlopes, ci), dDepthwise, dPointwise, weight.defined() ? dWeight : none, weight.defined() ? dBias : none,
            none, none, context->saved_data["addend"].toBool() ? dy : none, none, none, none, none, none};
  }
};

// Whether the kernels for channels-last memory take this tensor.
bool fitsChannelsLast(const at::Tensor& x) {
  return x.dim() == 4 && x.is_cpu() && x.scalar_type() == at::kFloat && x.numel() > 0 && x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

void check(const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& depthwise, const at::Tensor& pointwise,
           const c10::optional<at::Tensor>& weight, const c10::optional<at::Tensor>& bias, const at::Tensor& mean, const at::Tensor& var,
           const c10::optional<at::Tensor>& addend, int64_t stride, int64_t padding) {
  TORCH_CHECK(fitsChannelsLast(x), "the input must be a channels-last float32 tensor [N, C, H, W] on the CPU, and not empty");
  const int64_t in = x.size(1), out = pointwise.dim() == 4 ? pointwise.size(0) : -1;
  const auto vector = [](const at::Tensor& t, int64_t size) { return t.is_cpu() && t.scalar_type() == at::kFloat && t.is_contiguous() && t.numel() == size; };
  TORCH_CHECK(vector(slopes, in), "there must be one float32 slope a channel");
  TORCH_CHECK(depthwise.dim() == 4 && depthwise.size(0) == in && depthwise.size(1) == 1 && depthwise.size(2) == depthwise.size(3) && vector(depthwise, depthwise.numel()),
              "the depthwise filters must be contiguous float32 [C, 1, k, k]");
  TORCH_CHECK(out > 0 && pointwise.size(1) == in && pointwise.size(2) == 1 && pointwise.size(3) == 1 && vector(pointwise, out * in),
              "the pointwise weights must be contiguous float32 [out, C, 1, 1]");
  TORCH_CHECK(vector(mean, out) && vector(var, out), "the running statistics must be float32 of the output's channels");
  TORCH_CHECK(weight.has_value() == bias.has_value() && (!weight || (vector(*weight, out) && vector(*bias, out))),
              "batch-norm's weight and bias must both be there, float32 of the output's channels, or both be left out");
  const int64_t kernel = depthwise.size(2);
  TORCH_CHECK(kernel >= 1 && kernel <= 31 && kernel % 2 == 1 && padding == (kernel - 1) / 2 && (stride == 1 || (stride == 2 && kernel > 1)),
              "kernels are odd, padded to keep the size, with stride 1 (or 2, if larger than 1)");
  TORCH_CHECK(!addend || (fitsChannelsLast(*addend) && addend->size(0) == x.size(0) && addend->size(1) == out &&
                          addend->size(2) == (x.size(2) - 1) / stride + 1 && addend->size(3) == (x.size(3) - 1) / stride + 1),
              "the addend must be a channels-last float32 tensor of the output's shape");
}

at::Tensor separable(const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& depthwise, const at::Tensor& pointwise,
                     const c10::optional<at::Tensor>& weight, const c10::optional<at::Tensor>& bias, const at::Tensor& runningMean,
                     const at::Tensor& runningVar, const c10::optional<at::Tensor>& addend, bool training, double momentum, double eps,
                     int64_t stride, int64_t padding) {
  check(x, slopes, depthwise, pointwise, weight, bias, runningMean, runningVar, addend, stride, padding);
  return Separable::apply(x, slopes, depthwise, pointwise, weight, bias, runningMean, runningVar, addend, training, momentum, eps, stride, padding);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(pocketnet, m) {
  m.def("fits_channels_last(Tensor x) -> bool", fitsChannelsLast);
  m.def(
      "separable(Tensor x, Tensor slopes, Tensor depthwise, Tensor pointwise, Tensor? weight, Tensor? bias, Tensor(a!) running_mean, "
      "Tensor(b!) running_var, Tensor? addend, bool training, float momentum, float eps, int stride, int padding) -> Tensor",
      separable);
}

}  // namespace pocketnet
