// One PReLU -> depthwise -> pointwise chain within a larger kernel, image by image: forward into some columns of z, backward onto the
// gradient of the image. A 1×1 depthwise filter is multiplied into the pointwise weights; with stride 2 it sees every other pixel.
#pragma once
#include <ATen/ATen.h>

#include <vector>

#include "channelwise.h"
#include "depthwise.h"
#include "gemm.h"
#include "geometry.h"
#include "memory.h"

namespace pocketnet {

inline float* branchScratch(size_t which, int64_t size) {
  thread_local Scratch scratch;
  return scratch.get(which, size);
}

struct Branch {
  Branch(const Geometry& geometry, int64_t column, int64_t columns, int64_t offset, const at::Tensor& slopes, const at::Tensor& depthwise,
         const at::Tensor& pointwise)
      : g(geometry), column(column), columns(columns), offset(offset), slopes(slopes.data_ptr<float>()), depthwise(depthwise), pointwise(pointwise) {
    const int64_t ci = g.inChannels, co = g.outChannels, taps = g.kernel * g.kernel;
    const float *mixing = pointwise.data_ptr<float>(), *scales = g.spatial() ? nullptr : depthwise.data_ptr<float>();
    folded.resize(static_cast<size_t>(co * ci)), turnedFolded.resize(folded.size());
    for (int64_t o = 0; o < co; o++)
      for (int64_t i = 0; i < ci; i++)
        turnedFolded[static_cast<size_t>(i * co + o)] = folded[static_cast<size_t>(o * ci + i)] = mixing[o * ci + i] * (scales ? scales[i] : 1.0f);
    if (!g.spatial()) return;
    filters = tapsFirst(depthwise, g.inChannels, taps, false);
    turned = tapsFirst(depthwise, g.inChannels, taps, true);
  }

  bool sampled() const { return !g.spatial() && g.stride > 1; }
  int64_t place(int64_t oy, int64_t ox) const { return ((oy * g.stride + offset) * g.width + ox * g.stride + offset) * g.inChannels; }

