// search_cell: the nodes of a mixed cell of a differentiable search (Liu et al. 2019; PocketNet's operations) as one differentiable
// operator over channels-last float32. Node j is Σ over states s ≤ j + 1 and operations k of p[edge, k]·opₖ(s), every operation but the
// plain skip ending in a batch-norm without scale and shift; the result is the nodes side by side. What this shares:
//   - max- and mean-pool have no parameters, so that their normalised maps are made once a state, not once an edge;
//   - the eight terms of all edges of a node are normalised, weighted and added in one walk;
//   - the derivative by p is the sum that the batch-norm's derivative needs anyway;
//   - `none` is not there, and weights' gradients that nobody asks for (the finite differences' passes) are not computed.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>

#include "once.h"
#include "search_cell.h"
#include "search_cell_backward.h"

namespace pocketnet {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kPixelsPerTask = 256;

template <typename Body>
void overParts(const CellSizes& s, Body body) {
  at::parallel_for(0, s.parts(), 1, [&](int64_t first, int64_t last) {
    for (int64_t part = first; part < last; part++)
      for (int64_t n = s.partBegin(part); n < s.partBegin(part + 1); n++) body(part, n);
  });
}

class SearchCell : public torch::autograd::Function<SearchCell> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& before, const at::Tensor& last, const at::Tensor& mixing,
                            at::TensorList parameterList, at::TensorList statistics, bool reduces, double momentum, double eps) {
    const CellSizes s = sizesOf(before, mixing.size(0), reduces);
    const std::vector<at::Tensor> parameters(parameterList.begin(), parameterList.end());
    const auto channelsLast = before.options().memory_format(at::MemoryFormat::ChannelsLast);
    const auto parts = [&] { return std::vector<Moments>(static_cast<size_t>(s.parts()), Moments(s.channels)); };
    CellTape tape;
    tape.states = {before, last};

    // Where the statistics of each edge's batch-norms begin, by source: an edge's come max-pool, mean-pool, then its convolutions.
    std::vector<std::vector<size_t>> normsFrom(static_cast<size_t>(s.nodes + 1));
    for (size_t node = 0, at = 0; node < static_cast<size_t>(s.nodes); node++)
      for (size_t source = 0; source < node + 2; at += static_cast<size_t>(2 * s.norms(static_cast<int64_t>(source))), source++) normsFrom[source].push_back(at);
    const auto pool = [&](int64_t source) {
      auto both = at::empty({2, s.images * s.outSize()}, before.options());
      float *largest = both.data_ptr<float>(), *mean = largest + s.images * s.outSize();
      const float* x = tape.states[static_cast<size_t>(source)].data_ptr<float>();
      std::vector<Moments> moments[2] = {parts(), parts()};
      overParts(s, [&](int64_t part, int64_t n) {
        float *a = largest + n * s.outSize(), *b = mean + n * s.outSize();
        poolBoth(x + n * s.stateSize(source), a, b, s.pool(source));
        moments[0][static_cast<size_t>(part)].ofImage(a, s.outPixels(), s.channels);
        moments[1][static_cast<size_t>(part)].ofImage(b, s.outPixels(), s.channels);
      });
      std::vector<Norm> norms;
      for (size_t which = 0; which < 2; which++) {
        std::vector<std::pair<at::Tensor, at::Tensor>> running;
        for (size_t at : normsFrom[static_cast<size_t>(source)]) running.emplace_back(statistics[at + 2 * which], statistics[at + 2 * which + 1]);
        norms.push_back(normOf(moments[which], running, momentum, eps));
      }
      tape.pools.push_back(both);
      tape.poolNorms.push_back(std::move(norms));
    };

    pool(0), pool(1);
    size_t parameter = 0, statistic = 0;
    const float* shares = mixing.data_ptr<float>();
    for (int64_t node = 0, edge = 0; node < s.nodes; node++) {
      std::vector<WeightedMap> terms;
      for (int64_t source = 0; source < node + 2; source++, edge++) {
        const float* p = shares + edge * kOperations;
        const float* x = tape.states[static_cast<size_t>(source)].data_ptr<float>();
        const auto products = productsOf(s, source, parameter, parameters);
        auto z = at::empty({s.products(source), s.images * s.outSize()}, before.options());
        auto mid = at::empty({3, s.images * s.outSize()}, before.options());
        float *pz = z.data_ptr<float>(), *pmid = mid.data_ptr<float>();
        std::vector<std::vector<Moments>> moments(products.size(), parts());
        overParts(s, [&](int64_t part, int64_t n) {
          for (size_t k = 0; k < products.size(); k++) {
            float* out = pz + (static_cast<int64_t>(k) * s.images + n) * s.outSize();
            float* kept = products[k].branches[0].g.spatial() ? pmid + ((products[k].operation - kConv3) * s.images + n) * s.outSize() : nullptr;
            for (const Branch& branch : products[k].branches) branchForward(branch, x + n * s.stateSize(source), kept, out);
            moments[k][static_cast<size_t>(part)].ofImage(out, s.outPixels(), s.channels);
          }
        });
        std::vector<Norm> norms;
        for (size_t k = 0; k < products.size(); k++) {
          const size_t at = statistic + 4 + 2 * k;
          norms.push_back(normOf(moments[k], {{statistics[at], statistics[at + 1]}}, momentum, eps));
          terms.emplace_back(pz + static_cast<int64_t>(k) * s.images * s.outSize(), p[products[k].operation], &norms.back(), s.channels);
        }
        const float* pooled = tape.pools[static_cast<size_t>(source)].data_ptr<float>();
        for (int64_t which = 0; which < 2; which++)
          terms.emplace_back(pooled + which * s.images * s.outSize(), p[kMaxPool + which], &tape.poolNorms[static_cast<size_t>(source)][static_cast<size_t>(which)], s.channels);
        if (!s.strided(source)) terms.emplace_back(x, p[kSkip], nullptr, s.channels);
        tape.z.push_back(z), tape.mid.push_back(mid), tape.norms.push_back(std::move(norms));
        parameter += static_cast<size_t>(s.parameters(source)), statistic += static_cast<size_t>(2 * s.norms(source));
      }
      auto state = at::zeros({s.images, s.channels, s.outHeight, s.outWidth}, before.options()).contiguous(at::MemoryFormat::ChannelsLast);
      float* sum = state.data_ptr<float>();
      at::parallel_for(0, s.images * s.outPixels(), kPixelsPerTask, [&](int64_t from, int64_t to) {
        for (int64_t at = from; at < to; at += kPixelsPerTask)  // so few that the sum stays in the first-level cache
          for (const WeightedMap& term : terms) term.addTo(sum, at, std::min(to, at + kPixelsPerTask), s.channels);
      });
      tape.states.push_back(state);
      if (node + 1 < s.nodes) pool(node + 2);
    }

    auto out = at::empty({s.images, s.nodes * s.channels, s.outHeight, s.outWidth}, channelsLast);
    for (int64_t node = 0; node < s.nodes; node++)
      copyChannels(tape.states[static_cast<size_t>(node + 2)].data_ptr<float>(), s.channels, out.data_ptr<float>() + node * s.channels, s.nodes * s.channels,
                   s.channels, s.images * s.outPixels());
    auto saved = tape.pack(mixing, parameters);
    context->save_for_backward(saved);
    context->saved_data["reduces"] = reduces;
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    refuseSecondDerivative("pocketnet::search_cell");
    const auto saved = context->get_saved_variables();
    const CellSizes s = sizesOf(saved[0], saved[2].size(0), context->saved_data["reduces"].toBool());
    const auto dOut = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    CellBackward back(s, saved, dOut, context->needs_input_grad(3));
    back.run([&](auto body) { overParts(s, body); });
    return back.results();
  }
};

