// What a graph of separable branches is made of (separable_graph.cc), and where its maps lie.
#pragma once
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "branch_rows.h"
#include "geometry.h"
#include "moments.h"

namespace pocketnet {

// One summand of a node: some states side by side, through a branch and its batch-norm or as they are.
struct Term {
  int64_t branch;  // -1: as they are
  std::vector<int64_t> sources;
  int64_t stride, offset;  // a 1×1 filter of stride 2 sees every other pixel, from the first or the second on

  bool isPlain() const { return branch < 0; }
  int64_t lastSource() const { return *std::max_element(sources.begin(), sources.end()); }
};

// States are numbered: the inputs, then the nodes, each a sum over states before it. An output is some states side by side.
struct Graph {
  int64_t inputs = 0, branches = 0;
  std::vector<std::vector<Term>> nodes;
  std::vector<std::vector<int64_t>> outputs;

  int64_t states() const { return inputs + static_cast<int64_t>(nodes.size()); }
  bool isNode(int64_t state) const { return state >= inputs; }
  const std::vector<Term>& terms(int64_t state) const { return nodes[static_cast<size_t>(state - inputs)]; }
};

// As integers: the number of nodes; of each the number of terms; of each term its stride (0: the states as they are; 3: 2, from the second pixel
// on) and its sources, counted; then the outputs and the states of each, counted.
inline Graph readGraph(at::IntArrayRef words, int64_t inputs) {
  Graph graph;
  graph.inputs = inputs;
  size_t at = 0;
  const auto word = [&](int64_t most) {
    TORCH_CHECK(at < words.size() && words[at] >= 0 && words[at] <= most, "the graph's word ", at, " must be from 0 to ", most);
    return words[at++];
  };
  const auto list = [&](int64_t states) {
    std::vector<int64_t> found(static_cast<size_t>(word(static_cast<int64_t>(words.size()))));
    TORCH_CHECK(!found.empty(), "the graph has an empty list before word ", at);
    for (int64_t& state : found) state = word(states - 1);
    return found;
  };
  std::vector<bool> isUsed;
  graph.nodes.resize(static_cast<size_t>(word(static_cast<int64_t>(words.size()))));
  for (size_t node = 0; node < graph.nodes.size(); node++) {
    graph.nodes[node].resize(static_cast<size_t>(word(static_cast<int64_t>(words.size()))));
    TORCH_CHECK(!graph.nodes[node].empty(), "node ", node, " of the graph has no terms");
    for (Term& term : graph.nodes[node]) {
      const int64_t stride = word(3);
      term.stride = std::min<int64_t>(stride, 2), term.offset = stride == 3;
      term.sources = list(inputs + static_cast<int64_t>(node));
      term.branch = stride == 0 ? -1 : graph.branches++;
    }
  }
  graph.outputs.resize(static_cast<size_t>(word(static_cast<int64_t>(words.size()))));
  std::vector<int> uses(static_cast<size_t>(graph.states()), 0);
  for (auto& output : graph.outputs) {
    output = list(graph.states());
    for (int64_t state : output)
      TORCH_CHECK(graph.isNode(state) && uses[static_cast<size_t>(state)]++ == 0, "an output is made of nodes, each in one output at most, not of state ", state);
  }
  TORCH_CHECK(at == words.size(), "the graph has ", words.size() - at, " words too many");
  for (const auto& node : graph.nodes)
    for (const Term& term : node)
      for (int64_t source : term.sources) uses[static_cast<size_t>(source)]++;
  for (size_t state = 0; state < uses.size(); state++) TORCH_CHECK(uses[state] > 0, "state ", state, " of the graph is used nowhere");
  return graph;
}

// A state's size, and where its images lie.
struct StateMap {
  int64_t height = 0, width = 0;
  MapView all;
  int64_t pixels() const { return height * width; }
  MapView image(int64_t n) const { return all.image(n, pixels()); }
};

inline MapView viewOf(const at::Tensor& tensor) { return {tensor.data_ptr<float>(), tensor.size(1), tensor.size(1)}; }

// What belongs to each branch: slopes, depthwise, pointwise, and of the batch-norm weight and bias, which may both be undefined.
constexpr size_t kParametersOfBranch = 5;

// Everything that forward makes and backward needs, and the one order in which it is kept.
struct GraphTape {
  std::vector<at::Tensor> inputs, parameters, z, norms, inner, outputs;  // norms: [2, channels], mean and 1 / √(variance + ε); inner: states of no output

