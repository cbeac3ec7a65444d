// One PReLU -> depthwise -> pointwise chain of one image, row by row: a row goes all the way to z while what it needs, the kernel's rows of
// the activated input, lies in the first cache. Its input may be several maps side by side.
#pragma once
#include <algorithm>
#include <vector>

#include "branch.h"

namespace pocketnet {

// A map of one image, or a slice of a wider map's channels: the next pixel is `stride` floats on.
struct MapView {
  float* data = nullptr;
  int64_t stride = 0, channels = 0;
  PixelsAt<float> row(int64_t y, int64_t width) const { return {data ? data + y * width * stride : nullptr, stride}; }
  PixelsAt<const float> constRow(int64_t y, int64_t width) const { return {data ? data + y * width * stride : nullptr, stride}; }
  MapView image(int64_t n, int64_t pixels) const { return {data ? data + n * pixels * stride : nullptr, stride, channels}; }
};

// As many rows as the kernel has, the newest in the place of the oldest, each in a frame of zeros; rows that are not there are zeros.
class RowRing {
 public:
  RowRing(const Geometry& g, float* memory) : g_(g), memory_(memory), rowSize_(g.paddedWidth() * g.inChannels) { std::fill(memory, memory + size(g), 0.0f); }
  static int64_t size(const Geometry& g) { return (g.kernel + 1) * g.paddedWidth() * g.inChannels; }

  // Row y without its frame.
  float* row(int64_t y) const { return framed(y) + g_.padding * g_.inChannels; }
  const float* zeros() const { return memory_ + g_.kernel * rowSize_; }
  float* framed(int64_t y) const { return memory_ + y % g_.kernel * rowSize_; }

 private:
  const Geometry& g_;
  float* memory_;
  int64_t rowSize_;
};

// The activated input of a branch, taken row by row; of a sampled one (branch.h) only the pixels that it sees, and only every other row.
class ActiveRows {
 public:
  ActiveRows(const Branch& b, float* memory) : b_(b), ring_(b.g, memory) {}
  void begin() { taken_ = 0; }

  void take(const std::vector<MapView>& image) {
    const Geometry& g = b_.g;
    float* to = ring_.row(taken_);
    const float* slopes = b_.slopes;
    for (const MapView& part : image) {
      prefetch(part.constRow(taken_ + 1, g.width), g.width, part.channels);
      const auto from = part.constRow(taken_, g.width);
      if (!b_.sampled()) activate(from.at, from.stride, slopes, to, g.inChannels, g.width, part.channels);
      else if (taken_ % g.stride == b_.offset) activate(from.at + b_.offset * from.stride, g.stride * from.stride, slopes, to, g.inChannels, g.outWidth, part.channels);
      to += part.channels, slopes += part.channels;
    }
    taken_++;
  }

  // Whether all rows are there that output row y looks at.
  bool suffice(int64_t y) const { return taken_ == b_.g.height || y * b_.g.stride + b_.offset - b_.g.padding + b_.g.kernel <= taken_; }
  // What a 1×1 filter looks at.
  const float* row() const { return ring_.row(0); }

  void seenBy(int64_t outRow, const float** rows) const {
    const Geometry& g = b_.g;
    for (int64_t ky = 0; ky < g.kernel; ky++) {
      const int64_t y = outRow * g.stride - g.padding + ky;
      rows[ky] = y < 0 || y >= g.height ? ring_.zeros() : ring_.framed(y);
    }
  }

 private:
  const Branch& b_;
  RowRing ring_;
  int64_t taken_ = 0;
};

// Parts of one piece of memory, each from a cache line on.
class Pieces {
 public:
  explicit Pieces(float* memory) : next_(memory) {}
  float* take(int64_t size) {
    float* piece = next_;
    next_ += rounded(size);
    return piece;
  }
  static int64_t rounded(int64_t size) { return (size + 15) / 16 * 16; }

 private:
  float* next_;
};

class BranchForward {
 public:
  BranchForward(const Branch& b, Pieces memory) : b_(b), active_(b, memory.take(RowRing::size(b.g))), mid_(memory.take(b.g.outWidth * b.g.inChannels)) {}
  static int64_t scratchSize(const Geometry& g) { return Pieces::rounded(RowRing::size(g)) + Pieces::rounded(g.outWidth * g.inChannels); }

