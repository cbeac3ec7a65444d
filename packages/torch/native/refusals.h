// Calls that libtorch itself does not survive: it would end the process instead of throwing.
#pragma once
#include <ATen/core/ivalue.h>

#include <string>
#include <vector>

namespace pocketnet {

// Throws, with the reason, for arguments that may not reach the engine.
using Refusal = void (*)(const std::vector<c10::IValue>& arguments);

Refusal refusalOf(const std::string& operatorName);  // null when there is none

}  // namespace pocketnet
