// Mean and variance of a batch, gathered image by image.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "channelwise.h"

namespace pocketnet {

// Mean and sum of squared deviations of one image's [pixels, channels], then merged (Chan et al. 1979) in double.
struct Moments {
  explicit Moments(int64_t channels) : mean(static_cast<size_t>(channels)), squares(static_cast<size_t>(channels)) {}

  void ofImage(const float* z, int64_t pixels, int64_t channels) {
    std::vector<float> means(static_cast<size_t>(channels)), deviations(static_cast<size_t>(channels));
    meanAndSquares(z, means.data(), deviations.data(), pixels, channels);
    Moments image(channels);
    image.count = static_cast<double>(pixels);
    image.mean.assign(means.begin(), means.end());
    image.squares.assign(deviations.begin(), deviations.end());
    merge(image);
  }

  // Σ and Σ² about a pivot, for rows that come one by one: in one walk, and as exact as two while the pivot is among the values.
  static Moments around(const std::vector<float>& pivot, const std::vector<double>& sums, const std::vector<double>& squares, double count) {
    Moments moments(static_cast<int64_t>(pivot.size()));
    moments.count = count;
    for (size_t c = 0; c < pivot.size() && count > 0; c++) {
      moments.mean[c] = pivot[c] + sums[c] / count;
      moments.squares[c] = std::max(0.0, squares[c] - sums[c] * sums[c] / count);
    }
    return moments;
  }

  void merge(const Moments& other) {
    if (other.count == 0) return;
    const double total = count + other.count;
    for (size_t c = 0; c < mean.size(); c++) {
      const double apart = other.mean[c] - mean[c];
      mean[c] += apart * other.count / total;
      squares[c] += other.squares[c] + apart * apart * count * other.count / total;
    }
    count = total;
  }

  std::vector<double> mean, squares;
  double count = 0;
};

}  // namespace pocketnet
