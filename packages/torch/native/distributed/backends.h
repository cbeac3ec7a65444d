// What carries a group's operations: Gloo for tensors on the CPU, NCCL for those on GPUs.
#pragma once
#include "group.h"

namespace pocketnet {

// Returns when every rank is connected. Throws when this libtorch was built without the backend, and after the timeout.
c10::intrusive_ptr<compat::Collectives> makeBackend(const Rendezvous& at, const c10::intrusive_ptr<c10d::Store>& store);

}  // namespace pocketnet