  std::vector<at::Tensor> pack() const {
    std::vector<at::Tensor> all;
    for (const auto* list : {&inputs, &parameters, &z, &norms, &inner, &outputs}) all.insert(all.end(), list->begin(), list->end());
    return all;
  }
  static GraphTape unpack(const Graph& graph, const std::vector<at::Tensor>& all) {
    GraphTape tape;
    auto next = all.begin();
    const auto take = [&](std::vector<at::Tensor>& list, int64_t count) { list.assign(next, next + count), next += count; };
    take(tape.inputs, graph.inputs), take(tape.parameters, graph.branches * static_cast<int64_t>(kParametersOfBranch));
    take(tape.z, graph.branches), take(tape.norms, graph.branches);
    take(tape.inner, all.end() - next - static_cast<int64_t>(graph.outputs.size())), take(tape.outputs, static_cast<int64_t>(graph.outputs.size()));
    return tape;
  }
};

// The graph over tensors of given sizes.
struct GraphMaps {
  GraphMaps(const Graph& graph, const std::vector<at::Tensor>& inputs, const std::vector<at::Tensor>& parameters)
      : graph(graph), images(inputs[0].size(0)), options(inputs[0].options()), placeOfInner(static_cast<size_t>(graph.states()), -1) {
    for (const at::Tensor& input : inputs) states.push_back({input.size(2), input.size(3), viewOf(input)});
    for (const auto& terms : graph.nodes) {
      StateMap state;
      for (const Term& term : terms) {
        StateMap sum = states[static_cast<size_t>(term.sources[0])];
        sum.all = {};
        for (int64_t source : term.sources) {
          const StateMap& from = states[static_cast<size_t>(source)];
          TORCH_CHECK(from.height == sum.height && from.width == sum.width, "states ", term.sources[0], " and ", source, " side by side differ in size");
          sum.all.channels += from.all.channels;
        }
        if (!term.isPlain()) {
          const at::Tensor* own = parameters.data() + static_cast<size_t>(term.branch) * kParametersOfBranch;
          Geometry g;
          g.images = images, g.height = sum.height, g.width = sum.width, g.inChannels = sum.all.channels;
          checkParameters(term, g, own);
          g.kernel = own[1].size(2), g.padding = (g.kernel - 1) / 2, g.stride = term.stride, g.outChannels = own[2].size(0);
          g.outHeight = (g.height - 1) / g.stride + 1, g.outWidth = (g.width - 1) / g.stride + 1;
          branches.emplace_back(g, 0, g.outChannels, term.offset, own[0], own[1], own[2]);
          sum = {g.outHeight, g.outWidth, {nullptr, g.outChannels, g.outChannels}};
        }
        TORCH_CHECK(&term == &terms[0] || (sum.height == state.height && sum.width == state.width && sum.all.channels == state.all.channels),
                    "the terms of state ", states.size(), " differ in size");
        if (&term == &terms[0]) state = {sum.height, sum.width, {nullptr, sum.all.channels, sum.all.channels}};
      }
      states.push_back(state);
    }
    std::vector<bool> isInner(states.size(), true);
    for (const auto& output : graph.outputs)
      for (int64_t state : output) isInner[static_cast<size_t>(state)] = false;
    int64_t inner = 0;
    for (size_t state = static_cast<size_t>(graph.inputs); state < states.size(); state++)
      if (isInner[state]) placeOfInner[state] = inner++;
  }

  // Makes the tensors of the outputs, whose states stand in them side by side.
  void makeOutputs(GraphTape& tape) {
    for (const auto& output : graph.outputs) {
      int64_t channels = 0;
      const StateMap& first = at(output[0]);
      for (int64_t state : output) {
        TORCH_CHECK(at(state).height == first.height && at(state).width == first.width, "states ", output[0], " and ", state, " of an output differ in size");
        channels += at(state).all.channels;
      }
      tape.outputs.push_back(make(first, channels));
    }
    tape.inner.resize(static_cast<size_t>(std::count_if(placeOfInner.begin(), placeOfInner.end(), [](int64_t place) { return place >= 0; })));
    for (size_t i = 0; i < graph.outputs.size(); i++) slices(graph.outputs[i], tape.outputs[i], [&](int64_t state, const MapView& slice) { at(state).all = slice; });
  }

  // Makes the tensor of a node that stands in no output.
  void makeInner(int64_t state, GraphTape& tape) {
    const int64_t place = placeOfInner[static_cast<size_t>(state)];
    if (place < 0) return;
    at::Tensor& tensor = tape.inner[static_cast<size_t>(place)];
    tensor = make(at(state), at(state).all.channels);
    at(state).all = viewOf(tensor);
  }

