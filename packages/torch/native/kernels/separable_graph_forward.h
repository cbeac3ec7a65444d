// The way through a graph of separable branches, state by state: each node's rows are made, and with them go all branches that they complete.
#pragma once
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "moments.h"
#include "separable_graph.h"

namespace pocketnet {

// What one part has seen of a branch's outputs.
struct RowSums {
  explicit RowSums(int64_t channels) : pivot(static_cast<size_t>(channels)), sums(pivot.size(), 0.0), squares(pivot.size(), 0.0) {}

  void add(const float* z, int64_t pixels) {
    const auto channels = static_cast<int64_t>(pivot.size());
    thread_local Scratch scratch;
    float *sum = scratch.get(0, channels), *square = scratch.get(1, channels);
    if (count == 0) meanAndSquares(z, pivot.data(), square, pixels, channels);
    sumsAround(pivot.data(), z, sum, square, pixels, channels);
    for (size_t c = 0; c < pivot.size(); c++) sums[c] += sum[c], squares[c] += square[c];
    count += static_cast<double>(pixels);
  }
  Moments moments() const { return Moments::around(pivot, sums, squares, count); }

  std::vector<float> pivot;
  std::vector<double> sums, squares;
  double count = 0;
};

// y = (z − mean)·scale + shift with scale = inverse·weight
struct Normalisation {
  const float* mean = nullptr;
  Numbers scale, shift;
};

class GraphForward {
 public:
  // @param keeps whether what backward needs is kept; else it is freed as soon as nothing looks at it any more
  GraphForward(const Graph& graph, GraphTape& tape, at::TensorList statistics, bool training, double momentum, double eps, bool keeps)
      : graph_(graph),
        tape_(tape),
        maps_(graph, tape.inputs, tape.parameters),
        statistics_(statistics),
        normalisations_(maps_.branches.size()),
        training_(training),
        keeps_(keeps),
        momentum_(momentum),
        eps_(eps) {
    checkStatistics();
    maps_.makeOutputs(tape);
    tape.z.resize(maps_.branches.size()), tape.norms.resize(maps_.branches.size());
  }

  void run() {
    std::vector<std::vector<const Term*>> ready(static_cast<size_t>(graph_.states()));  // by state: the branches that it completes
    std::vector<int64_t> lastUse(ready.size(), 0);
    for (int64_t node = graph_.inputs; node < graph_.states(); node++)
      for (const Term& term : graph_.terms(node)) {
        const int64_t use = term.isPlain() ? node : term.lastSource();
        for (int64_t source : term.sources) lastUse[static_cast<size_t>(source)] = std::max(lastUse[static_cast<size_t>(source)], use);
        if (!term.isPlain()) ready[static_cast<size_t>(use)].push_back(&term);
      }
    for (int64_t state = 0; state < graph_.states(); state++) {
      const auto& completed = ready[static_cast<size_t>(state)];
      if (graph_.isNode(state)) maps_.makeInner(state, tape_);
      if (graph_.isNode(state) || !completed.empty()) through(state, completed);
      if (keeps_) continue;
      for (size_t other = 0; other <= static_cast<size_t>(state); other++)
        if (maps_.placeOfInner[other] >= 0 && lastUse[other] <= state) tape_.inner[static_cast<size_t>(maps_.placeOfInner[other])] = at::Tensor();
      if (!graph_.isNode(state)) continue;
      for (const Term& term : graph_.terms(state))
        if (!term.isPlain()) tape_.z[static_cast<size_t>(term.branch)] = at::Tensor();
    }
  }

 private:
  // Makes a node, and what its rows complete.
  void through(int64_t state, const std::vector<const Term*>& ready) {
    std::vector<std::vector<RowSums>> sums;
    std::vector<int64_t> offsets;
    int64_t room = 0;
    for (const Term* term : ready) {
      const Geometry& g = maps_.branch(*term).g;
      tape_.z[static_cast<size_t>(term->branch)] = maps_.make({g.outHeight, g.outWidth, {}}, g.outChannels);
      sums.emplace_back(static_cast<size_t>(maps_.parts()), RowSums(g.outChannels));
      offsets.push_back(room);
      room += BranchForward::scratchSize(g);
    }
    maps_.overParts([&](size_t part, int64_t first, int64_t last) {
      thread_local Scratch scratch;
      float* memory = scratch.get(0, room);
      std::vector<BranchForward> branches;
      for (size_t i = 0; i < ready.size(); i++) branches.emplace_back(maps_.branch(*ready[i]), Pieces(memory + offsets[i]));
      for (int64_t n = first; n < last; n++) {
        std::vector<std::vector<MapView>> sources;
        for (size_t i = 0; i < ready.size(); i++) {
          sources.push_back(maps_.sources(*ready[i], n));
          branches[i].begin(zOf(*ready[i], n));
        }
        for (int64_t y = 0; y < maps_.at(state).height; y++) {
          if (graph_.isNode(state)) sumRow(state, n, y);
          for (size_t i = 0; i < ready.size(); i++)
            branches[i].take(sources[i], [&](const float* row) {
              if (training_) sums[i][part].add(row, maps_.branch(*ready[i]).g.outWidth);
            });
        }
      }
    });
    for (size_t i = 0; i < ready.size(); i++) finish(*ready[i], sums[i]);
  }

