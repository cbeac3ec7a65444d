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

// oneDNN narrows the geometry to 32 bits, unchecked, and then divides by groups that are 0 and reads outside of the image (libtorch 1.13).
void convolution(const std::vector<c10::IValue>& arguments) {
  for (int64_t stride : arguments.at(3).toIntVector()) checkRange("stride", stride, 1);
  for (int64_t padding : arguments.at(4).toIntVector()) checkRange("padding", padding, 0);
  for (int64_t dilation : arguments.at(5).toIntVector()) checkRange("dilation", dilation, 1);
  checkRange("groups", arguments.at(6).toInt(), 1);
}

}  // namespace

Refusal refusalOf(const std::string& operatorName) {
  static const std::unordered_map<std::string, Refusal> refusals = {
      {"aten::conv2d", convolution},
  };
  const auto found = refusals.find(operatorName);
  return found == refusals.end() ? nullptr : found->second;
}

}  // namespace pocketnet