  void begin(float* z) {
    z_ = z, next_ = 0;
    active_.begin();
  }

  // Takes the next row of the image and calls body(row of z) for every one that it completes.
  template <typename Body>
  void take(const std::vector<MapView>& image, Body body) {
    const Geometry& g = b_.g;
    active_.take(image);
    for (; next_ < g.outHeight && active_.suffice(next_); next_++) {
      const float* in = active_.row();
      if (g.spatial()) {
        const float* rows[kLargestKernel];
        active_.seenBy(next_, rows);
        depthwiseRow(g.kernel, g.stride, rows, b_.filters.data(), mid_, g.outWidth, g.inChannels);
        in = mid_;
      }
      float* to = z_ + next_ * g.outWidth * g.outChannels;
      prefetch<true>(PixelsAt<float>{to + g.outWidth * g.outChannels, g.outChannels}, g.outWidth, g.outChannels);
      gemm(g.outWidth, g.outChannels, g.inChannels, in, g.inChannels, 1, b_.turnedFolded.data(), g.outChannels, to, g.outChannels, false);
      body(to);
    }
  }

 private:
  const Branch& b_;
  ActiveRows active_;
  float *mid_, *z_ = nullptr;
  int64_t next_ = 0;
};

// Where a branch adds its derivative by one of the maps it takes: to = base + derivative; without a base it is the first to come.
struct GradientView {
  MapView to, base;
};

// dz = dy·k0 + (z − mean)·k1 + k2, the derivative of a batch-norm.
struct NormDerivative {
  const float *mean, *k0, *k1, *k2;
};

class BranchBackward {
 public:
  BranchBackward(const Branch& b, Pieces memory)
      : b_(b),
        active_(b, memory.take(RowRing::size(b.g))),
        spread_(b.g, memory.take(RowRing::size(b.g))),
        mid_(memory.take(rowsHeld(b.g) * b.g.outWidth * b.g.inChannels)),
        dz_(memory.take(rowsHeld(b.g) * b.g.outWidth * b.g.outChannels)),
        dActive_(memory.take(b.g.width * b.g.inChannels)),
        mixing_(memory.take(b.g.outChannels * b.g.inChannels)),
        filters_(memory.take(b.g.kernel * b.g.kernel * b.g.inChannels)),
        slopes_(memory.take(b.g.inChannels)) {}

  static int64_t scratchSize(const Geometry& g) {
    int64_t size = 2 * Pieces::rounded(RowRing::size(g));
    for (int64_t piece : {rowsHeld(g) * g.outWidth * g.inChannels, rowsHeld(g) * g.outWidth * g.outChannels, g.width * g.inChannels, g.outChannels * g.inChannels,
                          g.kernel * g.kernel * g.inChannels, g.inChannels})
      size += Pieces::rounded(piece);
    return size;
  }

  // Short rows are gathered for the product that sums over pixels, which else would mostly fetch and store its sums.
  static int64_t rowsHeld(const Geometry& g) { return g.spatial() ? std::max<int64_t>(1, 64 / g.outWidth) : 1; }

