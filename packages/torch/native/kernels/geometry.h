// The sizes of one separable operation, and the frames of zeros that its images stand in.
#pragma once
#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "channelwise.h"
#include "depthwise.h"
#include "memory.h"

namespace pocketnet {

// Sums over images are taken in this many fixed parts, so that results do not depend on the number of threads.
// More threads than that do not help.
constexpr int64_t kParts = 8;

struct Geometry {
  int64_t images, inChannels, outChannels, height, width, kernel, stride, padding, outHeight, outWidth;

  int64_t inPixels() const { return height * width; }
  int64_t outPixels() const { return outHeight * outWidth; }
  int64_t paddedWidth() const { return width + 2 * padding; }
  int64_t paddedSize() const { return (height + 2 * padding) * paddedWidth() * inChannels; }
  bool spatial() const { return kernel > 1; }
  int64_t parts() const { return std::min(images, kParts); }
  int64_t partBegin(int64_t part) const { return part * images / parts(); }
  Window window() const { return {kernel, stride, outHeight, outWidth, inChannels, paddedWidth()}; }
};

// PReLU of one image into a frame of zeros.
inline void activatePadded(const float* x, const float* slopes, float* padded, const Geometry& g) {
  const int64_t rowSize = g.paddedWidth() * g.inChannels, side = g.padding * g.inChannels;
  std::fill(padded, padded + g.padding * rowSize, 0.0f);
  float* row = padded + g.padding * rowSize;
  for (int64_t y = 0; y < g.height; y++, row += rowSize) {
    std::fill(row, row + side, 0.0f);
    activate(x + y * g.width * g.inChannels, slopes, row + side, g.width, g.inChannels);
    std::fill(row + side + g.width * g.inChannels, row + rowSize, 0.0f);
  }
  std::fill(row, row + g.padding * rowSize, 0.0f);
}

// Zeros wherever the spread gradient has no pixel: all round it, and at stride 2 between its pixels.
inline void clearAround(float* spread, int64_t height, int64_t width, int64_t frame, const Geometry& g) {
  const int64_t row = width * g.inChannels, side = frame * g.inChannels;
  if (g.stride > 1) {
    std::fill(spread, spread + height * row, 0.0f);
    return;
  }
  std::fill(spread, spread + frame * row, 0.0f);
  for (int64_t y = frame; y < frame + g.outHeight; y++) {
    std::fill(spread + y * row, spread + y * row + side, 0.0f);
    std::fill(spread + y * row + side + g.outWidth * g.inChannels, spread + (y + 1) * row, 0.0f);
  }
  std::fill(spread + (frame + g.outHeight) * row, spread + height * row, 0.0f);
}

// The filters as [tap, channel], or with both axes turned around for the derivative by the input.
inline Numbers tapsFirst(const at::Tensor& filters, int64_t channels, int64_t taps, bool turned) {
  Numbers out(static_cast<size_t>(taps * channels));
  const float* from = filters.data_ptr<float>();
  for (int64_t c = 0; c < channels; c++)
    for (int64_t t = 0; t < taps; t++) out[static_cast<size_t>((turned ? taps - 1 - t : t) * channels + c)] = from[c * taps + t];
  return out;
}

}  // namespace pocketnet
