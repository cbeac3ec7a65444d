// Walks over [pixels, channels] in channels-last memory. The block of channels is the outer loop: a block is a cache line, and what
// belongs to a channel (a slope, a mean, a sum) stays in a register for all pixels.
#pragma once
#include "simd.h"

namespace pocketnet {

template <int Count, int Lanes>
struct Sums {
  Floats<Lanes> of[Count];
};

// Sums over pixels. Four run side by side, since one alone would wait for its own last addition at every pixel; every 128 pixels they
// are folded away, so that no sum grows long enough to round off what is added to it.
template <int Count, int Lanes, typename Body>
inline Sums<Count, Lanes> summed(int64_t pixels, Body body) {
  Sums<Count, Lanes> total = {};
  for (int64_t p = 0; p < pixels;) {
    Floats<Lanes> sums[4][Count] = {};
    const int64_t end = p + 128 < pixels ? p + 128 : pixels;
    for (; p + 4 <= end; p += 4) {
      body(p, sums[0]);
      body(p + 1, sums[1]);
      body(p + 2, sums[2]);
      body(p + 3, sums[3]);
    }
    for (; p < end; p++) body(p, sums[0]);
    for (int i = 0; i < Count; i++) total.of[i] += (sums[0][i] + sums[1][i]) + (sums[2][i] + sums[3][i]);
  }
  return total;
}

// Copies `width` channels of every pixel between tensors of other widths: cache lines, so no call of memcpy each.
inline void copyChannels(const float* from, int64_t fromStride, float* to, int64_t toStride, int64_t width, int64_t pixels) {
  overChannels(width, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    for (int64_t p = 0; p < pixels; p++) store<L>(to + p * toStride + c, load<L>(from + p * fromStride + c));
  });
}

// y = max(x, 0) + a·min(x, 0)
inline void activate(const float* x, int64_t xStride, const float* a, float* y, int64_t yStride, int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const auto slope = load<L>(a + c);
    for (int64_t p = 0; p < pixels; p++) {
      const auto v = load<L>(x + p * xStride + c);
      store<L>(y + p * yStride + c, v > 0 ? v : slope * v);
    }
  });
}

inline void activate(const float* x, const float* a, float* y, int64_t pixels, int64_t channels) {
  activate(x, channels, a, y, channels, pixels, channels);
}

// Where a walk reads or writes: channels side by side, the next pixel `stride` floats on.
template <typename T>
struct PixelsAt {
  T* at;
  int64_t stride;
};

// Asks for pixels that are wanted soon: what is between two rows of one map keeps the processor from guessing them.
template <bool IsWritten = false, typename T>
inline void prefetch(PixelsAt<T> from, int64_t pixels, int64_t channels) {
  constexpr int64_t line = 16;
  if (!from.at) return;
  if (from.stride == channels) channels *= pixels, pixels = 1;
  for (int64_t p = 0; p < pixels; p++)
    for (int64_t c = 0; c < channels; c += line) __builtin_prefetch(from.at + p * from.stride + c, IsWritten);
}

// dx = base + dy·(x > 0 ? 1 : a), without a base where it is null;  da += Σ dy·min(x, 0). What is written may be what is read.
inline void activateGradient(PixelsAt<const float> x, const float* a, PixelsAt<const float> dy, PixelsAt<const float> base, PixelsAt<float> dx, float* da,
                             int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const auto slope = load<L>(a + c);
    const auto walk = [=](auto onto) {
      const float *from = x.at + c, *g = dy.at + c, *before = base.at + c;
      float* to = dx.at + c;
      return summed<1, L>(pixels, [=](int64_t, Floats<L>* sums) mutable {
        const auto v = load<L>(from), gradient = load<L>(g);
        const Floats<L> zero = {};
        sums[0] += v > 0 ? zero : gradient * v;
        Floats<L> through = v > 0 ? gradient : slope * gradient;
        if constexpr (decltype(onto)::value) through += load<L>(before), before += base.stride;
        store<L>(to, through);
        from += x.stride, g += dy.stride, to += dx.stride;
      });
    };
    const auto total = base.at ? walk(std::true_type()) : walk(std::false_type());
    store<L>(da + c, load<L>(da + c) + total.of[0]);
  });
}

inline void activateGradient(const float* x, const float* a, const float* dy, float* dx, float* da, int64_t pixels, int64_t channels) {
  activateGradient({x, channels}, a, {dy, channels}, {nullptr, 0}, {dx, channels}, da, pixels, channels);
}

