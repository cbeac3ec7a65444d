#include "refusals.h"

#include <ATen/ATen.h>

#include <limits>
#include <unordered_map>

namespace pocketnet {
namespace {

constexpr int64_t kMost = std::numeric_limits<int32_t>::max();

void checkRange(const char* name, int64_t value, int64_t least) {
  TORCH_CHECK(value >= least && value <= kMost, name, " is ", value, "; it is a whole number from ", least, " to 2^31 - 1");
}

constexpr size_t kNone = std::numeric_limits<size_t>::max();

// Of a string ("same") or an optional list that is left out there is nothing to check.
void checkEach(const char* name, const std::vector<c10::IValue>& arguments, size_t place, int64_t least) {
  if (place == kNone || !arguments.at(place).isIntList()) return;
  for (int64_t value : arguments.at(place).toIntVector()) checkRange(name, value, least);
}

// oneDNN narrows the geometry to 32 bits, unchecked, and then divides by groups that are 0 and reads outside of the image (libtorch 1.13).
// The places are those of the operator's schema.
template <size_t stride, size_t padding, size_t dilation, size_t groups, size_t outputPadding = kNone>
void convolution(const std::vector<c10::IValue>& arguments) {
  checkEach("stride", arguments, stride, 1);
  checkEach("padding", arguments, padding, 0);
  checkEach("dilation", arguments, dilation, 1);
  checkEach("output_padding", arguments, outputPadding, 0);
  checkRange("groups", arguments.at(groups).toInt(), 1);
}

constexpr Refusal forward = convolution<3, 4, 5, 6>;
constexpr Refusal transposed = convolution<3, 4, 7, 6, 5>;
constexpr Refusal general = convolution<3, 4, 5, 8, 7>;
constexpr Refusal backward = convolution<4, 5, 6, 9, 8>;
constexpr Refusal oneDnn = convolution<4, 3, 5, 6>;

}  // namespace

Refusal refusalOf(const std::string& operatorName) {
  static const std::unordered_map<std::string, Refusal> refusals = {
      {"aten::conv1d", forward},
      {"aten::conv2d", forward},
      {"aten::conv3d", forward},
      {"aten::conv1d.padding", forward},
      {"aten::conv2d.padding", forward},
      {"aten::conv3d.padding", forward},
      {"aten::conv_transpose1d", transposed},
      {"aten::conv_transpose2d.input", transposed},
      {"aten::conv_transpose3d.input", transposed},
      {"aten::convolution", general},
      {"aten::convolution_overrideable", general},
      {"aten::_convolution", general},
      {"aten::_convolution.deprecated", general},
      {"aten::convolution_backward", backward},
      {"aten::mkldnn_convolution", oneDnn},
  };
  const auto found = refusals.find(operatorName);
  return found == refusals.end() ? nullptr : found->second;
}

}  // namespace pocketnet
