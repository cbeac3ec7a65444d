// The way back through a search cell: what the way there has kept, and the derivatives in reverse order of the nodes.
#pragma once
#include <ATen/ATen.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "search_cell.h"

namespace pocketnet {

// A map that a node adds: p·(z − mean)·inverse, or p·z of a plain skip.
struct WeightedMap {
  WeightedMap(const float* z, float share, const Norm* norm, int64_t channels)
      : z(z), mean(static_cast<size_t>(channels), 0.0f), scale(static_cast<size_t>(channels), share), zeros(static_cast<size_t>(channels), 0.0f) {
    if (!norm) return;
    mean = norm->mean;
    for (size_t c = 0; c < scale.size(); c++) scale[c] = share * norm->inverse[c];
  }
  void addTo(float* sum, int64_t from, int64_t to, int64_t channels) const {
    normalise(z + from * channels, mean.data(), scale.data(), zeros.data(), sum + from * channels, sum + from * channels, to - from, channels);
  }
  const float* z;
  std::vector<float> mean, scale, zeros;
};

// What the way there keeps, in the order in which it is packed.
struct CellTape {
  std::vector<at::Tensor> states, pools, z, mid;  // by state; by state that feeds a node; by edge; by edge
  std::vector<std::vector<Norm>> poolNorms, norms;

  std::vector<at::Tensor> pack(const at::Tensor& mixing, const std::vector<at::Tensor>& parameters) const {
    std::vector<at::Tensor> all = {states[0], states[1], mixing};
    all.insert(all.end(), parameters.begin(), parameters.end());
    all.insert(all.end(), states.begin() + 2, states.end());
    for (size_t i = 0; i < pools.size(); i++) all.insert(all.end(), {pools[i], packed(poolNorms[i])});
    for (size_t i = 0; i < z.size(); i++) all.insert(all.end(), {z[i], mid[i], packed(norms[i])});
    return all;
  }

  static at::Tensor packed(const std::vector<Norm>& norms) {
    const int64_t channels = static_cast<int64_t>(norms[0].mean.size());
    auto out = at::empty({static_cast<int64_t>(norms.size()), 2, channels}, at::kFloat);
    float* to = out.data_ptr<float>();
    for (const Norm& norm : norms) to = std::copy(norm.inverse.begin(), norm.inverse.end(), std::copy(norm.mean.begin(), norm.mean.end(), to));
    return out;
  }

  static std::vector<Norm> unpacked(const at::Tensor& values) {
    std::vector<Norm> norms;
    const float* from = values.data_ptr<float>();
    const int64_t channels = values.size(2);
    for (int64_t i = 0; i < values.size(0); i++, from += 2 * channels) {
      Norm norm(channels);
      std::copy(from, from + channels, norm.mean.begin());
      std::copy(from + channels, from + 2 * channels, norm.inverse.begin());
      norms.push_back(std::move(norm));
    }
    return norms;
  }
};

class CellBackward {
 public:
  CellBackward(const CellSizes& s, const std::vector<at::Tensor>& saved, const at::Tensor& dOut, bool wantsWeights)
      : s_(s), wantsWeights_(wantsWeights), zeros_(static_cast<size_t>(s.channels), 0.0f) {
    size_t parameters = 0;
    for (int64_t node = 0; node < s.nodes; node++)
      for (int64_t source = 0; source < node + 2; source++) firstParameter_.push_back(parameters), parameters += static_cast<size_t>(s.parameters(source));
    auto next = saved.begin();
    tape_.states = {next[0], next[1]};
    mixing_ = next[2];
    next += 3;
    parameters_.assign(next, next + static_cast<int64_t>(parameters));
    next += static_cast<int64_t>(parameters);
    tape_.states.insert(tape_.states.end(), next, next + s.nodes);
    next += s.nodes;
    for (int64_t i = 0; i <= s.nodes; i++, next += 2) tape_.pools.push_back(next[0]), tape_.poolNorms.push_back(CellTape::unpacked(next[1]));
    for (int64_t i = 0; i < s.edges(); i++, next += 3) tape_.z.push_back(next[0]), tape_.mid.push_back(next[1]), tape_.norms.push_back(CellTape::unpacked(next[2]));

    dParameters_.resize(parameters);
    dMixing_ = at::zeros({s.edges(), kOperations}, mixing_.options());
    for (int64_t state = 0; state < s.nodes + 2; state++) {
      auto d = state < 2 ? at::zeros_like(tape_.states[static_cast<size_t>(state)]) : at::empty_like(tape_.states[static_cast<size_t>(state)]);
      if (state >= 2) copyChannels(dOut.data_ptr<float>() + (state - 2) * s.channels, s.nodes * s.channels, d.data_ptr<float>(), s.channels, s.channels, s.images * s.outPixels());
      dStates_.push_back(d);
    }
    poolSums_.assign(static_cast<size_t>(s.nodes + 1), std::vector<double>(static_cast<size_t>(4 * s.channels), 0.0));
  }

