#include "group.h"

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/csrc/distributed/c10d/Types.hpp>

#include <torch/version.h>

#include <exception>

#include "backends.h"
#include "engine.h"
#include "interruption.h"

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

namespace {

constexpr std::chrono::seconds kPatienceAfterSignal{120};

// After a first signal the ranks finish their step together, and one may be at something long; a second one does not wait for that.
void waitOn(c10d::Work& work, bool onHost) {
  if (!onHost) {
    work.wait();  // NCCL's only queues up behind the operation
    return;
  }
  SignalWatch watch;
  std::chrono::steady_clock::time_point first;
  for (int before = 0; !work.isCompleted();) {
    try {
      work.wait(kBetweenLooks);
    } catch (const std::exception&) {
      if (work.isCompleted()) break;
    }
    const int arrived = watch.arrived();
    const auto now = std::chrono::steady_clock::now();
    if (arrived > 0 && before == 0) first = now;
    before = arrived;
    if (arrived > 1 || (arrived > 0 && now - first > kPatienceAfterSignal)) {
      throw InterruptedError(std::string(watch.latest()) + " asked to end, and another rank has not come");
    }
  }
  work.wait();
}

}  // namespace

void Pending::wait() {
  if (!work_) return;
  const auto work = std::move(work_);
  try {
    waitOn(*work, onHost_);
  } catch (const InterruptedError& error) {
    throw InterruptedError(explain_(reasonOf(error)));
  } catch (const std::exception& error) {
    throw CollectiveError(explain_(reasonOf(error)));
  }
  if (then_) then_();
}

Group::Group(Rendezvous at, c10::intrusive_ptr<c10d::Store> store) : at_(std::move(at)), store_(std::move(store)) {}

namespace {

// How long a store that has taken a connection may take to answer.
constexpr std::chrono::seconds kFirstAnswer{10};

using StorePointer = c10::intrusive_ptr<c10d::Store>;

StorePointer connectStore(const Rendezvous& at) {
  c10d::TCPStoreOptions options;
  options.port = at.port;
  options.isServer = at.isServer;
  options.numWorkers = at.size;
  options.waitWorkers = false;  // greet() and awaitAll() do, and do not wait for ever for a store of another protocol
  options.timeout = at.timeout;
  compat::withoutLibuv(options, 0);
  StorePointer store = c10::make_intrusive<c10d::TCPStore>(at.host, options);
  if (!at.prefix.empty()) store = c10::make_intrusive<c10d::PrefixStore>(at.prefix, store);
  return store;
}

// Returns how many ranks have greeted.
int64_t greet(const StorePointer& store) { return store->add("pocketnet/ranks", 1); }

void awaitAll(const Rendezvous& at, const StorePointer& store, int64_t greeted) {
  if (greeted == at.size) store->set("pocketnet/all", std::vector<uint8_t>{1});
  else store->wait({"pocketnet/all"}, at.timeout);
}

}  // namespace

// The store's protocol differs among libtorch's versions, and neither side says so: one waits for ever, or closes the connection.
std::string Group::withoutAnswer(const std::string& reason) const {
  const std::string here = TORCH_VERSION;
  if (!at_.agentHoldsStore) return reason + ". Have all ranks the same libtorch, " + here + "?";
  return reason + ". The store there is torchrun's, whose libtorch speaks another protocol, it seems, than " + here +
         " here: set TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 for torchrun, so that rank 0 holds the store; or start the ranks by `pocketnet "
         "launch`, or by the torchrun of libtorch " + here;
}

c10::intrusive_ptr<Group> Group::join(const Rendezvous& at) {
  auto group = c10::intrusive_ptr<Group>::unsafe_steal_from_new(new Group(at, {}));
  const std::string meeting = "meeting the other ranks at " + at.host + ":" + std::to_string(at.port);
  const auto explained = [&](const std::string& reason) { return group->explain(meeting, reason); };
  const std::chrono::milliseconds noDeadline = std::chrono::hours(24 * 365);  // libtorch keeps the timeout itself
  bool answered = false;
  try {
    // An agent is there before its ranks are; another rank may come late.
    const auto store = untilInterrupted<StorePointer>([at] { return connectStore(at); }, at.agentHoldsStore ? kFirstAnswer : noDeadline);
    const auto greeted = untilInterrupted<int64_t>([store] { return greet(store); }, kFirstAnswer);
    answered = true;
    group->store_ = store;
    group->backend_ = untilInterrupted<c10::intrusive_ptr<compat::Collectives>>(
        [at, store, greeted] {
          awaitAll(at, store, greeted);
          return makeBackend(at, store);
        },
        noDeadline);
  } catch (const InterruptedError& error) {
    throw InterruptedError(explained(error.what()));
  } catch (const DeadlineError& error) {
    throw CollectiveError(explained(group->withoutAnswer(error.what())));
  } catch (const std::exception& error) {
    const std::string reason = firstLine(reasonOf(error));
    throw CollectiveError(explained(!answered && at.agentHoldsStore ? group->withoutAnswer(reason) : reason));
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
  return Pending(underWay_.back(), sentence, std::move(then), !c10::Device(at_.device).is_cuda());
}

// Gloo takes memory as it lies; a tensor with gaps or another order goes through a copy.
Pending Group::allReduce(const at::Tensor& tensor, Reduction reduction, const std::string& purpose) {
  const at::Tensor target = tensor.detach();
  const at::Tensor dense = target.contiguous();
  if (dense.numel() == 0) return Pending();
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
  if (dense.numel() == 0) return Pending();
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
  if (part.numel() == 0) return Pending();
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