  // The pointwise input is made again: it lies in the cache, what was kept would come from memory. Rows that are wanted next are asked for
  // in between, a few at a time, since the processor waits for a few lines only without standing still.
  void run(const std::vector<MapView>& image, const MapView& dy, const float* z, const NormDerivative& norm, std::vector<GradientView> gradients,
           BranchSums& sums) {
    const Geometry& g = b_.g;
    const int64_t ci = g.inChannels, co = g.outChannels;
    const float* weights = b_.folded.data();
    // An image's share by itself, then added: one sum over all images would round off its last terms.
    std::fill(mixing_, mixing_ + co * ci, 0.0f), std::fill(filters_, filters_ + g.kernel * g.kernel * ci, 0.0f), std::fill(slopes_, slopes_ + ci, 0.0f);
    if (b_.sampled()) fillUnseen(gradients);
    active_.begin();
    int64_t given = 0;
    int64_t held = 0;  // rows whose share in the pointwise weights' derivative is not taken yet
    for (int64_t y = 0; y < g.outHeight; y++) {
      while (!active_.suffice(y)) active_.take(image);
      float *dz = dz_ + held * g.outWidth * co, *mid = mid_ + held * g.outWidth * ci;
      normGradient(dy.constRow(y, g.outWidth), z + y * g.outWidth * co, norm.mean, norm.k0, norm.k1, norm.k2, dz, g.outWidth, co);
      prefetch(dy.constRow(y + 1, g.outWidth), g.outWidth, co);
      if (!g.spatial()) {
        gemm(co, ci, g.outWidth, dz, 1, co, active_.row(), ci, mixing_, ci, true);
        prefetch(PixelsAt<const float>{z + (y + 1) * g.outWidth * co, co}, g.outWidth, co);
        gemm(g.outWidth, ci, co, dz, co, 1, weights, ci, dActive_, ci, false);
        give(y, image, gradients);
        continue;
      }
      const float* rows[kLargestKernel];
      active_.seenBy(y, rows);
      depthwiseRow(g.kernel, g.stride, rows, b_.filters.data(), mid, g.outWidth, ci);
      prefetch(PixelsAt<const float>{z + (y + 1) * g.outWidth * co, co}, g.outWidth, co);
      if (++held == rowsHeld(g) || y + 1 == g.outHeight) {
        gemm(co, ci, held * g.outWidth, dz_, 1, co, mid_, ci, mixing_, ci, true);
        held = 0;
      }
      float* dMid = spread_.row(y * g.stride);
      gemm(g.outWidth, ci, co, dz, co, 1, weights, ci, dMid, g.stride * ci, false);
      depthwiseFilterGradientRow(g.kernel, g.stride, rows, dMid, g.stride * ci, filters_, g.outWidth, ci);
      // The derivative by the input is a stride-1 convolution of dMid, with zeros between its pixels if the stride was 2, with the turned filters.
      const int64_t end = y + 1 == g.outHeight ? g.height : (y + 1) * g.stride - g.padding;
      for (; given < end; given++) {
        for (int64_t ky = 0; ky < g.kernel; ky++) {
          const int64_t at = given - g.padding + ky;
          rows[ky] = at < 0 || at % g.stride != 0 || at / g.stride > y ? spread_.zeros() : spread_.framed(at);
        }
        depthwiseRow(g.kernel, 1, rows, b_.turned.data(), dActive_, g.width, ci);
        give(given, image, gradients);
      }
    }
    const auto add = [](const float* share, std::vector<float>& sum) {
      for (size_t i = 0; i < sum.size(); i++) sum[i] += share[i];
    };
    add(mixing_, sums.mixing), add(filters_, sums.filters), add(slopes_, sums.slopes);
  }

 private:
  // Hands on the derivative by row y of the activated input.
  void give(int64_t y, const std::vector<MapView>& image, const std::vector<GradientView>& gradients) {
    const Geometry& g = b_.g;
    const int64_t step = b_.sampled() ? g.stride : 1, width = b_.sampled() ? g.outWidth : g.width, row = y * step + b_.offset;
    int64_t c = 0;
    for (size_t part = 0; part < image.size(); part++) {
      const int64_t channels = image[part].channels;
      const MapView &to = gradients[part].to, &base = gradients[part].base;
      const auto seen = [&](auto pixels) { return decltype(pixels){pixels.at ? pixels.at + b_.offset * pixels.stride : nullptr, step * pixels.stride}; };
      prefetch<true>(to.row(row + step, g.width), g.width, channels);
      if (base.data != to.data) prefetch(base.constRow(row + step, g.width), g.width, channels);
      activateGradient(seen(image[part].constRow(row, g.width)), b_.slopes + c, {dActive_ + c, g.inChannels}, seen(base.constRow(row, g.width)),
                       seen(to.row(row, g.width)), slopes_ + c, width, channels);
      c += channels;
    }
  }

  // Pixels that a sampled branch does not see have no derivative by it.
  void fillUnseen(std::vector<GradientView>& gradients) const {
    for (GradientView& gradient : gradients) {
      if (gradient.base.data == gradient.to.data) continue;
      const int64_t pixels = b_.g.inPixels(), channels = gradient.to.channels;
      if (gradient.base.data) copyChannels(gradient.base.data, gradient.base.stride, gradient.to.data, gradient.to.stride, channels, pixels);
      else std::fill(gradient.to.data, gradient.to.data + pixels * channels, 0.0f);
      gradient.base = gradient.to;
    }
  }

  const Branch& b_;
  ActiveRows active_;
  RowRing spread_;
  float *mid_, *dz_, *dActive_, *mixing_, *filters_, *slopes_;
};

}  // namespace pocketnet