  // @param overParts calls body(part, image) for every image, the parts side by side
  template <typename OverParts>
  void run(OverParts overParts) {
    for (int64_t node = s_.nodes - 1; node >= 0; node--) {
      if (node + 2 <= s_.nodes) pools(node + 2, overParts);  // the last of what its state feeds: now its gradient is whole
      const auto sums = total([&](int64_t n, float* sum, float* product) { normSums(gradient(node, n), gradient(node, n), zeros_.data(), sum, product, s_.outPixels(), s_.channels); }, overParts).first;
      for (int64_t source = 0; source < node + 2; source++) edge(node, source, sums, overParts);
    }
    pools(1, overParts), pools(0, overParts);
  }

  std::vector<at::Tensor> results() const {
    std::vector<at::Tensor> all = {dStates_[0], dStates_[1], dMixing_};
    all.insert(all.end(), dParameters_.begin(), dParameters_.end());
    int64_t statistics = 0;
    for (int64_t node = 0; node < s_.nodes; node++)
      for (int64_t source = 0; source < node + 2; source++) statistics += 2 * s_.norms(source);
    all.resize(all.size() + static_cast<size_t>(statistics) + 3);  // statistics, reduces, momentum and eps have none
    return all;
  }

 private:
  using Doubles = std::vector<double>;

  static size_t edgeOf(int64_t node, int64_t source) { return static_cast<size_t>(node * (node + 3) / 2 + source); }
  const float* gradient(int64_t node, int64_t n) const { return dStates_[static_cast<size_t>(node + 2)].data_ptr<float>() + n * s_.outSize(); }
  double count() const { return static_cast<double>(s_.images * s_.outPixels()); }

  // Two sums a channel over all images, the parts' added in their order.
  template <typename OfImage, typename OverParts>
  std::pair<Doubles, Doubles> total(OfImage ofImage, OverParts overParts) const {
    const size_t c = static_cast<size_t>(s_.channels);
    std::vector<Doubles> sums(static_cast<size_t>(s_.parts()), Doubles(c)), products = sums;
    overParts([&](int64_t part, int64_t n) {
      std::vector<float> sum(c), product(c);
      ofImage(n, sum.data(), product.data());
      for (size_t i = 0; i < c; i++) sums[static_cast<size_t>(part)][i] += sum[i], products[static_cast<size_t>(part)][i] += product[i];
    });
    for (size_t part = 1; part < sums.size(); part++)
      for (size_t i = 0; i < c; i++) sums[0][i] += sums[part][i], products[0][i] += products[part][i];
    return {sums[0], products[0]};
  }

  // Σ dy·ẑ a channel; its total is the derivative by the operation's share.
  template <typename OverParts>
  Doubles product(int64_t node, size_t edge, int operation, const float* z, const Norm* norm, OverParts overParts) {
    const float* mean = norm ? norm->mean.data() : zeros_.data();
    auto products = total([&](int64_t n, float* sum, float* product) { normSums(gradient(node, n), z + n * s_.outSize(), mean, sum, product, s_.outPixels(), s_.channels); }, overParts).second;
    double all = 0;
    for (size_t c = 0; c < products.size(); c++) all += products[c] *= norm ? norm->inverse[c] : 1.0;
    dMixing_.data_ptr<float>()[static_cast<int64_t>(edge) * kOperations + operation] = static_cast<float>(all);
    return products;
  }

