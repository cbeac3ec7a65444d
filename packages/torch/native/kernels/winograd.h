// F(4×4, 3×3) of Winograd's convolution (Lavin and Gray 2016): a tile of 4×4 outputs from 6×6 inputs by 36 products instead of 144,
//   Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A,
// with the interpolation points 0, ±1, ±2 and ∞. The transforms of one vector of channels each.
#pragma once
#include "simd.h"

namespace pocketnet {

constexpr int kTile = 4;              // outputs along a side
constexpr int kPatch = kTile + 2;     // inputs along a side
constexpr int kPoints = kPatch * kPatch;

// out = G·in, from 3 filter taps to 6 points
inline void filterPoints(const float* in, int64_t inStride, float* out, int64_t outStride) {
  const float a = in[0], b = in[inStride], c = in[2 * inStride];
  const float even = -(a + c) / 6, odd = b / 6, wide = a / 24 + c / 6, half = b / 12;
  out[0] = a / 4;
  out[outStride] = even - odd;
  out[2 * outStride] = even + odd;
  out[3 * outStride] = wide + half;
  out[4 * outStride] = wide - half;
  out[5 * outStride] = c;
}

// out = Bᵀ·in, from 6 inputs to 6 points
template <typename V>
inline void inputPoints(const V* in, int inStride, V* out, int outStride) {
  const V a = in[0], b = in[inStride], c = in[2 * inStride], d = in[3 * inStride], e = in[4 * inStride], f = in[5 * inStride];
  const V even = e - 4.0f * c, odd = d - 4.0f * b, near = e - c, far = 2.0f * (d - b);
  out[0] = 4.0f * a - 5.0f * c + e;
  out[outStride] = even + odd;
  out[2 * outStride] = even - odd;
  out[3 * outStride] = near + far;
  out[4 * outStride] = near - far;
  out[5 * outStride] = 4.0f * b - 5.0f * d + f;
}

// out = Aᵀ·in, from 6 points to 4 outputs
template <typename V>
inline void outputTile(const V* in, int inStride, V* out, int outStride) {
  const V a = in[0], f = in[5 * inStride];
  const V sum = in[inStride] + in[2 * inStride], difference = in[inStride] - in[2 * inStride];
  const V wideSum = in[3 * inStride] + in[4 * inStride], wideDifference = in[3 * inStride] - in[4 * inStride];
  out[0] = a + sum + wideSum;
  out[outStride] = difference + 2.0f * wideDifference;
  out[2 * outStride] = sum + 4.0f * wideSum;
  out[3 * outStride] = difference + 8.0f * wideDifference + f;
}

// Bᵀ d B of one vector of channels: 36 pixels in, 36 points out, `pointStride` floats apart.
template <int Lanes>
inline void patchToPoints(const float* const* pixels, int64_t channel, float* points, int64_t pointStride) {
  Floats<Lanes> patch[kPoints], half[kPoints], whole[kPatch];
  for (int i = 0; i < kPoints; i++) patch[i] = load<Lanes>(pixels[i] + channel);
  for (int x = 0; x < kPatch; x++) inputPoints(patch + x, kPatch, half + x, kPatch);
  for (int y = 0; y < kPatch; y++) {
    inputPoints(half + y * kPatch, 1, whole, 1);
    for (int x = 0; x < kPatch; x++) store<Lanes>(points + (y * kPatch + x) * pointStride, whole[x]);
  }
}

// Aᵀ m A + bias of one vector of channels: 36 points in, 16 outputs out; those without a place are dropped.
template <int Lanes>
inline void pointsToTile(const float* points, int64_t pointStride, const float* bias, float* const* outputs, int64_t channel) {
  Floats<Lanes> patch[kPoints], half[kTile * kPatch], tile[kTile];
  for (int i = 0; i < kPoints; i++) patch[i] = load<Lanes>(points + i * pointStride);
  for (int x = 0; x < kPatch; x++) outputTile(patch + x, kPatch, half + x, kPatch);
  const Floats<Lanes> shift = bias ? load<Lanes>(bias + channel) : Floats<Lanes>{};
  for (int y = 0; y < kTile; y++) {
    outputTile(half + y * kPatch, 1, tile, 1);
    for (int x = 0; x < kTile; x++)
      if (outputs[y * kTile + x]) store<Lanes>(outputs[y * kTile + x] + channel, tile[x] + shift);
  }
}

}  // namespace pocketnet
