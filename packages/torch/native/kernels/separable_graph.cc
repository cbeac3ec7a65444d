// separable_graph: sums of separable operations over sums of separable operations, as cells of PocketNets are, as one differentiable
// operator over channels-last float32. A branch is PReLU -> depthwise k×k -> pointwise -> batch-norm, equal to
//   batch_norm(conv2d(conv2d(prelu(x, slopes), depthwise, stride, padding, groups = C), pointwise), ...)
// of some states side by side; a node is the sum of branches and of states as they are. A batch-norm's statistics are those of all images,
// so between two nodes everything goes through memory. What lies between, goes by row of an image through the first cache:
//   - a node's row is normalised and summed, and with it go all branches that take the node as their last state;
//   - only each branch's output before its batch-norm is kept, and the nodes; what is in between is made again on the way back;
//   - on the way back the branches of a node give their shares one after the other, image by image, and where a state's derivative becomes
//     whole, the sums that its batch-norms ask for are taken at once;
//   - states side by side (an output) are written where they stand there, and read from there.
// `separable` is the graph of one branch. A 1×1 depthwise filter is a scale a channel, and is multiplied into the pointwise weights.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <string>
#include <vector>

#include "once.h"
#include "separable_graph.h"
#include "separable_graph_backward.h"
#include "separable_graph_forward.h"

