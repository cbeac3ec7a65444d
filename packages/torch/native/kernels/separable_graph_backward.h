// The way back through a graph of separable branches, node by node from the last on.
#pragma once
#include <ATen/ATen.h>

#include <utility>
#include <vector>

#include "separable_graph.h"

namespace pocketnet {

class GraphBackward {
 public:
  GraphBackward(const Graph& graph, const GraphTape& tape, std::vector<at::Tensor> gradients, bool training)
      : graph_(graph), tape_(tape), maps_(graph, tape.inputs, tape.parameters), dOutputs_(std::move(gradients)), training_(training) {
    maps_.place(tape);
    for (Branch& branch : maps_.branches) joinRows(branch.g);
    states_.resize(static_cast<size_t>(graph.states()));
    norms_.resize(static_cast<size_t>(graph.branches));
    for (size_t i = 0; i < dOutputs_.size(); i++)
      maps_.slices(graph.outputs[i], dOutputs_[i], [&](int64_t state, const MapView& slice) { of(state).base = slice; });
    for (const auto& terms : graph.nodes)
      for (const Term& term : terms)
        for (int64_t source : term.sources) of(source).missing++;
    dParameters_.resize(tape.parameters.size());
  }

  void run() {
    std::vector<int64_t> whole;
    for (int64_t state = graph_.inputs; state < graph_.states(); state++)
      if (of(state).missing == 0) whole.push_back(state);
    sumNorms(whole);
    // A node waits for one before it that is made of the same states by one branch each: together they give theirs while these are in the cache.
    std::vector<std::vector<int64_t>> waiting(states_.size());
    for (int64_t state = graph_.states() - 1; state >= graph_.inputs; state--) {
      auto& together = waiting[static_cast<size_t>(state)];
      together.push_back(state);
      int64_t other = state - 1;
      while (other >= graph_.inputs && !isAlike(other, state)) other--;
      auto& later = waiting[static_cast<size_t>(other)];
      if (other >= graph_.inputs) later.insert(later.end(), together.begin(), together.end());
      else through(together);
    }
  }

  at::Tensor byInput(int64_t input) {
    const StateGradient& gradient = of(input);
    if (gradient.own.defined()) return gradient.own;
    for (const at::Tensor& dOutput : dOutputs_)
      if (dOutput.data_ptr<float>() == gradient.base.data && dOutput.size(1) == gradient.base.channels) return dOutput;
    return copyOf(input, gradient.base);
  }
  const std::vector<at::Tensor>& byParameters() const { return dParameters_; }

 private:
  // What has come in of the derivative by a state: a tensor of its own, or as long as there is one summand only, where that lies.
  struct StateGradient {
    at::Tensor own;
    MapView base;
    int missing = 0;  // terms that have not given theirs
    MapView view() const { return own.defined() ? viewOf(own) : base; }
  };

  // Sums a channel, of every part: Σ dy and Σ dy·(z − mean).
  struct NormSums {
    std::vector<std::vector<double>> sum, product;
  };

  // What a state that is added as it is takes on: to = a + b.
  struct PlainSum {
    MapView a, b, to;
    void image(int64_t n, int64_t pixels) const {
      addPixels(a.image(n, pixels).constRow(0, 0), b.image(n, pixels).constRow(0, 0), to.image(n, pixels).row(0, 0), pixels, to.channels);
    }
  };

  // To a 1×1 filter an image is one row of pixels: short ones are joined, as far as the first cache has room.
  static void joinRows(Geometry& g) {
    if (g.spatial() || g.stride > 1) return;
    while (g.height % 2 == 0 && g.width <= 32 && g.width * g.inChannels <= 2048) g.height /= 2, g.width *= 2;
    g.outHeight = g.height, g.outWidth = g.width;
  }

  StateGradient& of(int64_t state) { return states_[static_cast<size_t>(state)]; }

  at::Tensor tensorLike(int64_t state) { return maps_.make(maps_.at(state), maps_.at(state).all.channels); }

  at::Tensor copyOf(int64_t state, const MapView& from) {
    auto copy = tensorLike(state);
    at::parallel_for(0, maps_.images * maps_.at(state).pixels(), 512, [&](int64_t begin, int64_t end) {
      copyChannels(from.data + begin * from.stride, from.stride, copy.data_ptr<float>() + begin * from.channels, from.channels, from.channels, end - begin);
    });
    return copy;
  }