  Geometry g;
  int64_t column, columns;  // its outputs are g.outChannels of z's columns, from this one
  int64_t offset;           // the first pixel that a sampled one sees
  const float* slopes;
  at::Tensor depthwise, pointwise;
  Numbers folded, turnedFolded;  // the pointwise weights times a 1×1 filter: [out, in] and [in, out]
  Numbers filters, turned;
};

// Sums over the images of one part.
struct BranchSums {
  explicit BranchSums(const Geometry& g)
      : mixing(static_cast<size_t>(g.outChannels * g.inChannels), 0.0f),
        filters(static_cast<size_t>(g.kernel * g.kernel * g.inChannels), 0.0f),
        slopes(static_cast<size_t>(g.inChannels), 0.0f) {}
  std::vector<float> mixing, filters, slopes;
};

// dx += dy·(x > 0 ? 1 : a);  da += Σ dy·min(x, 0)
inline void activateGradientOnto(const float* x, const float* a, const float* dy, float* dx, float* da, int64_t pixels, int64_t channels) {
  activateGradient({x, channels}, a, {dy, channels}, {dx, channels}, {dx, channels}, da, pixels, channels);
}

// The pointwise input of an image that is not kept: activated, and of a sampled branch every other pixel.
inline const float* pointwiseInput(const Branch& b, const float* image) {
  const Geometry& g = b.g;
  float* active = branchScratch(0, g.outPixels() * g.inChannels);
  if (!b.sampled()) activate(image, b.slopes, active, g.inPixels(), g.inChannels);
  else
    for (int64_t oy = 0; oy < g.outHeight; oy++)
      for (int64_t ox = 0; ox < g.outWidth; ox++)
        activate(image + b.place(oy, ox), b.slopes, active + (oy * g.outWidth + ox) * g.inChannels, 1, g.inChannels);
  return active;
}

// z[:, column…] = the branch of one image; mid, its depthwise output, is kept for the way back.
inline void branchForward(const Branch& b, const float* image, float* mid, float* z) {
  const Geometry& g = b.g;
  const float* in = mid;
  if (g.spatial()) {
    float* active = branchScratch(0, g.paddedSize());
    activatePadded(image, b.slopes, active, g);
    depthwiseForward(active, b.filters.data(), mid, g.window());
  } else {
    in = pointwiseInput(b, image);
  }
  gemm(g.outPixels(), g.outChannels, g.inChannels, in, g.inChannels, 1, b.turnedFolded.data(), g.outChannels, z + b.column, b.columns, false);
}

// dImage += the derivative by the image. Without sums, of no weight's.
inline void branchBackward(const Branch& b, const float* image, const float* mid, const float* dz, float* dImage, BranchSums* sums) {
  const Geometry& g = b.g;
  const int64_t ci = g.inChannels, co = g.outChannels, outSize = g.outPixels();
  const float *from = dz + b.column, *weights = b.folded.data();
  if (sums) {
    // An image's share by itself, then added: one sum over all images would round off its last terms.
    const float* in = g.spatial() ? mid : pointwiseInput(b, image);
    float* share = branchScratch(1, co * ci);
    gemm(co, ci, outSize, from, 1, b.columns, in, ci, share, ci, false);
    for (int64_t i = 0; i < co * ci; i++) sums->mixing[static_cast<size_t>(i)] += share[i];
  }
  std::vector<float> unwanted(sums ? 0 : static_cast<size_t>(ci));
  float* dSlopes = sums ? sums->slopes.data() : unwanted.data();
  float* dActive = branchScratch(2, std::max(outSize, g.inPixels()) * ci);
  if (!g.spatial()) {
    gemm(outSize, ci, co, from, b.columns, 1, weights, ci, dActive, ci, false);
    if (!b.sampled()) activateGradientOnto(image, b.slopes, dActive, dImage, dSlopes, outSize, ci);
    else
      for (int64_t oy = 0; oy < g.outHeight; oy++)
        for (int64_t ox = 0; ox < g.outWidth; ox++)
          activateGradientOnto(image + b.place(oy, ox), b.slopes, dActive + (oy * g.outWidth + ox) * ci, dImage + b.place(oy, ox), dSlopes, 1, ci);
    return;
  }
  // A stride-1 convolution of the gradient (with zeros between its pixels if the stride was 2, and a frame) with the turned filters.
  const int64_t frame = g.kernel - 1 - g.padding, spreadWidth = g.width + g.kernel - 1, spreadHeight = g.height + g.kernel - 1;
  float* spread = branchScratch(3, spreadHeight * spreadWidth * ci);
  clearAround(spread, spreadHeight, spreadWidth, frame, g);
  const Spread layout{g.stride * spreadWidth * ci, g.stride * ci};
  float* dMid = spread + (frame * spreadWidth + frame) * ci;
  for (int64_t oy = 0; oy < g.outHeight; oy++)
    gemm(g.outWidth, ci, co, from + oy * g.outWidth * b.columns, b.columns, 1, weights, ci, dMid + oy * layout.rowStride, layout.pixelStride, false);
  if (sums) {
    float* active = branchScratch(0, g.paddedSize());
    activatePadded(image, b.slopes, active, g);
    depthwiseFilterGradient(active, dMid, layout, sums->filters.data(), g.window());
  }
  depthwiseForward(spread, b.turned.data(), dActive, Window{g.kernel, 1, g.height, g.width, ci, spreadWidth});
  activateGradientOnto(image, b.slopes, dActive, dImage, dSlopes, g.inPixels(), ci);
}

// The parts' sums as gradients of slopes, depthwise and pointwise weights.
struct BranchGradients {
  at::Tensor slopes, depthwise, pointwise;
};

inline BranchGradients branchGradients(const Branch& b, const std::vector<BranchSums>& parts) {
  const int64_t ci = b.g.inChannels, co = b.g.outChannels, taps = b.g.kernel * b.g.kernel;
  const auto total = [&](std::vector<float> BranchSums::*which) {
    std::vector<double> sum((parts[0].*which).size(), 0.0);
    for (const BranchSums& part : parts) {
      const float* values = (part.*which).data();
      for (size_t i = 0; i < sum.size(); i++) sum[i] += values[i];
    }
    return sum;
  };
  const auto slopes = total(&BranchSums::slopes), mixing = total(&BranchSums::mixing);
  BranchGradients gradients{at::empty({ci}, b.pointwise.options()), at::empty_like(b.depthwise), at::empty_like(b.pointwise)};
  float *dSlopes = gradients.slopes.data_ptr<float>(), *dDepthwise = gradients.depthwise.data_ptr<float>(), *dPointwise = gradients.pointwise.data_ptr<float>();
  for (int64_t i = 0; i < ci; i++) dSlopes[i] = static_cast<float>(slopes[static_cast<size_t>(i)]);
  if (b.g.spatial()) {
    const auto filters = total(&BranchSums::filters);
    for (int64_t i = 0; i < co * ci; i++) dPointwise[i] = static_cast<float>(mixing[static_cast<size_t>(i)]);
    for (int64_t i = 0; i < ci; i++)
      for (int64_t tap = 0; tap < taps; tap++) dDepthwise[i * taps + tap] = static_cast<float>(filters[static_cast<size_t>(tap * ci + i)]);
    return gradients;
  }
  // mixing is the derivative by pointwise · depthwise
  const float *pointwise = b.pointwise.data_ptr<float>(), *depthwise = b.depthwise.data_ptr<float>();
  std::vector<double> scales(static_cast<size_t>(ci), 0.0);
  for (int64_t o = 0; o < co; o++)
    for (int64_t i = 0; i < ci; i++) {
      const double d = mixing[static_cast<size_t>(o * ci + i)];
      dPointwise[o * ci + i] = static_cast<float>(d * depthwise[i]);
      scales[static_cast<size_t>(i)] += d * pointwise[o * ci + i];
    }
  for (int64_t i = 0; i < ci; i++) dDepthwise[i] = static_cast<float>(scales[static_cast<size_t>(i)]);
  return gradients;
}

}  // namespace pocketnet
