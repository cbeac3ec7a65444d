#include "backends.h"

#include <sstream>

#ifdef USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

namespace pocketnet {
namespace {

#ifdef USE_C10D_GLOO
c10::intrusive_ptr<compat::Collectives> makeGloo(const Rendezvous& at, const c10::intrusive_ptr<c10d::Store>& store) {
  auto options = c10d::ProcessGroupGloo::Options::create(at.timeout);
  std::istringstream names(at.interfaces);
  for (std::string name; std::getline(names, name, ',');) {
    options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForInterface(name));
  }
  if (options->devices.empty()) options->devices.push_back(c10d::ProcessGroupGloo::createDefaultDevice());
  options->threads = 2;
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, at.rank, at.size, options);
}
#else
c10::intrusive_ptr<compat::Collectives> makeGloo(const Rendezvous&, const c10::intrusive_ptr<c10d::Store>&) {
  throw std::runtime_error("this libtorch has no headers of c10d's Gloo: install one that has (Debian's libtorch-dev, pip's torch)");
}
#endif

#ifdef USE_C10D_NCCL
c10::intrusive_ptr<compat::Collectives> makeNccl(const Rendezvous& at, const c10::intrusive_ptr<c10d::Store>& store) {
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = at.timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, at.rank, at.size, options);
}
#else
c10::intrusive_ptr<compat::Collectives> makeNccl(const Rendezvous&, const c10::intrusive_ptr<c10d::Store>&) {
  throw std::runtime_error("the addon was built without NCCL: it takes a libtorch with CUDA and nccl.h (pip's torch brings both)");
}
#endif

}  // namespace

c10::intrusive_ptr<compat::Collectives> makeBackend(const Rendezvous& at, const c10::intrusive_ptr<c10d::Store>& store) {
  return c10::Device(at.device).is_cuda() ? makeNccl(at, store) : makeGloo(at, store);
}

}  // namespace pocketnet