  // Room for one more summand of the derivative by a state.
  GradientView onto(int64_t state) {
    StateGradient& gradient = of(state);
    const MapView before = gradient.view();
    if (!gradient.own.defined()) gradient.own = tensorLike(state);
    return {viewOf(gradient.own), before};
  }

  bool isAlike(int64_t state, int64_t other) const {
    const auto &terms = graph_.terms(state), &others = graph_.terms(other);
    return terms.size() == 1 && others.size() == 1 && !terms[0].isPlain() && !others[0].isPlain() && terms[0].sources == others[0].sources;
  }

  // dz = scale·(dy − mean(dy) − ẑ·mean(dy·ẑ)) = dy·k0 + (z − mean)·k1 + k2; with fixed statistics dz = dy·scale
  struct Derivative {
    const float* mean = nullptr;
    Numbers k0, k1, k2;
    NormDerivative view() const { return {mean, k0.data(), k1.data(), k2.data()}; }
  };

  // One term's share in the derivatives by its sources.
  struct Share {
    const Term& term;
    MapView dy;
    int64_t pixels;  // of its node
    std::vector<PlainSum> sums;
    // Of a branch:
    std::vector<GradientView> gradients;
    std::vector<BranchSums> parts;
    Derivative derivative;
    int64_t memory = 0;  // where its scratch begins
  };

  // Through all terms of some nodes, whose own derivatives are whole. Where that makes a source's whole, its batch-norms' sums are taken
  // while its image is in the cache.
  void through(const std::vector<int64_t>& nodes) {
    std::vector<Share> shares;
    std::vector<int64_t> whole;
    int64_t room = 0;
    for (int64_t node : nodes)
      for (const Term& term : graph_.terms(node)) {
        Share share{term, of(node).view(), maps_.at(node).pixels(), {}, {}, {}, {}};
        maps_.overSources(term, share.dy, [&](int64_t source, const MapView& dy) {
          if (!term.isPlain()) share.gradients.push_back(onto(source));
          else if (of(source).view().data) {
            const GradientView sum = onto(source);
            share.sums.push_back({sum.base, dy, sum.to});
          } else {
            of(source).base = dy;
          }
          if (--of(source).missing == 0 && graph_.isNode(source)) whole.push_back(source);
        });
        if (!term.isPlain()) {
          share.parts.assign(static_cast<size_t>(maps_.parts()), BranchSums(maps_.branch(term).g));
          share.derivative = derivativeOf(term);
          share.memory = room;
          room += BranchBackward::scratchSize(maps_.branch(term).g);
        }
        shares.push_back(std::move(share));
      }
    prepare(whole);
    maps_.overParts([&](size_t part, int64_t first, int64_t last) {
      thread_local Scratch scratch;
      float* memory = scratch.get(0, room);
      std::vector<BranchBackward> branches;
      for (const Share& share : shares)
        if (!share.term.isPlain()) branches.emplace_back(maps_.branch(share.term), Pieces(memory + share.memory));
      for (int64_t n = first; n < last; n++) {
        auto branch = branches.begin();
        for (Share& share : shares) {
          for (const PlainSum& sum : share.sums) sum.image(n, share.pixels);
          if (share.term.isPlain()) continue;
          const int64_t pixels = maps_.at(share.term.sources[0]).pixels();
          std::vector<GradientView> gradients;
          for (const GradientView& each : share.gradients) gradients.push_back({each.to.image(n, pixels), each.base.image(n, pixels)});
          (branch++)->run(maps_.sources(share.term, n), share.dy.image(n, share.pixels), zOf(share.term, n), share.derivative.view(), std::move(gradients), share.parts[part]);
        }
        for (int64_t source : whole) sumNorms(source, part, n);
      }
    });
    for (const Share& share : shares) {
      if (share.term.isPlain()) continue;
      auto found = branchGradients(maps_.branch(share.term), share.parts);
      at::Tensor* own = dParameters_.data() + static_cast<size_t>(share.term.branch) * kParametersOfBranch;
      own[0] = found.slopes, own[1] = found.depthwise, own[2] = found.pointwise;
    }
  }

