#include "refusals.h"

#include <ATen/ATen.h>

#include <unordered_map>

namespace pocketnet {

Refusal refusalOf(const std::string& operatorName) {
  static const std::unordered_map<std::string, Refusal> refusals = {
  };
  const auto found = refusals.find(operatorName);
  return found == refusals.end() ? nullptr : found->second;
}

}  // namespace pocketnet