  template <typename OverParts>
  void edge(int64_t node, int64_t source, const Doubles& sums, OverParts overParts) {
    const size_t at = edgeOf(node, source), from = static_cast<size_t>(source), channels = static_cast<size_t>(s_.channels);
    const float* shares = mixing_.data_ptr<float>() + static_cast<int64_t>(at) * kOperations;
    const float *x = tape_.states[from].data_ptr<float>(), *z = tape_.z[at].data_ptr<float>(), *mid = tape_.mid[at].data_ptr<float>();
    const int64_t mapSize = s_.images * s_.outSize();
    float* dx = dStates_[from].data_ptr<float>();

    for (int64_t which = 0; which < 2; which++) {
      const auto products = product(node, at, kMaxPool + static_cast<int>(which), tape_.pools[from].data_ptr<float>() + which * mapSize, &tape_.poolNorms[from][static_cast<size_t>(which)], overParts);
      double* kept = poolSums_[from].data() + 2 * which * s_.channels;
      for (size_t c = 0; c < channels; c++) kept[c] += shares[which] * sums[c], kept[channels + c] += shares[which] * products[c];
    }
    if (!s_.strided(source)) product(node, at, kSkip, x, nullptr, overParts);

    const auto list = productsOf(s_, source, firstParameter_[at], parameters_);
    std::vector<NormSlope> slopes;
    for (size_t k = 0; k < list.size(); k++) {
      const Norm& norm = tape_.norms[at][k];
      const auto products = product(node, at, list[k].operation, z + static_cast<int64_t>(k) * mapSize, &norm, overParts);
      slopes.emplace_back(norm, shares[list[k].operation], sums.data(), products.data(), count());
    }

    std::vector<std::vector<std::vector<BranchSums>>> found;  // by product, branch and part
    for (const Product& product : list) {
      found.emplace_back();
      for (const Branch& branch : product.branches) found.back().emplace_back(wantsWeights_ ? static_cast<size_t>(s_.parts()) : 0, BranchSums(branch.g));
    }
    const WeightedMap skip(nullptr, shares[kSkip], nullptr, s_.channels);
    overParts([&](int64_t part, int64_t n) {
      const float* image = x + n * s_.stateSize(source);
      float *dImage = dx + n * s_.stateSize(source), *dz = scratch(0, s_.outSize());
      for (size_t k = 0; k < list.size(); k++) {
        slopes[k].apply(gradient(node, n), z + static_cast<int64_t>(k) * mapSize + n * s_.outSize(), tape_.norms[at][k], dz, s_.outPixels());
        for (size_t b = 0; b < list[k].branches.size(); b++) {
          const Branch& branch = list[k].branches[b];
          const float* kept = branch.g.spatial() ? mid + (list[k].operation - kConv3) * mapSize + n * s_.outSize() : nullptr;
          branchBackward(branch, image, kept, dz, dImage, wantsWeights_ ? &found[k][b][static_cast<size_t>(part)] : nullptr);
        }
      }
      if (!s_.strided(source)) normalise(gradient(node, n), zeros_.data(), skip.scale.data(), zeros_.data(), dImage, dImage, s_.outPixels(), s_.channels);
    });
    if (!wantsWeights_) return;
    for (size_t k = 0; k < list.size(); k++)
      for (size_t b = 0; b < list[k].branches.size(); b++) {
        const auto gradients = branchGradients(list[k].branches[b], found[k][b]);
        add(list[k].parameters[3 * b], gradients.slopes), add(list[k].parameters[3 * b + 1], gradients.depthwise), add(list[k].parameters[3 * b + 2], gradients.pointwise);
      }
  }

  // Through both pools of a state at once, for all edges that it feeds: Σ over nodes of p·dy is what reaches the normalised maps.
  template <typename OverParts>
  void pools(int64_t source, OverParts overParts) {
    const size_t from = static_cast<size_t>(source), channels = static_cast<size_t>(s_.channels);
    const int64_t mapSize = s_.images * s_.outSize(), first = std::max<int64_t>(0, source - 1);
    const float *x = tape_.states[from].data_ptr<float>(), *pooled = tape_.pools[from].data_ptr<float>();
    float* dx = dStates_[from].data_ptr<float>();
    std::vector<NormSlope> slopes;
    std::vector<std::vector<WeightedMap>> shares(2);
    for (size_t which = 0; which < 2; which++) {
      const double* kept = poolSums_[from].data() + 2 * which * channels;
      slopes.emplace_back(tape_.poolNorms[from][which], 1.0, kept, kept + channels, count());
      for (int64_t node = first; node < s_.nodes; node++)
        shares[which].emplace_back(gradient(node, 0), mixing_.data_ptr<float>()[static_cast<int64_t>(edgeOf(node, source)) * kOperations + static_cast<int64_t>(which)], nullptr, s_.channels);
    }
    overParts([&](int64_t, int64_t n) {
      float *dy = scratch(0, s_.outSize()), *dz[2] = {scratch(1, s_.outSize()), scratch(2, s_.outSize())};
      for (size_t which = 0; which < 2; which++) {
        std::fill(dy, dy + s_.outSize(), 0.0f);
        for (const WeightedMap& share : shares[which])
          normalise(share.z + n * s_.outSize(), zeros_.data(), share.scale.data(), zeros_.data(), dy, dy, s_.outPixels(), s_.channels);
        slopes[which].apply(dy, pooled + static_cast<int64_t>(which) * mapSize + n * s_.outSize(), tape_.poolNorms[from][which], dz[which], s_.outPixels());
      }
      poolBothGradient(x + n * s_.stateSize(source), dz[0], dz[1], dx + n * s_.stateSize(source), s_.pool(source));
    });
  }

  void add(size_t parameter, const at::Tensor& gradient) {
    auto& sum = dParameters_[parameter];
    const auto shaped = gradient.reshape_as(parameters_[parameter]);
    sum = sum.defined() ? sum + shaped : shaped;
  }

  static float* scratch(size_t which, int64_t size) {
    thread_local Scratch kept;
    return kept.get(which, size);
  }

  const CellSizes s_;
  const bool wantsWeights_;
  const std::vector<float> zeros_;
  CellTape tape_;
  at::Tensor mixing_, dMixing_;
  std::vector<at::Tensor> parameters_, dParameters_, dStates_;
  std::vector<size_t> firstParameter_;
  std::vector<std::vector<double>> poolSums_;  // by state: Σ p·dy and Σ p·dy·ẑ of the maximum, then of the mean
};

}  // namespace pocketnet