  void sumRow(int64_t state, int64_t n, int64_t y) {
    const StateMap& map = maps_.at(state);
    const int64_t width = map.width, channels = map.all.channels;
    const auto to = map.image(n).row(y, width);
    prefetch<true>(map.image(n).row(y + 1, width), width, channels);
    PixelsAt<const float> sum{nullptr, 0};
    const auto& terms = graph_.terms(state);
    const Term* first = nullptr;  // a state as it is, which the first batch-norm adds
    for (const Term& term : terms)
      if (term.isPlain() && term.sources.size() == 1 && !first) first = &term, sum = maps_.at(term.sources[0]).image(n).constRow(y, width);
    for (const Term& term : terms) {
      if (term.isPlain()) continue;
      const Normalisation& norm = normalisations_[static_cast<size_t>(term.branch)];
      prefetch(PixelsAt<const float>{zOf(term, n) + (y + 1) * width * channels, channels}, width, channels);
      normalise(zOf(term, n) + y * width * channels, norm.mean, norm.scale.data(), norm.shift.data(), sum, to, width, channels);
      sum = {to.at, to.stride};
    }
    for (const Term& term : terms) {
      if (!term.isPlain() || &term == first) continue;
      int64_t c = 0;
      for (int64_t source : term.sources) {
        const MapView part = maps_.at(source).image(n);
        const auto from = part.constRow(y, width);
        const PixelsAt<float> place{to.at + c, to.stride};
        if (sum.at) addPixels({sum.at + c, sum.stride}, from, place, width, part.channels);
        else copyChannels(from.at, from.stride, place.at, place.stride, part.channels, width);
        c += part.channels;
      }
      sum = {to.at, to.stride};
    }
    if (sum.at != to.at) copyChannels(sum.at, sum.stride, to.at, to.stride, channels, width);
  }

  // The batch-norm of a branch all of whose outputs are there.
  void finish(const Term& term, const std::vector<RowSums>& sums) {
    const auto branch = static_cast<size_t>(term.branch);
    const int64_t channels = maps_.branch(term).g.outChannels;
    tape_.norms[branch] = at::empty({2, channels}, maps_.options);
    const at::Tensor *own = tape_.parameters.data() + branch * kParametersOfBranch, &runningMean = statistics_[2 * branch], &runningVar = statistics_[2 * branch + 1];
    float *mean = tape_.norms[branch].data_ptr<float>(), *inverse = mean + channels, *rm = runningMean.data_ptr<float>(), *rv = runningVar.data_ptr<float>();
    if (training_) {
      Moments all = sums[0].moments();
      for (size_t part = 1; part < sums.size(); part++) all.merge(sums[part].moments());
      for (size_t c = 0; c < static_cast<size_t>(channels); c++) {
        mean[c] = static_cast<float>(all.mean[c]);
        inverse[c] = static_cast<float>(1.0 / std::sqrt(all.squares[c] / all.count + eps_));
        rm[c] = static_cast<float>((1 - momentum_) * rm[c] + momentum_ * all.mean[c]);
        rv[c] = static_cast<float>((1 - momentum_) * rv[c] + momentum_ * (all.squares[c] / std::max(1.0, all.count - 1)));
      }
      for (const at::Tensor* statistic : {&runningMean, &runningVar}) statistic->unsafeGetTensorImpl()->bump_version();
    } else {
      for (int64_t c = 0; c < channels; c++) mean[c] = rm[c], inverse[c] = static_cast<float>(1.0 / std::sqrt(static_cast<double>(rv[c]) + eps_));
    }
    Normalisation& norm = normalisations_[branch];
    norm.mean = mean, norm.scale.assign(inverse, inverse + channels), norm.shift.assign(static_cast<size_t>(channels), 0.0f);
    if (!own[3].defined()) return;
    const float *weight = own[3].data_ptr<float>(), *bias = own[4].data_ptr<float>();
    for (size_t c = 0; c < static_cast<size_t>(channels); c++) norm.scale[c] *= weight[c], norm.shift[c] = bias[c];
  }

  float* zOf(const Term& term, int64_t n) const {
    const Geometry& g = maps_.branch(term).g;
    return tape_.z[static_cast<size_t>(term.branch)].data_ptr<float>() + n * g.outPixels() * g.outChannels;
  }

  void checkStatistics() const {
    TORCH_CHECK(statistics_.size() == 2 * maps_.branches.size(), "there must be a running mean and a running variance of every branch");
    for (size_t i = 0; i < statistics_.size(); i++) {
      const Geometry& g = maps_.branches[i / 2].g;
      const at::Tensor& t = statistics_[i];
      TORCH_CHECK(t.is_cpu() && t.scalar_type() == at::kFloat && t.is_contiguous() && t.numel() == g.outChannels,
                  "the running statistics must be float32 of the output's channels");
      TORCH_CHECK(!training_ || g.images * g.outPixels() > 1, "batch-norm needs more than one value a channel when it trains");
    }
  }

  const Graph& graph_;
  GraphTape& tape_;
  GraphMaps maps_;
  at::TensorList statistics_;
  std::vector<Normalisation> normalisations_;
  bool training_, keeps_;
  double momentum_, eps_;
};

}  // namespace pocketnet
