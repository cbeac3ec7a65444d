// What a search cell is made of: its edges, their operations, and where these stand among the parameters (search_cell.cc).
#pragma once
#include <ATen/ATen.h>

#include <vector>

#include "branch.h"
#include "moments.h"
#include "pool.h"

namespace pocketnet {

// Columns of the mixing weights.
enum Operation { kMaxPool, kAvgPool, kSkip, kConv3, kConv5, kConv7, kConv1, kNone, kOperations };

// Values a channel of a batch-norm without scale and shift.
struct Norm {
  explicit Norm(int64_t channels) : mean(static_cast<size_t>(channels)), inverse(static_cast<size_t>(channels)) {}
  std::vector<float> mean, inverse;
};

// One convolution's output on one edge, to be normalised: from one branch, or two that fill half of its channels each.
struct Product {
  Operation operation;
  std::vector<Branch> branches;
  std::vector<size_t> parameters;  // of each branch: slopes, depthwise, pointwise
};

struct CellSizes {
  int64_t images, channels, height, width, outHeight, outWidth, nodes;
  bool reduces;

  int64_t outPixels() const { return outHeight * outWidth; }
  int64_t outSize() const { return outPixels() * channels; }
  int64_t edges() const { return nodes * (nodes + 3) / 2; }
  bool strided(int64_t source) const { return reduces && source < 2; }
  // A state is an image of the cell's inputs or of a node.
  int64_t stateSize(int64_t source) const { return source < 2 ? height * width * channels : outSize(); }
  int64_t products(int64_t source) const { return strided(source) ? 5 : 4; }
  int64_t norms(int64_t source) const { return products(source) + 2; }
  int64_t parameters(int64_t source) const { return strided(source) ? 17 : 12; }
  int64_t parts() const { return std::min(images, kParts); }
  int64_t partBegin(int64_t part) const { return part * images / parts(); }

  PoolShape pool(int64_t source) const {
    return source < 2 ? PoolShape{height, width, outHeight, outWidth, channels, strided(source) ? 2 : 1}
                      : PoolShape{outHeight, outWidth, outHeight, outWidth, channels, 1};
  }
  Geometry geometry(int64_t source, int64_t kernel, int64_t columns) const {
    Geometry g;
    const bool isInput = source < 2;
    g.images = images, g.inChannels = channels, g.outChannels = columns;
    g.height = isInput ? height : outHeight, g.width = isInput ? width : outWidth;
    g.kernel = kernel, g.stride = strided(source) ? 2 : 1, g.padding = (kernel - 1) / 2;
    g.outHeight = outHeight, g.outWidth = outWidth;
    return g;
  }
};

inline CellSizes sizesOf(const at::Tensor& before, int64_t edges, bool reduces) {
  CellSizes s;
  s.images = before.size(0), s.channels = before.size(1), s.height = before.size(2), s.width = before.size(3), s.reduces = reduces;
  s.outHeight = reduces ? s.height / 2 : s.height, s.outWidth = reduces ? s.width / 2 : s.width;
  s.nodes = 1;
  while (s.edges() < edges) s.nodes++;
  return s;
}

// The convolutions of an edge from `source`, whose parameters begin at `first`: those of the skip (strided edges only; a shared PReLU,
// then two pairs), then slopes, filters and pointwise weights of 3×3, 5×5, 7×7 and 1×1.
inline std::vector<Product> productsOf(const CellSizes& s, int64_t source, size_t first, const std::vector<at::Tensor>& parameters) {
  std::vector<Product> products;
  const auto branch = [&](int64_t kernel, int64_t column, int64_t width, int64_t offset, size_t slopes, size_t filters) {
    return Branch(s.geometry(source, kernel, width), column, s.channels, offset, parameters[slopes], parameters[filters], parameters[filters + 1]);
  };
  if (s.strided(source)) {
    const int64_t half = s.channels / 2;
    Product skip{kSkip, {}, {first, first + 1, first + 2, first, first + 3, first + 4}};
    skip.branches.push_back(branch(1, 0, half, 0, first, first + 1));
    skip.branches.push_back(branch(1, half, half, 1, first, first + 3));
    products.push_back(std::move(skip));
    first += 5;
  }
  for (int i = 0; i < 4; i++, first += 3) {
    Product product{static_cast<Operation>(kConv3 + i), {}, {first, first + 1, first + 2}};
    product.branches.push_back(branch(i == 3 ? 1 : 3 + 2 * i, 0, s.channels, 0, first, first + 1));
    products.push_back(std::move(product));
  }
  return products;
}

// Batch statistics from the parts' moments; the running ones of every batch-norm that sees these values follow.
inline Norm normOf(std::vector<Moments>& parts, const std::vector<std::pair<at::Tensor, at::Tensor>>& running, double momentum, double eps) {
  for (size_t part = 1; part < parts.size(); part++) parts[0].merge(parts[part]);
  const Moments& all = parts[0];
  Norm norm(static_cast<int64_t>(all.mean.size()));
  for (size_t c = 0; c < all.mean.size(); c++) {
    norm.mean[c] = static_cast<float>(all.mean[c]);
    norm.inverse[c] = static_cast<float>(1.0 / std::sqrt(all.squares[c] / all.count + eps));
    for (const auto& [mean, variance] : running) {
      float &m = mean.data_ptr<float>()[c], &v = variance.data_ptr<float>()[c];
      m = static_cast<float>((1 - momentum) * m + momentum * all.mean[c]);
      v = static_cast<float>((1 - momentum) * v + momentum * (all.squares[c] / std::max(1.0, all.count - 1)));
    }
  }
  for (const auto& [mean, variance] : running) mean.unsafeGetTensorImpl()->bump_version(), variance.unsafeGetTensorImpl()->bump_version();
  return norm;
}

// d ẑ / d z times p·dy: dz = dy·k0 + (z − mean)·k1 + k2
struct NormSlope {
  NormSlope(const Norm& norm, double share, const double* sum, const double* product, double count)
      : k0(norm.mean.size()), k1(norm.mean.size()), k2(norm.mean.size()) {
    for (size_t c = 0; c < k0.size(); c++) {
      const double inverse = norm.inverse[c], scale = share * inverse;
      k0[c] = static_cast<float>(scale);
      k1[c] = static_cast<float>(-scale * product[c] / count * inverse);
      k2[c] = static_cast<float>(-scale * sum[c] / count);
    }
  }
  void apply(const float* dy, const float* z, const Norm& norm, float* dz, int64_t pixels) const {
    normGradient(dy, z, norm.mean.data(), k0.data(), k1.data(), k2.data(), dz, pixels, static_cast<int64_t>(k0.size()));
  }
  std::vector<float> k0, k1, k2;
};

}  // namespace pocketnet
