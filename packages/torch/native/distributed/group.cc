#include "group.h"

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/csrc/distributed/c10d/Types.hpp>

#include <exception>

#include "backends.h"
#include "engine.h"

namespace pocketnet {
namespace {

bool mentions(const std::string& text, const char* words) { return text.find(words) != std::string::npos; }

std::string hintFor(const std::string& reason, std::chrono::milliseconds timeout) {
  if (mentions(reason, "closed by peer") || mentions(reason, "reset by peer") || mentions(reason, "roken pipe")) {
    return " Another rank has ended, it seems: its own message says why.";
  }
  if (mentions(reason, "imed out") || mentions(reason, "imeout")) {
    return " Within " + std::to_string(timeout.count() / 1000) + " s not every rank took part: is one missing, stuck, or at another operation?";
  }
  return "";
}

// The first line, less its full stop: what follows are files and lines of libtorch's own source.
std::string firstLine(const std::string& text) {
  const std::string line = text.substr(0, text.find('\n'));
  return line.substr(0, line.find_last_not_of(". ") + 1);
}

c10d::ReduceOp operatorOf(Reduction reduction) {
  if (reduction == Reduction::max) return c10d::ReduceOp::MAX;
  if (reduction == Reduction::min) return c10d::ReduceOp::MIN;
  return c10d::ReduceOp::SUM;
}

}  // namespace

void Pending::wait() {
  if (!work_) return;
  const auto work = std::move(work_);
  try {
    work->wait();
  } catch (const std::exception& error) {
    throw CollectiveError(explain_(reasonOf(error)));
  }
  if (then_) then_();
}

Group::Group(Rendezvous at, c10::intrusive_ptr<c10d::Store> store) : at_(std::move(at)), store_(std::move(store)) {}

c10::intrusive_ptr<Group> Group::join(const Rendezvous& at) {
  c10d::TCPStoreOptions options;
  options.port = at.port;
  options.isServer = at.isServer;
  options.numWorkers = at.size;
  options.timeout = at.timeout;
  compat::withoutLibuv(options, 0);
  auto group = c10::intrusive_ptr<Group>::unsafe_steal_from_new(new Group(at, {}));
  const std::string meeting = "meeting the other ranks at " + at.host + ":" + std::to_string(at.port);
  try {
    group->store_ = c10::make_intrusive<c10d::TCPStore>(at.host, options);
    if (!at.prefix.empty()) group->store_ = c10::make_intrusive<c10d::PrefixStore>(at.prefix, group->store_);
    group->backend_ = makeBackend(group->at_, group->store_);
  } catch (const std::exception& error) {
    throw CollectiveError(group->explain(meeting, reasonOf(error)));
  }
  return group;
}

c10::intrusive_ptr<Group> Group::duplicate(const std::string& name) {
  auto second = c10::intrusive_ptr<Group>::unsafe_steal_from_new(new Group(at_, {}));
  backend("opening the connections of " + name);  // throws when closed
  try {
    second->store_ = c10::make_intrusive<c10d::PrefixStore>(name, store_);
    second->backend_ = makeBackend(at_, second->store_);
  } catch (const std::exception& error) {
    throw CollectiveError(explain("opening the connections of " + name, reasonOf(error)));
  }
  return second;
}

// Forgotten, and perhaps amid operations that the others will never join: its threads and connections end with the process.
Group::~Group() {
  backend_.release();
  store_.release();
}

void Group::close() {
  for (const auto& work : underWay_) {
    if (work->isCompleted()) continue;
    backend_.release();
    store_.release();
    return;
  }
  backend_.reset();
  store_.reset();
}

compat::Collectives& Group::backend(const std::string& purpose) {
  if (!backend_) throw CollectiveError(explain(purpose, "the process group is closed"));
  return *backend_;
}

std::string Group::explain(const std::string& operation, const std::string& reason) const {
  return "rank " + std::to_string(at_.rank) + " of " + std::to_string(at_.size) + ": " + operation + " failed: " + firstLine(reason) + "." +
         hintFor(reason, at_.timeout);
}

template <typename Start>
Pending Group::start(const std::string& purpose, const at::Tensor& tensor, Start start, std::function<void()> then) {
  const std::string operation = tensor.defined() ? purpose + " of " + describe(tensor) : purpose;
  auto& collectives = backend(operation);
  c10::intrusive_ptr<Group> self = c10::intrusive_ptr<Group>::reclaim_copy(this);
  auto sentence = [self, operation](const std::string& reason) { return self->explain(operation, reason); };
  while (!underWay_.empty() && underWay_.front()->isCompleted()) underWay_.pop_front();
  try {
    underWay_.push_back(start(collectives));
  } catch (const std::exception& error) {
    throw CollectiveError(sentence(reasonOf(error)));
  }
  return Pending(underWay_.back(), sentence, std::move(then));
}

// Gloo takes memory as it lies; a tensor with gaps or another order goes through a copy.
Pending Group::allReduce(const at::Tensor& tensor, Reduction reduction, const std::string& purpose) {
  const at::Tensor target = tensor.detach();
  const at::Tensor dense = target.contiguous();
  if (dense.numel() == 0) return Pending({}, {}, {});
  return start(
      purpose, target,
      [&](compat::Collectives& collectives) {
        std::vector<at::Tensor> tensors{dense};
        c10d::AllreduceOptions options;
        options.reduceOp = operatorOf(reduction);
        return collectives.allreduce(tensors, options);
      },
      dense.is_same(target) ? std::function<void()>() : [target, dense] { target.copy_(dense); });
}

Pending Group::broadcast(const at::Tensor& tensor, int root) {
  if (root < 0 || root >= at_.size) {
    throw CollectiveError(explain("broadcast", "there is no rank " + std::to_string(root)));
  }
  const at::Tensor target = tensor.detach();
  const at::Tensor dense = target.contiguous();
  if (dense.numel() == 0) return Pending({}, {}, {});
  return start(
      "broadcast from rank " + std::to_string(root), target,
      [&](compat::Collectives& collectives) {
        std::vector<at::Tensor> tensors{dense};
        c10d::BroadcastOptions options;
        options.rootRank = root;
        return collectives.broadcast(tensors, options);
      },
      dense.is_same(target) ? std::function<void()>() : [target, dense] { target.copy_(dense); });
}

Pending Group::allGather(const at::Tensor& tensor, at::Tensor* gathered, const std::string& purpose) {
  const at::Tensor part = tensor.dim() == 0 ? tensor.detach().reshape({1}) : tensor.detach().contiguous();
  auto shape = part.sizes().vec();
  shape[0] *= at_.size;
  *gathered = at::empty(shape, part.options());
  if (part.numel() == 0) return Pending({}, {}, {});
  return start(purpose, tensor, [&](compat::Collectives& collectives) {
    std::vector<std::vector<at::Tensor>> outputs{gathered->chunk(at_.size)};
    std::vector<at::Tensor> inputs{part};
    return collectives.allgather(outputs, inputs);
  });
}

void Group::barrier() {
  start("barrier", {}, [](compat::Collectives& collectives) { return collectives.barrier(); }).wait();
}

}  // namespace pocketnet
