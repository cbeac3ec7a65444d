// winograd: conv2d(x, weight, bias, stride 1, padding 1) of a 3×3 filter by Winograd's algorithm, for networks that only look, such as a
// teacher. The filters are transformed once (winograd_filters); a convolution is then 36 matrix products, a quarter of the work.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <algorithm>
#include <vector>

#include "gemm.h"
#include "memory.h"
#include "winograd.h"

namespace pocketnet {
namespace {

// The products work through panels of two vectors of output channels, which stay in the first-level cache.
constexpr int kPanelVectors = 2;
constexpr int64_t kPanel = kPanelVectors * kWidest;
constexpr int kRows = (kRegisters - kPanelVectors - 1) / kPanelVectors;
// Tiles that are transformed before they are multiplied: whole blocks of rows, few enough for the caches.
constexpr int64_t kTilesAtATime = 16 * kRows;

// G g Gᵀ as [point, panel, input channel, output channel within the panel], zeros beyond the last channel.
at::Tensor filtersOf(const at::Tensor& weight) {
  TORCH_CHECK(weight.is_cpu() && weight.scalar_type() == at::kFloat && weight.dim() == 4 && weight.size(2) == 3 && weight.size(3) == 3,
              "the weight must be [out, in, 3, 3], float32 on the CPU");
  const auto dense = weight.detach().contiguous();
  const int64_t out = dense.size(0), in = dense.size(1), panels = (out + kPanel - 1) / kPanel;
  auto filters = at::zeros({kPoints, panels, in, kPanel}, dense.options());
  const float* from = dense.data_ptr<float>();
  float* to = filters.data_ptr<float>();
  for (int64_t o = 0; o < out; o++)
    for (int64_t i = 0; i < in; i++) {
      float half[kPatch * 3], points[kPoints];
      for (int x = 0; x < 3; x++) filterPoints(from + (o * in + i) * 9 + x, 3, half + x, 3);
      for (int y = 0; y < kPatch; y++) filterPoints(half + y * 3, 1, points + y * kPatch, 1);
      for (int point = 0; point < kPoints; point++) to[((point * panels + o / kPanel) * in + i) * kPanel + o % kPanel] = points[point];
    }
  return filters;
}

struct Map {
  int64_t height, width, in, out;
  int64_t tilesDown() const { return (height + kTile - 1) / kTile; }
  int64_t tilesAcross() const { return (width + kTile - 1) / kTile; }
  int64_t tiles() const { return tilesDown() * tilesAcross(); }
};

// Calls body(y, x, n) for the upper left output of tile `index`, image n.
template <typename Body>
void atTile(const Map& map, int64_t index, Body body) {
  const int64_t within = index % map.tiles();
  body(within / map.tilesAcross() * kTile, within % map.tilesAcross() * kTile, index / map.tiles());
}

void transformPatch(const Map& map, const float* image, const float* zeros, int64_t y0, int64_t x0, float* points, int64_t pointStride) {
  const float* pixels[kPoints];
  for (int64_t i = 0; i < kPoints; i++) {
    const int64_t y = y0 + i / kPatch - 1, x = x0 + i % kPatch - 1;
    const bool inside = y >= 0 && y < map.height && x >= 0 && x < map.width;
    pixels[i] = inside ? image + (y * map.width + x) * map.in : zeros;
  }
  overChannels(map.in, [&](auto lanes, int64_t c) { patchToPoints<decltype(lanes)::value>(pixels, c, points + c, pointStride); });
}

void transformTile(const Map& map, const float* points, int64_t pointStride, const float* bias, float* image, int64_t y0, int64_t x0) {
  float* outputs[kTile * kTile];
  for (int64_t i = 0; i < kTile * kTile; i++) {
    const int64_t y = y0 + i / kTile, x = x0 + i % kTile;
    outputs[i] = y < map.height && x < map.width ? image + (y * map.width + x) * map.out : nullptr;
  }
  overChannels(map.out, [&](auto lanes, int64_t c) { pointsToTile<decltype(lanes)::value>(points + c, pointStride, bias, outputs, c); });
}

at::Tensor winograd(const at::Tensor& x, const at::Tensor& filters, const c10::optional<at::Tensor>& bias, int64_t outChannels) {
  TORCH_CHECK(!(at::GradMode::is_enabled() && x.requires_grad()), "this convolution has no derivative: call it within noGrad");
  TORCH_CHECK(x.is_cpu() && x.scalar_type() == at::kFloat && x.dim() == 4, "x must be [N, C, H, W], float32 on the CPU");
  TORCH_CHECK(filters.is_cpu() && filters.scalar_type() == at::kFloat && filters.is_contiguous() && filters.dim() == 4 && filters.size(0) == kPoints &&
                  filters.size(2) == x.size(1) && filters.size(3) == kPanel && outChannels > 0 && filters.size(1) == (outChannels + kPanel - 1) / kPanel,
              "the filters must be those that winograd_filters made of a weight of [", outChannels, ", ", x.size(1), ", 3, 3]");
  const bool hasBias = bias && bias->defined();
  TORCH_CHECK(!hasBias || (bias->is_cpu() && bias->scalar_type() == at::kFloat && bias->is_contiguous() && bias->numel() == outChannels),
              "the bias must have ", outChannels, " numbers, float32 on the CPU");
  const auto input = x.contiguous(at::MemoryFormat::ChannelsLast);
  const Map map{x.size(2), x.size(3), x.size(1), outChannels};
  auto y = at::empty({x.size(0), outChannels, map.height, map.width}, x.options().memory_format(at::MemoryFormat::ChannelsLast));
  const float *from = input.data_ptr<float>(), *weights = filters.data_ptr<float>(), *shift = hasBias ? bias->data_ptr<float>() : nullptr;
  float* to = y.data_ptr<float>();
  const int64_t tiles = x.size(0) * map.tiles(), panels = filters.size(1), padded = panels * kPanel;
  const std::vector<float> zeros(static_cast<size_t>(map.in), 0.0f);
  // The points' matrices lie a cache line more than their size apart: else all 36 would compete for the same lines.
  const int64_t inStride = kTilesAtATime * map.in + 16, outStride = kTilesAtATime * padded + 16;

  at::parallel_for(0, (tiles + kTilesAtATime - 1) / kTilesAtATime, 1, [&](int64_t firstBlock, int64_t lastBlock) {
    thread_local Scratch scratch;
    float *patches = scratch.get(0, kPoints * inStride), *products = scratch.get(1, kPoints * outStride);
    for (int64_t block = firstBlock; block < lastBlock; block++) {
      const int64_t begin = block * kTilesAtATime, count = std::min(kTilesAtATime, tiles - begin);
      const int64_t rows = (count + kRows - 1) / kRows * kRows;  // what is beyond the count is multiplied and never looked at
      for (int64_t t = 0; t < count; t++)
        atTile(map, begin + t, [&](int64_t y0, int64_t x0, int64_t n) {
          transformPatch(map, from + n * map.height * map.width * map.in, zeros.data(), y0, x0, patches + t * map.in, inStride);
        });
      for (int64_t point = 0; point < kPoints; point++)
        for (int64_t panel = 0; panel < panels; panel++)
          gemmColumns<kRows, kPanelVectors, kWidest>(rows, map.in, patches + point * inStride, map.in, 1, weights + (point * panels + panel) * map.in * kPanel, kPanel,
                                                     products + point * outStride + panel * kPanel, padded, false);
      for (int64_t t = 0; t < count; t++)
        atTile(map, begin + t, [&](int64_t y0, int64_t x0, int64_t n) {
          transformTile(map, products + t * padded, outStride, shift, to + n * map.height * map.width * map.out, y0, x0);
        });
    }
  });
  return y;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(pocketnet, m) {
  m.def("winograd_filters(Tensor weight) -> Tensor", filtersOf);
  m.def("winograd(Tensor x, Tensor filters, Tensor? bias, int out_channels) -> Tensor", winograd);
}

}  // namespace pocketnet
