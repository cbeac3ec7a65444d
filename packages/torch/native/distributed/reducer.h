// Gradients of data-parallel training, averaged over the ranks while backward still runs: Li et al., "PyTorch Distributed" (VLDB 2020).
#pragma once
#include <torch/csrc/autograd/function.h>

#include <memory>
#include <mutex>
#include <vector>

#include "group.h"

namespace pocketnet {

class Reducer : public std::enable_shared_from_this<Reducer> {
 public:
  // Buckets take parameters from the last to the first, which is about the order in which backward comes to their gradients.
  static std::shared_ptr<Reducer> over(c10::intrusive_ptr<Group> group, const std::vector<at::Tensor>& parameters, int64_t bucketBytes);
  ~Reducer() { close(); }

  // Waits for every bucket and writes the means into the parameters' gradients. A gradient that no rank has stays undefined.
  void finish();

  // While paused, gradients only add up, as several backward passes to one step need it.
  void pause(bool paused);

  void close();
  size_t buckets() const { return buckets_.size(); }

 private:
  struct Entry {
    at::Tensor parameter;
    compat::Accumulator accumulator;  // the parameter itself holds it only weakly
    uintptr_t hook;
    size_t bucket;
    size_t place;    // among the bucket's parameters
    int64_t offset;  // of its elements
    bool ready;
  };

  // All elements, then for each parameter a count of the ranks that have a gradient for it.
  struct Bucket {
    at::Tensor flat;
    std::vector<size_t> entries;
    size_t missing;
    std::unique_ptr<Pending> work;
  };

  explicit Reducer(c10::intrusive_ptr<Group> group) : group_(std::move(group)) {}
  void fill(const std::vector<at::Tensor>& parameters, int64_t bucketBytes);
  void hook(size_t index);
  void begin();
  void take(size_t index);
  void launchReady();
  void giveBack(Bucket& bucket);
  at::Tensor slice(const Entry& entry);

  c10::intrusive_ptr<Group> group_;
  std::vector<Entry> entries_;
  std::vector<Bucket> buckets_;
  size_t next_ = 0;  // the first bucket that is not on its way: all ranks send them in this order
  bool begun_ = false;
  bool paused_ = false;
  std::mutex mutex_;  // hooks run on the engine's threads where a GPU is
};

}  // namespace pocketnet
