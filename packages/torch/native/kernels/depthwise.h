// Depthwise convolution, row by row of its output, over zero-padded channels-last rows, and its derivative by the filters. Filters are
// [tap, channel]; every loaded pixel serves all outputs of its block that see it.
#pragma once
#include <algorithm>
#include <utility>

#include "simd.h"

namespace pocketnet {

// Calls body(0), …, body(Count − 1), each with a constant, so that what it indexes stays in registers.
template <typename Body, int... Index>
inline __attribute__((always_inline)) void unrolled(Body body, std::integer_sequence<int, Index...>) {
  (body(std::integral_constant<int, Index>()), ...);
}
template <int Count, typename Body>
inline __attribute__((always_inline)) void unrolled(Body body) {
  unrolled(body, std::make_integer_sequence<int, Count>());
}

// Some pixels of an output row. in[ky] points at the first pixel that the filter's row ky sees.
template <int Kernel, int Stride, int Pixels, int Lanes>
inline void depthwisePixels(const float* const* in, int64_t at, const float* __restrict__ filters, float* __restrict__ out, int64_t channels) {
  Floats<Lanes> sums[Pixels] = {};
  for (int ky = 0; ky < Kernel; ky++) {
    const float* row = in[ky] + at * Stride * channels;
    Floats<Lanes> taps[Kernel];
    unrolled<Kernel>([&](auto kx) { taps[kx] = load<Lanes>(filters + (ky * Kernel + kx) * channels); });
    unrolled<(Pixels - 1) * Stride + Kernel>([&](auto i) {
      const auto value = load<Lanes>(row + i * channels);
      unrolled<Kernel>([&](auto kx) {
        constexpr int from = decltype(i)::value - decltype(kx)::value;
        if constexpr (from >= 0 && from % Stride == 0 && from / Stride < Pixels) sums[from / Stride] += taps[kx] * value;
      });
    });
  }
  unrolled<Pixels>([&](auto p) { store<Lanes>(out + (at + p) * channels, sums[p]); });
}

template <int Kernel, int Stride, int Lanes>
inline void depthwiseRowOf(const float* const* in, const float* filters, float* out, int64_t width, int64_t channels) {
  int64_t x = 0;
  for (; x + 8 <= width; x += 8) depthwisePixels<Kernel, Stride, 8, Lanes>(in, x, filters, out, channels);
  for (; x + 4 <= width; x += 4) depthwisePixels<Kernel, Stride, 4, Lanes>(in, x, filters, out, channels);
  for (; x + 2 <= width; x += 2) depthwisePixels<Kernel, Stride, 2, Lanes>(in, x, filters, out, channels);
  for (; x < width; x++) depthwisePixels<Kernel, Stride, 1, Lanes>(in, x, filters, out, channels);
}

// Any other kernel, tap by tap.
template <int Lanes>
inline void depthwiseRowAny(int64_t kernel, int64_t stride, const float* const* in, const float* filters, float* out, int64_t width, int64_t channels) {
  for (int64_t x = 0; x < width; x++) {
    Floats<Lanes> sum = {};
    for (int64_t ky = 0; ky < kernel; ky++)
      for (int64_t kx = 0; kx < kernel; kx++)
        sum += load<Lanes>(filters + (ky * kernel + kx) * channels) * load<Lanes>(in[ky] + (x * stride + kx) * channels);
    store<Lanes>(out + x * channels, sum);
  }
}

constexpr int64_t kLargestKernel = 31;

// Calls body(kernel), with a constant where there is code of its own for it, else with the number.
template <typename Body>
inline void withKernel(int64_t kernel, Body body) {
  switch (kernel) {
    case 3: return body(std::integral_constant<int, 3>());
    case 5: return body(std::integral_constant<int, 5>());
    case 7: return body(std::integral_constant<int, 7>());
    default: return body(kernel);
  }
}

// A row of outputs. in[ky] is the row that the filter's row ky sees, from its frame on.
inline void depthwiseRow(int64_t kernel, int64_t stride, const float* const* in, const float* filters, float* out, int64_t width, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const float* rows[kLargestKernel];
    for (int64_t ky = 0; ky < kernel; ky++) rows[ky] = in[ky] + c;
    withKernel(kernel, [&](auto known) {
      if constexpr (std::is_same_v<decltype(known), int64_t>) depthwiseRowAny<L>(kernel, stride, rows, filters + c, out + c, width, channels);
      else if (stride == 1) depthwiseRowOf<known, 1, L>(rows, filters + c, out + c, width, channels);
      else if (stride == 2) depthwiseRowOf<known, 2, L>(rows, filters + c, out + c, width, channels);
      else depthwiseRowAny<L>(kernel, stride, rows, filters + c, out + c, width, channels);
    });
  });
}