  at::Tensor make(const StateMap& size, int64_t channels) const {
    return at::empty({images, channels, size.height, size.width}, options.memory_format(at::MemoryFormat::ChannelsLast));
  }

  // Lets the nodes lie where these tensors are.
  void place(const GraphTape& tape) {
    for (int64_t state = graph.inputs; state < graph.states(); state++) {
      const int64_t place = placeOfInner[static_cast<size_t>(state)];
      if (place >= 0) at(state).all = viewOf(tape.inner[static_cast<size_t>(place)]);
    }
    for (size_t i = 0; i < graph.outputs.size(); i++) slices(graph.outputs[i], tape.outputs[i], [&](int64_t state, const MapView& slice) { at(state).all = slice; });
  }

  // Calls body(state, its slice of the tensor of an output).
  template <typename Body>
  void slices(const std::vector<int64_t>& output, const at::Tensor& tensor, Body body) {
    float* data = tensor.data_ptr<float>();
    for (int64_t state : output) {
      const int64_t channels = at(state).all.channels;
      body(state, MapView{data, tensor.size(1), channels});
      data += channels;
    }
  }

  StateMap& at(int64_t state) { return states[static_cast<size_t>(state)]; }
  const Branch& branch(const Term& term) const { return branches[static_cast<size_t>(term.branch)]; }
  std::vector<MapView> sources(const Term& term, int64_t n) const {
    std::vector<MapView> maps;
    for (int64_t source : term.sources) maps.push_back(states[static_cast<size_t>(source)].image(n));
    return maps;
  }

  // Calls body(source, its channels in the states side by side, which begin at `whole`) for each source of a term.
  template <typename Body>
  void overSources(const Term& term, const MapView& whole, Body body) const {
    MapView slice = whole;
    for (int64_t source : term.sources) {
      slice.channels = states[static_cast<size_t>(source)].all.channels;
      body(source, slice);
      slice.data += slice.channels;
    }
  }

  // Calls body(part, first image, end) for all parts, side by side: sums are taken part by part, whatever the number of threads.
  template <typename Body>
  void overParts(Body body) const {
    const int64_t parts = this->parts();
    at::parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
      for (int64_t part = first; part < last; part++) body(static_cast<size_t>(part), part * images / parts, (part + 1) * images / parts);
    });
  }
  int64_t parts() const { return std::min(images, kParts); }

  const Graph& graph;
  int64_t images;
  at::TensorOptions options;
  std::vector<StateMap> states;
  std::vector<int64_t> placeOfInner;  // by state: where it stands among those of no output, else -1
  std::vector<Branch> branches;

 private:
  static void checkParameters(const Term& term, const Geometry& g, const at::Tensor* own) {
    const int64_t in = g.inChannels;
    const at::Tensor &slopes = own[0], &depthwise = own[1], &pointwise = own[2], &weight = own[3], &bias = own[4];
    const auto vector = [](const at::Tensor& t, int64_t size) {
      return t.defined() && t.is_cpu() && t.scalar_type() == at::kFloat && t.is_contiguous() && t.numel() == size;
    };
    TORCH_CHECK(vector(slopes, in), "there must be one float32 slope a channel");
    TORCH_CHECK(depthwise.defined() && depthwise.dim() == 4 && depthwise.size(0) == in && depthwise.size(1) == 1 && depthwise.size(2) == depthwise.size(3) &&
                    vector(depthwise, depthwise.numel()),
                "the depthwise filters must be contiguous float32 [C, 1, k, k]");
    const int64_t kernel = depthwise.size(2);
    TORCH_CHECK(kernel >= 1 && kernel <= kLargestKernel && kernel % 2 == 1, "kernels are odd and at most ", kLargestKernel);
    TORCH_CHECK(term.offset == 0 || (kernel == 1 && g.height % 2 == 0 && g.width % 2 == 0), "only a 1×1 kernel begins at the second pixel, on a map of even sides");
    TORCH_CHECK(pointwise.defined() && pointwise.dim() == 4 && pointwise.size(0) > 0 && pointwise.size(1) == in && pointwise.size(2) == 1 && pointwise.size(3) == 1 &&
                    vector(pointwise, pointwise.numel()),
                "the pointwise weights must be contiguous float32 [out, C, 1, 1]");
    TORCH_CHECK(weight.defined() == bias.defined() && (!weight.defined() || (vector(weight, pointwise.size(0)) && vector(bias, pointwise.size(0)))),
                "batch-norm's weight and bias must both be there, float32 of the output's channels, or both be left out");
  }
};

}  // namespace pocketnet