  const float* zOf(const Term& term, int64_t n) const {
    const Geometry& g = maps_.branch(term).g;
    return tape_.z[static_cast<size_t>(term.branch)].data_ptr<float>() + n * g.outPixels() * g.outChannels;
  }

  void prepare(const std::vector<int64_t>& states) {
    for (int64_t state : states)
      for (const Term& term : graph_.terms(state)) {
        if (term.isPlain()) continue;
        const std::vector<std::vector<double>> zeros(static_cast<size_t>(maps_.parts()), std::vector<double>(static_cast<size_t>(maps_.branch(term).g.outChannels), 0.0));
        norms_[static_cast<size_t>(term.branch)] = {zeros, zeros};
      }
  }

  void sumNorms(const std::vector<int64_t>& states) {
    prepare(states);
    maps_.overParts([&](size_t part, int64_t first, int64_t last) {
      for (int64_t n = first; n < last; n++)
        for (int64_t state : states) sumNorms(state, part, n);
    });
  }

  void sumNorms(int64_t state, size_t part, int64_t n) {
    const StateMap& map = maps_.at(state);
    const MapView dy = of(state).view().image(n, map.pixels());
    thread_local Scratch scratch;
    const int64_t channels = map.all.channels;
    float *sum = scratch.get(0, channels), *product = scratch.get(1, channels);
    for (const Term& term : graph_.terms(state)) {
      if (term.isPlain()) continue;
      normSums(dy.constRow(0, 0), zOf(term, n), tape_.norms[static_cast<size_t>(term.branch)].data_ptr<float>(), sum, product, map.pixels(), channels);
      NormSums& totals = norms_[static_cast<size_t>(term.branch)];
      for (size_t c = 0; c < static_cast<size_t>(channels); c++) totals.sum[part][c] += sum[c], totals.product[part][c] += product[c];
    }
  }

  // dbias = Σ dy,  dweight = Σ dy·ẑ with ẑ = (z − mean)·inverse
  Derivative derivativeOf(const Term& term) {
    const auto branch = static_cast<size_t>(term.branch);
    const Geometry& g = maps_.branch(term).g;
    const int64_t channels = g.outChannels;
    const at::Tensor& weight = tape_.parameters[branch * kParametersOfBranch + 3];
    const float *mean = tape_.norms[branch].data_ptr<float>(), *inverse = mean + channels, *gamma = weight.defined() ? weight.data_ptr<float>() : nullptr;
    auto dWeight = at::empty({channels}, tape_.norms[branch].options()), dBias = at::empty_like(dWeight);
    Derivative derivative;
    derivative.mean = mean;
    for (Numbers* k : {&derivative.k0, &derivative.k1, &derivative.k2}) k->resize(static_cast<size_t>(channels));
    const double count = static_cast<double>(maps_.images * g.outPixels());
    for (size_t c = 0; c < static_cast<size_t>(channels); c++) {
      double sum = 0, product = 0;
      for (const auto& part : norms_[branch].sum) sum += part[c];
      for (const auto& part : norms_[branch].product) product += part[c];
      product *= inverse[c];
      dBias.data_ptr<float>()[c] = static_cast<float>(sum);
      dWeight.data_ptr<float>()[c] = static_cast<float>(product);
      const double scale = static_cast<double>(inverse[c]) * (gamma ? gamma[c] : 1.0f);
      derivative.k0[c] = static_cast<float>(scale);
      derivative.k1[c] = static_cast<float>(training_ ? -scale * product / count * inverse[c] : 0);
      derivative.k2[c] = static_cast<float>(training_ ? -scale * sum / count : 0);
    }
    if (gamma) dParameters_[branch * kParametersOfBranch + 3] = dWeight, dParameters_[branch * kParametersOfBranch + 4] = dBias;
    return derivative;
  }

  const Graph& graph_;
  const GraphTape& tape_;
  GraphMaps maps_;
  std::vector<at::Tensor> dOutputs_, dParameters_;
  std::vector<StateGradient> states_;
  std::vector<NormSums> norms_;
  bool training_;
};

}  // namespace pocketnet