namespace pocketnet {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class SeparableGraph : public torch::autograd::Function<SeparableGraph> {
 public:
  // @param places where each parameter stands among all of all branches: autograd takes no undefined ones
  static variable_list forward(AutogradContext* context, at::TensorList inputs, at::TensorList parameters, const std::vector<int64_t>& places,
                               at::TensorList statistics, const std::vector<int64_t>& words, bool training, double momentum, double eps, bool keeps, const char* name) {
    const Graph graph = readGraph(words, static_cast<int64_t>(inputs.size()));
    GraphTape tape;
    tape.inputs = inputs.vec();
    tape.parameters.resize(static_cast<size_t>(graph.branches) * kParametersOfBranch);
    for (size_t i = 0; i < places.size(); i++) {
      TORCH_CHECK(static_cast<size_t>(places[i]) < tape.parameters.size(), "there are more than ", kParametersOfBranch, " parameters of every branch");
      tape.parameters[static_cast<size_t>(places[i])] = parameters[i];
    }
    GraphForward(graph, tape, statistics, training, momentum, eps, keeps).run();
    if (keeps) context->save_for_backward(tape.pack());
    context->saved_data["name"] = std::string(name);
    context->saved_data["places"] = places;
    context->saved_data["words"] = words;
    context->saved_data["training"] = training;
    context->saved_data["inputs"] = graph.inputs;
    context->saved_data["statistics"] = static_cast<int64_t>(statistics.size());
    return tape.outputs;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    refuseSecondDerivative(context->saved_data["name"].toStringRef().c_str());
    const Graph graph = readGraph(context->saved_data["words"].toIntVector(), context->saved_data["inputs"].toInt());
    const GraphTape tape = GraphTape::unpack(graph, context->get_saved_variables());
    for (at::Tensor& gradient : gradients) gradient = gradient.contiguous(at::MemoryFormat::ChannelsLast);
    GraphBackward back(graph, tape, std::move(gradients), context->saved_data["training"].toBool());
    back.run();
    variable_list all;
    for (int64_t input = 0; input < graph.inputs; input++) all.push_back(back.byInput(input));
    for (int64_t place : context->saved_data["places"].toIntVector()) all.push_back(back.byParameters()[static_cast<size_t>(place)]);
    all.resize(all.size() + static_cast<size_t>(context->saved_data["statistics"].toInt()) + 7);  // the places, these, the graph, training, momentum, eps, keeps and the name have none
    return all;
  }
};

// Whether the kernels for channels-last memory take this tensor.
bool fitsChannelsLast(const at::Tensor& x) {
  return x.dim() == 4 && x.is_cpu() && x.scalar_type() == at::kFloat && x.numel() > 0 && x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

std::vector<at::Tensor> separableGraph(at::TensorList inputs, const std::vector<at::Tensor>& parameters, at::TensorList statistics, at::IntArrayRef words,
                                       bool training, double momentum, double eps, const char* name) {
  TORCH_CHECK(!inputs.empty(), "a graph needs an input");
  for (const at::Tensor& x : inputs)
    TORCH_CHECK(fitsChannelsLast(x) && x.size(0) == inputs[0].size(0),
                "the inputs must be channels-last float32 tensors [N, C, H, W] on the CPU, of as many images, and not empty");
  std::vector<at::Tensor> defined;
  std::vector<int64_t> places;
  for (size_t i = 0; i < parameters.size(); i++)
    if (parameters[i].defined()) defined.push_back(parameters[i]), places.push_back(static_cast<int64_t>(i));
  const auto wanted = [](const at::Tensor& tensor) { return tensor.requires_grad(); };
  const bool keeps = at::GradMode::is_enabled() && (std::any_of(inputs.begin(), inputs.end(), wanted) || std::any_of(defined.begin(), defined.end(), wanted));
  return SeparableGraph::apply(inputs, at::TensorList(defined), places, statistics, words.vec(), training, momentum, eps, keeps, name);
}

std::vector<at::Tensor> flat(const c10::List<c10::optional<at::Tensor>>& list) {
  std::vector<at::Tensor> tensors;
  for (size_t i = 0; i < list.size(); i++) {
    const c10::optional<at::Tensor> tensor = list.get(i);
    tensors.push_back(tensor.has_value() ? *tensor : at::Tensor());
  }
  return tensors;
}

// The graph of one branch, and of a state that is added.
at::Tensor separable(const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& depthwise, const at::Tensor& pointwise,
                     const c10::optional<at::Tensor>& weight, const c10::optional<at::Tensor>& bias, const at::Tensor& runningMean,
                     const at::Tensor& runningVar, const c10::optional<at::Tensor>& addend, bool training, double momentum, double eps,
                     int64_t stride, int64_t padding) {
  TORCH_CHECK(depthwise.dim() == 4 && padding == (depthwise.size(2) - 1) / 2 && (stride == 1 || stride == 2), "kernels are padded to keep the size, with stride 1 or 2");
  std::vector<at::Tensor> inputs = {x};
  std::vector<int64_t> words = {1, 1, stride, 1, 0, 1, 1, 1};
  if (addend) inputs.push_back(*addend), words = {1, 2, stride, 1, 0, 0, 1, 1, 1, 1, 2};
  return separableGraph(inputs, {slopes, depthwise, pointwise, weight.value_or(at::Tensor()), bias.value_or(at::Tensor())}, {runningMean, runningVar}, words,
                        training, momentum, eps, "pocketnet::separable")[0];
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(pocketnet, m) {
  m.def("fits_channels_last(Tensor x) -> bool", fitsChannelsLast);
  m.def(
      "separable(Tensor x, Tensor slopes, Tensor depthwise, Tensor pointwise, Tensor? weight, Tensor? bias, Tensor(a!) running_mean, "
      "Tensor(b!) running_var, Tensor? addend, bool training, float momentum, float eps, int stride, int padding) -> Tensor",
      separable);
  m.def(
      "separable_graph(Tensor[] inputs, Tensor?[] parameters, Tensor(a!)[] statistics, int[] graph, bool training, float momentum, float eps) -> Tensor[]",
      [](at::TensorList inputs, const c10::List<c10::optional<at::Tensor>>& parameters, at::TensorList statistics, at::IntArrayRef graph, bool training,
         double momentum, double eps) { return separableGraph(inputs, flat(parameters), statistics, graph, training, momentum, eps, "pocketnet::separable_graph"); });
}

}  // namespace pocketnet
