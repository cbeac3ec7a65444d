// Depthwise convolution over one zero-padded channels-last image, and its derivative by the filters. Filters are [tap, channel].
#pragma once
#include "simd.h"

namespace pocketnet {

struct Window {
  int64_t kernel, stride;
  int64_t outHeight, outWidth, channels;
  int64_t paddedWidth;  // pixels of a row of the padded input
};

// Four output pixels at a time: they share a filter row in registers.
template <int Kernel, int Pixels, int Lanes>
inline void depthwiseBlock(const float* __restrict__ in, const float* __restrict__ filters, float* __restrict__ out, const Window& w,
                           int64_t rowStride) {
  const int64_t channels = w.channels, step = w.stride * channels;
  const int64_t kernel = Kernel > 0 ? Kernel : w.kernel;
  Floats<Lanes> sums[Pixels] = {};
  for (int64_t ky = 0; ky < kernel; ky++) {
    const float* row = in + ky * rowStride;
#pragma GCC unroll 7
    for (int64_t kx = 0; kx < kernel; kx++) {
      const auto filter = load<Lanes>(filters + (ky * kernel + kx) * channels);
#pragma GCC unroll 8
      for (int p = 0; p < Pixels; p++) sums[p] += filter * load<Lanes>(row + p * step + kx * channels);
    }
  }
#pragma GCC unroll 8
  for (int p = 0; p < Pixels; p++) store<Lanes>(out + p * channels, sums[p]);
}

template <int Kernel, int Lanes>
inline void depthwiseChannels(const float* in, const float* filters, float* out, const Window& w) {
  const int64_t rowStride = w.paddedWidth * w.channels;
  for (int64_t oy = 0; oy < w.outHeight; oy++) {
    const float* row = in + oy * w.stride * rowStride;
    float* to = out + oy * w.outWidth * w.channels;
    int64_t ox = 0;
    for (; ox + 7 <= w.outWidth; ox += 7) {
      depthwiseBlock<Kernel, 7, Lanes>(row + ox * w.stride * w.channels, filters, to + ox * w.channels, w, rowStride);
    }
    for (; ox < w.outWidth; ox++) {
      depthwiseBlock<Kernel, 1, Lanes>(row + ox * w.stride * w.channels, filters, to + ox * w.channels, w, rowStride);
    }
  }
}

template <int Kernel>
inline void depthwiseOf(const float* in, const float* filters, float* out, const Window& w) {
  overChannels(w.channels, [&](auto lanes, int64_t c) { depthwiseChannels<Kernel, decltype(lanes)::value>(in + c, filters + c, out + c, w); });
}

inline void depthwiseForward(const float* in, const float* filters, float* out, const Window& w) {
  switch (w.kernel) {
    case 3: return depthwiseOf<3>(in, filters, out, w);
    case 5: return depthwiseOf<5>(in, filters, out, w);
    case 7: return depthwiseOf<7>(in, filters, out, w);
    default: return depthwiseOf<0>(in, filters, out, w);
  }
}

// Where the output's gradient lies: it may be spread out among zeros.
struct Spread {
  int64_t rowStride, pixelStride;  // in floats
};

// gradient[tap, c] += Σ over output pixels of dOut[pixel, c] · in[pixel·stride + tap, c]; Rows rows of taps in registers at a time
template <int Kernel, int Rows, int Lanes>
inline void filterGradientRows(const float* __restrict__ in, const float* __restrict__ dOut, const Spread& spread, float* __restrict__ gradient,
                               const Window& w) {
  const int64_t rowStride = w.paddedWidth * w.channels, channels = w.channels, step = w.stride * channels;
  Floats<Lanes> sums[Rows][Kernel] = {};
  for (int64_t oy = 0; oy < w.outHeight; oy++) {
    const float* row = in + oy * w.stride * rowStride;
    const float* from = dOut + oy * spread.rowStride;
    for (int64_t ox = 0; ox < w.outWidth; ox++, row += step, from += spread.pixelStride) {
      const auto g = load<Lanes>(from);
#pragma GCC unroll 7
      for (int r = 0; r < Rows; r++)
#pragma GCC unroll 7
        for (int kx = 0; kx < Kernel; kx++) sums[r][kx] += g * load<Lanes>(row + r * rowStride + kx * channels);
    }
  }
#pragma GCC unroll 7
  for (int r = 0; r < Rows; r++)
#pragma GCC unroll 7
    for (int kx = 0; kx < Kernel; kx++) {
      float* to = gradient + (r * Kernel + kx) * channels;
      store<Lanes>(to, load<Lanes>(to) + sums[r][kx]);
    }
}

// As many rows of taps at once as keep a dozen sums going without running out of registers.
template <int Kernel, int Lanes>
inline void filterGradientChannels(const float* in, const float* dOut, const Spread& spread, float* gradient, const Window& w) {
  constexpr int rows = Kernel == 3 ? 3 : Kernel == 5 ? 2 : 1;
  const int64_t inRow = w.paddedWidth * w.channels, tapRow = Kernel * w.channels;
  int ky = 0;
  for (; ky + rows <= Kernel; ky += rows) filterGradientRows<Kernel, rows, Lanes>(in + ky * inRow, dOut, spread, gradient + ky * tapRow, w);
  for (; ky < Kernel; ky++) filterGradientRows<Kernel, 1, Lanes>(in + ky * inRow, dOut, spread, gradient + ky * tapRow, w);
}

inline void filterGradientSingle(const float* in, const float* dOut, const Spread& spread, float* gradient, const Window& w) {
  const int64_t rowStride = w.paddedWidth * w.channels;
  for (int64_t ky = 0; ky < w.kernel; ky++)
    for (int64_t kx = 0; kx < w.kernel; kx++) {
      float sum = 0;
      for (int64_t oy = 0; oy < w.outHeight; oy++)
        for (int64_t ox = 0; ox < w.outWidth; ox++)
          sum += dOut[oy * spread.rowStride + ox * spread.pixelStride] * in[(oy * w.stride + ky) * rowStride + (ox * w.stride + kx) * w.channels];
      gradient[(ky * w.kernel + kx) * w.channels] += sum;
    }
}

template <int Kernel>
inline void filterGradientOf(const float* in, const float* dOut, const Spread& spread, float* gradient, const Window& w) {
  overChannels(w.channels,
               [&](auto lanes, int64_t c) { filterGradientChannels<Kernel, decltype(lanes)::value>(in + c, dOut + c, spread, gradient + c, w); });
}

inline void depthwiseFilterGradient(const float* in, const float* dOut, const Spread& spread, float* gradient, const Window& w) {
  switch (w.kernel) {
    case 3: return filterGradientOf<3>(in, dOut, spread, gradient, w);
    case 5: return filterGradientOf<5>(in, dOut, spread, gradient, w);
    case 7: return filterGradientOf<7>(in, dOut, spread, gradient, w);
    default:
      for (int64_t c = 0; c < w.channels; c++) filterGradientSingle(in + c, dOut + c, spread, gradient + c, w);
  }
}

}  // namespace pocketnet
