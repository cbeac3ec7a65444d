// 3×3 max- and mean-pooling of one channels-last image, padded by one, in one walk: a search looks at both of every state. The mean
// leaves the padding out of its divisor.
#pragma once
#include <algorithm>

#include "simd.h"

namespace pocketnet {

struct PoolShape {
  int64_t height, width, outHeight, outWidth, channels, stride;
};

// Calls body(output pixel, first row, end row, first column, end column) for every window, cut off at the image's edges.
template <typename Body>
inline void overWindows(const PoolShape& s, Body body) {
  for (int64_t oy = 0; oy < s.outHeight; oy++) {
    const int64_t y0 = std::max<int64_t>(0, oy * s.stride - 1), y1 = std::min(s.height, oy * s.stride + 2);
    for (int64_t ox = 0; ox < s.outWidth; ox++) {
      body(oy * s.outWidth + ox, y0, y1, std::max<int64_t>(0, ox * s.stride - 1), std::min(s.width, ox * s.stride + 2));
    }
  }
}

template <int Lanes>
inline Floats<Lanes> largestOf(const float* x, const PoolShape& s, int64_t y0, int64_t y1, int64_t x0, int64_t x1) {
  Floats<Lanes> largest = load<Lanes>(x + (y0 * s.width + x0) * s.channels);
  for (int64_t y = y0; y < y1; y++)
    for (int64_t at = x0; at < x1; at++) {
      const auto value = load<Lanes>(x + (y * s.width + at) * s.channels);
      largest = value > largest ? value : largest;
    }
  return largest;
}

inline void poolBoth(const float* x, float* largest, float* mean, const PoolShape& s) {
  overChannels(s.channels, [=, &s](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    overWindows(s, [=, &s](int64_t out, int64_t y0, int64_t y1, int64_t x0, int64_t x1) {
      Floats<L> total = {};
      for (int64_t y = y0; y < y1; y++)
        for (int64_t at = x0; at < x1; at++) total += load<L>(x + (y * s.width + at) * s.channels + c);
      store<L>(largest + out * s.channels + c, largestOf<L>(x + c, s, y0, y1, x0, x1));
      store<L>(mean + out * s.channels + c, total / static_cast<float>((y1 - y0) * (x1 - x0)));
    });
  });
}

// dx += the derivative of both; that of the maximum goes to the first place that holds it, as PyTorch's.
inline void poolBothGradient(const float* x, const float* dLargest, const float* dMean, float* dx, const PoolShape& s) {
  overChannels(s.channels, [=, &s](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    overWindows(s, [=, &s](int64_t out, int64_t y0, int64_t y1, int64_t x0, int64_t x1) {
      const auto largest = largestOf<L>(x + c, s, y0, y1, x0, x1);
      const Floats<L> share = load<L>(dMean + out * s.channels + c) / static_cast<float>((y1 - y0) * (x1 - x0)), zero = {};
      Floats<L> left = load<L>(dLargest + out * s.channels + c);
      for (int64_t y = y0; y < y1; y++)
        for (int64_t at = x0; at < x1; at++) {
          const int64_t place = (y * s.width + at) * s.channels + c;
          const auto here = load<L>(x + place);
          store<L>(dx + place, load<L>(dx + place) + share + (here == largest ? left : zero));
          left = here == largest ? zero : left;
        }
    });
  });
}

}  // namespace pocketnet
