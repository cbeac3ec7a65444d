// A group of processes that compute together: libtorch's own c10d, over Gloo on the CPU and NCCL on GPUs.
#pragma once
#include <ATen/ATen.h>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <torch/csrc/distributed/c10d/Work.hpp>
#include <torch/custom_class.h>

#include <chrono>
#include <deque>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "compat.h"

namespace pocketnet {

// What failed between the ranks, in a sentence that names this one and the operation.
struct CollectiveError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// An operation under way. Whoever starts one waits for it: its tensors are filled then and not before.
class Pending {
 public:
  Pending() = default;  // nothing to do
  Pending(c10::intrusive_ptr<c10d::Work> work, std::function<std::string(const std::string&)> explain, std::function<void()> then, bool onHost)
      : work_(std::move(work)), explain_(std::move(explain)), then_(std::move(then)), onHost_(onHost) {}

  // Throws CollectiveError; InterruptedError after a second SIGINT or SIGTERM, or two minutes after the first.
  void wait();

 private:
  c10::intrusive_ptr<c10d::Work> work_;  // null once waited for, and where there was nothing to do
  std::function<std::string(const std::string&)> explain_;
  std::function<void()> then_;
  bool onHost_ = true;  // waiting for it blocks this thread, as Gloo's does
};

struct Rendezvous {
  int rank;
  int size;
  std::string host;
  uint16_t port;
  bool isServer;       // this rank holds the store; otherwise rank 0 or torchrun's agent does
  bool agentHoldsStore;  // torchrun's, which may be of another libtorch
  std::string prefix;  // of every key in the store
  std::chrono::milliseconds timeout;
  std::string device;      // cpu: Gloo; cuda:k: NCCL
  std::string interfaces;  // for Gloo, by comma; empty: the host's own name
};

enum class Reduction { sum, max, min };

class Group : public torch::CustomClassHolder {
 public:
  // Returns when all ranks are there. Throws CollectiveError, and InterruptedError at the first SIGINT or SIGTERM.
  static c10::intrusive_ptr<Group> join(const Rendezvous& rendezvous);
  ~Group() override;

  int rank() const { return at_.rank; }
  int size() const { return at_.size; }

  // Every rank calls the same operations, with equal shapes and dtypes, in the same order. `purpose` stands in errors.
  Pending allReduce(const at::Tensor& tensor, Reduction reduction, const std::string& purpose = "all-reduce");
  Pending broadcast(const at::Tensor& tensor, int root);
  Pending allGather(const at::Tensor& tensor, at::Tensor* gathered, const std::string& purpose = "all-gather");
  void barrier();

  // A second set of connections between the same processes: its operations keep no order with, and never wait for, those of this one.
  c10::intrusive_ptr<Group> duplicate(const std::string& name);

  // Does not wait for operations under way: a rank that fails must not hang on those that the others will never join.
  void close();

 private:
  Group(Rendezvous at, c10::intrusive_ptr<c10d::Store> store);
  compat::Collectives& backend(const std::string& purpose);
  template <typename Start>
  Pending start(const std::string& purpose, const at::Tensor& tensor, Start start, std::function<void()> then = {});
  std::string explain(const std::string& operation, const std::string& reason) const;
  std::string withoutAnswer(const std::string& reason) const;

  Rendezvous at_;
  c10::intrusive_ptr<c10d::Store> store_;
  c10::intrusive_ptr<compat::Collectives> backend_;
  std::deque<c10::intrusive_ptr<c10d::Work>> underWay_;
};

}  // namespace pocketnet
