// Walks over [pixels, channels] in channels-last memory. The block of channels is the outer loop: a block is a cache line, and what
// belongs to a channel (a slope, a mean, a sum) stays in a register for all pixels.
#pragma once
#include "simd.h"

namespace pocketnet {

// y = max(x, 0) + a·min(x, 0)
inline void activate(const float* x, const float* a, float* y, int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const auto slope = load<L>(a + c);
    for (int64_t p = 0; p < pixels; p++) {
      const auto v = load<L>(x + p * channels + c);
      store<L>(y + p * channels + c, v > 0 ? v : slope * v);
    }
  });
}

// dx = dy·(x > 0 ? 1 : a), dx and dy may be one;  da += Σ dy·min(x, 0)
inline void activateGradient(const float* x, const float* a, const float* dy, float* dx, float* da, int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const auto slope = load<L>(a + c);
    auto sum = load<L>(da + c);
    for (int64_t p = 0; p < pixels; p++) {
      const auto v = load<L>(x + p * channels + c), g = load<L>(dy + p * channels + c);
      const Floats<L> zero = {};
      sum += v > 0 ? zero : g * v;
      store<L>(dx + p * channels + c, v > 0 ? g : slope * g);
    }
    store<L>(da + c, sum);
  });
}

// y = z·scale + shift
inline void scaleShift(const float* z, const float* scale, const float* shift, float* y, int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const auto factor = load<L>(scale + c), offset = load<L>(shift + c);
    for (int64_t p = 0; p < pixels; p++) store<L>(y + p * channels + c, load<L>(z + p * channels + c) * factor + offset);
  });
}

// mean over pixels, and Σ (z − mean)²
inline void meanAndSquares(const float* z, float* mean, float* squares, int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    Floats<L> sum = {}, square = {};
    for (int64_t p = 0; p < pixels; p++) sum += load<L>(z + p * channels + c);
    const auto middle = sum / static_cast<float>(pixels);
    for (int64_t p = 0; p < pixels; p++) {
      const auto away = load<L>(z + p * channels + c) - middle;
      square += away * away;
    }
    store<L>(mean + c, middle);
    store<L>(squares + c, square);
  });
}

// sum += Σ dy;  product += Σ dy·(z − mean)
inline void normSums(const float* dy, const float* z, const float* mean, float* sum, float* product, int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const auto middle = load<L>(mean + c);
    auto s = load<L>(sum + c), t = load<L>(product + c);
    for (int64_t p = 0; p < pixels; p++) {
      const auto g = load<L>(dy + p * channels + c);
      s += g;
      t += g * (load<L>(z + p * channels + c) - middle);
    }
    store<L>(sum + c, s);
    store<L>(product + c, t);
  });
}

// dz = dy·k0 + z·k1 + k2
inline void normGradient(const float* dy, const float* z, const float* k0, const float* k1, const float* k2, float* dz, int64_t pixels,
                         int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const auto a = load<L>(k0 + c), b = load<L>(k1 + c), offset = load<L>(k2 + c);
    for (int64_t p = 0; p < pixels; p++) {
      store<L>(dz + p * channels + c, load<L>(dy + p * channels + c) * a + (load<L>(z + p * channels + c) * b + offset));
    }
  });
}

}  // namespace pocketnet