// gradient[tap, c] += Σ over a row's pixels of dOut[pixel, c] · in[pixel·stride + tap, c]; Rows rows of taps in registers at a time,
// several pixels at a time so that they share what they load.
template <int Kernel, int Stride, int Rows, int Lanes>
inline void filterGradientRows(const float* const* in, const float* __restrict__ dOut, int64_t pixelStride, float* __restrict__ gradient, int64_t width,
                               int64_t channels) {
  constexpr int block = 4;
  Floats<Lanes> sums[Rows][Kernel];
  unrolled<Rows>([&](auto r) { unrolled<Kernel>([&](auto kx) { sums[r][kx] = load<Lanes>(gradient + (r * Kernel + kx) * channels); }); });
  const auto pixels = [&](auto count, int64_t x) {
    constexpr int pixels = decltype(count)::value;
    Floats<Lanes> g[pixels];
    unrolled<pixels>([&](auto p) { g[p] = load<Lanes>(dOut + (x + p) * pixelStride); });
    unrolled<Rows>([&](auto r) {
      const float* row = in[r] + x * Stride * channels;
      unrolled<(pixels - 1) * Stride + Kernel>([&](auto i) {
        const auto value = load<Lanes>(row + i * channels);
        unrolled<pixels>([&](auto p) {
          constexpr int tap = decltype(i)::value - decltype(p)::value * Stride;
          if constexpr (tap >= 0 && tap < Kernel) sums[r][tap] += g[p] * value;
        });
      });
    });
  };
  int64_t x = 0;
  for (; x + block <= width; x += block) pixels(std::integral_constant<int, block>(), x);
  for (; x < width; x++) pixels(std::integral_constant<int, 1>(), x);
  unrolled<Rows>([&](auto r) { unrolled<Kernel>([&](auto kx) { store<Lanes>(gradient + (r * Kernel + kx) * channels, sums[r][kx]); }); });
}

// As many rows of taps at once as keep a dozen sums going without running out of registers.
template <int Kernel, int Stride, int Lanes>
inline void filterGradientOf(const float* const* in, const float* dOut, int64_t pixelStride, float* gradient, int64_t width, int64_t channels) {
  constexpr int rows = Kernel == 3 ? 3 : kRegisters >= 32 ? (Kernel == 5 ? 3 : 2) : 1;
  int ky = 0;
  for (; ky + rows <= Kernel; ky += rows)
    filterGradientRows<Kernel, Stride, rows, Lanes>(in + ky, dOut, pixelStride, gradient + ky * Kernel * channels, width, channels);
  if constexpr (Kernel % rows > 0)
    filterGradientRows<Kernel, Stride, Kernel % rows, Lanes>(in + ky, dOut, pixelStride, gradient + ky * Kernel * channels, width, channels);
}

template <int Lanes>
inline void filterGradientAny(int64_t kernel, int64_t stride, const float* const* in, const float* dOut, int64_t pixelStride, float* gradient, int64_t width,
                              int64_t channels) {
  for (int64_t ky = 0; ky < kernel; ky++)
    for (int64_t kx = 0; kx < kernel; kx++) {
      float* to = gradient + (ky * kernel + kx) * channels;
      auto sum = load<Lanes>(to);
      for (int64_t x = 0; x < width; x++) sum += load<Lanes>(dOut + x * pixelStride) * load<Lanes>(in[ky] + (x * stride + kx) * channels);
      store<Lanes>(to, sum);
    }
}

// What a row of the output's gradient, its pixels `pixelStride` floats apart, adds to the filters' gradient.
inline void depthwiseFilterGradientRow(int64_t kernel, int64_t stride, const float* const* in, const float* dOut, int64_t pixelStride, float* gradient,
                                       int64_t width, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const float* rows[kLargestKernel];
    for (int64_t ky = 0; ky < kernel; ky++) rows[ky] = in[ky] + c;
    withKernel(kernel, [&](auto known) {
      if constexpr (std::is_same_v<decltype(known), int64_t>) filterGradientAny<L>(kernel, stride, rows, dOut + c, pixelStride, gradient + c, width, channels);
      else if (stride == 1) filterGradientOf<known, 1, L>(rows, dOut + c, pixelStride, gradient + c, width, channels);
      else if (stride == 2) filterGradientOf<known, 2, L>(rows, dOut + c, pixelStride, gradient + c, width, channels);
      else filterGradientAny<L>(kernel, stride, rows, dOut + c, pixelStride, gradient + c, width, channels);
    });
  });
}

struct Window {
  int64_t kernel, stride;
  int64_t outHeight, outWidth, channels;
  int64_t paddedWidth;  // pixels of a row of the padded input
};

// Calls body(output row, the rows of a padded image that its filter sees).
template <typename Body>
inline void overRows(const float* in, const Window& w, Body body) {
  const float* rows[kLargestKernel];
  for (int64_t y = 0; y < w.outHeight; y++) {
    for (int64_t ky = 0; ky < w.kernel; ky++) rows[ky] = in + (y * w.stride + ky) * w.paddedWidth * w.channels;
    body(y, rows);
  }
}

// A whole padded image.
inline void depthwiseForward(const float* in, const float* filters, float* out, const Window& w) {
  overRows(in, w, [&](int64_t y, const float* const* rows) {
    depthwiseRow(w.kernel, w.stride, rows, filters, out + y * w.outWidth * w.channels, w.outWidth, w.channels);
  });
}

// Where the output's gradient lies: it may be spread out among zeros.
struct Spread {
  int64_t rowStride, pixelStride;  // in floats
};

inline void depthwiseFilterGradient(const float* in, const float* dOut, const Spread& spread, float* gradient, const Window& w) {
  overRows(in, w, [&](int64_t y, const float* const* rows) {
    depthwiseFilterGradientRow(w.kernel, w.stride, rows, dOut + y * spread.rowStride, spread.pixelStride, gradient, w.outWidth, w.channels);
  });
}

}  // namespace pocketnet