bool isVector(const at::Tensor& t, int64_t size) { return t.is_cpu() && t.scalar_type() == at::kFloat && t.is_contiguous() && t.numel() == size; }

bool isMap(const at::Tensor& x) {
  return x.dim() == 4 && x.is_cpu() && x.scalar_type() == at::kFloat && x.numel() > 0 && x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

void check(const at::Tensor& before, const at::Tensor& last, const at::Tensor& mixing, at::TensorList parameters, at::TensorList statistics, bool reduces) {
  TORCH_CHECK(isMap(before) && isMap(last) && before.sizes() == last.sizes(), "the two inputs must be channels-last float32 tensors [N, C, H, W] of one shape, not empty");
  TORCH_CHECK(mixing.dim() == 2 && mixing.size(1) == kOperations && isVector(mixing, mixing.numel()), "the mixing weights must be contiguous float32 [edges, 8]");
  const int64_t edges = mixing.size(0);
  TORCH_CHECK(edges == 2 || edges == 5 || edges == 9 || edges == 14 || edges == 20, "a cell of 1 to 5 nodes has 2, 5, 9, 14 or 20 edges, not ", edges);
  const CellSizes s = sizesOf(before, edges, reduces);
  TORCH_CHECK(!reduces || (s.height % 2 == 0 && s.width % 2 == 0 && s.channels % 2 == 0), "a reduction cell takes maps of even height, width and channels");
  TORCH_CHECK(s.images * s.outPixels() > 1, "batch-norm needs more than one value a channel when it trains");
  size_t parameter = 0, statistic = 0;
  for (int64_t node = 0; node < s.nodes; node++)
    for (int64_t source = 0; source < node + 2; source++) {
      std::vector<std::pair<at::IntArrayRef, int64_t>> wanted;
      const int64_t c = s.channels;
      std::vector<int64_t> sizes;
      if (s.strided(source)) sizes = {c, c, c / 2 * c, c, c / 2 * c};
      for (int64_t taps : {9, 25, 49, 1}) sizes.insert(sizes.end(), {c, c * taps, c * c});
      for (int64_t size : sizes) {
        TORCH_CHECK(parameter < parameters.size() && isVector(parameters[parameter], size), "parameter ", parameter, " must be contiguous float32 of ", size, " values");
        const auto& t = parameters[parameter++];
        TORCH_CHECK(size == c || t.dim() == 4, "parameter ", parameter - 1, " must have four dimensions");
      }
      for (int64_t i = 0; i < 2 * s.norms(source); i++, statistic++)
        TORCH_CHECK(statistic < statistics.size() && isVector(statistics[statistic], c), "statistic ", statistic, " must be contiguous float32 of the channels");
    }
  TORCH_CHECK(parameter == parameters.size() && statistic == statistics.size(), "there must be ", parameter, " parameters and ", statistic, " statistics");
}

at::Tensor searchCell(const at::Tensor& before, const at::Tensor& last, const at::Tensor& mixing, at::TensorList parameters, at::TensorList statistics,
                      bool reduces, double momentum, double eps) {
  check(before, last, mixing, parameters, statistics, reduces);
  return SearchCell::apply(before, last, mixing, parameters, statistics, reduces, momentum, eps);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(pocketnet, m) {
  m.def("search_cell(Tensor before, Tensor last, Tensor mixing, Tensor[] parameters, Tensor(a!)[] statistics, bool reduces, float momentum, float eps) -> Tensor",
        [](const at::Tensor& before, const at::Tensor& last, const at::Tensor& mixing, at::TensorList parameters, at::TensorList statistics, bool reduces,
           double momentum, double eps) { return searchCell(before, last, mixing, parameters, statistics, reduces, momentum, eps); });
}

}  // namespace pocketnet