// y = (z − mean)·scale + shift, plus another tensor if there is one
inline void normalise(const float* z, const float* mean, const float* scale, const float* shift, PixelsAt<const float> other, PixelsAt<float> y,
                      int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const auto middle = load<L>(mean + c), factor = load<L>(scale + c), offset = load<L>(shift + c);
    if (other.at) {
      for (int64_t p = 0; p < pixels; p++) {
        store<L>(y.at + p * y.stride + c, (load<L>(z + p * channels + c) - middle) * factor + offset + load<L>(other.at + p * other.stride + c));
      }
    } else {
      for (int64_t p = 0; p < pixels; p++) store<L>(y.at + p * y.stride + c, (load<L>(z + p * channels + c) - middle) * factor + offset);
    }
  });
}

inline void normalise(const float* z, const float* mean, const float* scale, const float* shift, const float* other, float* y, int64_t pixels,
                      int64_t channels) {
  normalise(z, mean, scale, shift, {other, channels}, {y, channels}, pixels, channels);
}

// y = a + b
inline void addPixels(PixelsAt<const float> a, PixelsAt<const float> b, PixelsAt<float> y, int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    for (int64_t p = 0; p < pixels; p++) store<L>(y.at + p * y.stride + c, load<L>(a.at + p * a.stride + c) + load<L>(b.at + p * b.stride + c));
  });
}

// mean over pixels, and Σ (z − mean)²
inline void meanAndSquares(const float* z, float* mean, float* squares, int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const auto sum = summed<1, L>(pixels, [=](int64_t p, Floats<L>* sums) { sums[0] += load<L>(z + p * channels + c); });
    const Floats<L> middle = sum.of[0] / static_cast<float>(pixels);
    const auto square = summed<1, L>(pixels, [=](int64_t p, Floats<L>* sums) {
      const Floats<L> away = load<L>(z + p * channels + c) - middle;
      sums[0] += away * away;
    });
    store<L>(mean + c, middle);
    store<L>(squares + c, square.of[0]);
  });
}

// sum = Σ (z − pivot);  squares = Σ (z − pivot)²
inline void sumsAround(const float* pivot, const float* z, float* sum, float* squares, int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const auto middle = load<L>(pivot + c);
    const auto totals = summed<2, L>(pixels, [=](int64_t p, Floats<L>* sums) {
      const Floats<L> away = load<L>(z + p * channels + c) - middle;
      sums[0] += away;
      sums[1] += away * away;
    });
    store<L>(sum + c, totals.of[0]);
    store<L>(squares + c, totals.of[1]);
  });
}

// sum = Σ dy;  product = Σ dy·(z − mean)
inline void normSums(PixelsAt<const float> dy, const float* z, const float* mean, float* sum, float* product, int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const auto middle = load<L>(mean + c);
    const auto totals = summed<2, L>(pixels, [=](int64_t p, Floats<L>* sums) {
      const auto g = load<L>(dy.at + p * dy.stride + c);
      sums[0] += g;
      sums[1] += g * (load<L>(z + p * channels + c) - middle);
    });
    store<L>(sum + c, totals.of[0]);
    store<L>(product + c, totals.of[1]);
  });
}

inline void normSums(const float* dy, const float* z, const float* mean, float* sum, float* product, int64_t pixels, int64_t channels) {
  normSums({dy, channels}, z, mean, sum, product, pixels, channels);
}

// dz = dy·k0 + (z − mean)·k1 + k2
inline void normGradient(PixelsAt<const float> dy, const float* z, const float* mean, const float* k0, const float* k1, const float* k2, float* dz,
                         int64_t pixels, int64_t channels) {
  overChannels(channels, [=](auto lanes, int64_t c) {
    constexpr int L = decltype(lanes)::value;
    const auto middle = load<L>(mean + c), a = load<L>(k0 + c), b = load<L>(k1 + c), offset = load<L>(k2 + c);
    for (int64_t p = 0; p < pixels; p++) {
      store<L>(dz + p * channels + c, load<L>(dy.at + p * dy.stride + c) * a + ((load<L>(z + p * channels + c) - middle) * b + offset));
    }
  });
}

inline void normGradient(const float* dy, const float* z, const float* mean, const float* k0, const float* k1, const float* k2, float* dz,
                         int64_t pixels, int64_t channels) {
  normGradient({dy, channels}, z, mean, k0, k1, k2, dz, pixels, channels);
}

}  // namespace pocketnet
