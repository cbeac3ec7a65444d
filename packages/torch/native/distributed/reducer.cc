#include "reducer.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/utils/lambda_post_hook.h>
#include <torch/csrc/autograd/variable.h>

namespace pocketnet {

using torch::autograd::variable_list;

std::shared_ptr<Reducer> Reducer::over(c10::intrusive_ptr<Group> group, const std::vector<at::Tensor>& parameters, int64_t bucketBytes) {
  std::shared_ptr<Reducer> reducer(new Reducer(std::move(group)));
  reducer->fill(parameters, bucketBytes);
  for (size_t i = 0; i < parameters.size(); i++) reducer->hook(i);
  return reducer;
}

void Reducer::fill(const std::vector<at::Tensor>& parameters, int64_t bucketBytes) {
  entries_.resize(parameters.size());
  std::vector<int64_t> sizes;  // elements of each bucket
  for (size_t i = parameters.size(); i-- > 0;) {
    const at::Tensor& parameter = parameters[i];
    const at::Tensor* before = buckets_.empty() ? nullptr : &entries_[buckets_.back().entries.back()].parameter;
    const bool fits = before && before->scalar_type() == parameter.scalar_type() && before->device() == parameter.device() &&
                      (sizes.back() + parameter.numel()) * static_cast<int64_t>(parameter.element_size()) <= bucketBytes;
    if (!fits) {
      buckets_.emplace_back();
      sizes.push_back(0);
    }
    Bucket& bucket = buckets_.back();
    entries_[i] = {parameter, nullptr, 0, buckets_.size() - 1, bucket.entries.size(), sizes.back(), false};
    bucket.entries.push_back(i);
    sizes.back() += parameter.numel();
  }
  for (size_t b = 0; b < buckets_.size(); b++) {
    const at::Tensor& sample = entries_[buckets_[b].entries.front()].parameter;
    buckets_[b].flat = at::empty({sizes[b] + static_cast<int64_t>(buckets_[b].entries.size())}, sample.options().requires_grad(false));
  }
}

void Reducer::hook(size_t index) {
  Entry& entry = entries_[index];
  entry.accumulator = torch::autograd::impl::grad_accumulator(entry.parameter);
  if (!entry.accumulator) throw std::runtime_error("parameter " + std::to_string(index) + " takes no gradient");
  std::weak_ptr<Reducer> weak = weak_from_this();
  entry.hook = entry.accumulator->add_post_hook(std::make_unique<torch::autograd::utils::LambdaPostHook>(
      [weak, index](const variable_list& outputs, const variable_list&) {
        if (const auto reducer = weak.lock()) {
          std::lock_guard<std::mutex> lock(reducer->mutex_);
          if (!reducer->paused_) {
            if (reducer->entries_[index].ready) {
              throw std::runtime_error("parameter " + std::to_string(index) +
                                       " got a gradient twice: call finish() after each backward pass, or run all but the last in accumulate()");
            }
            reducer->take(index);
            reducer->launchReady();
          }
        }
        return outputs;
      }));
}

void Reducer::begin() {
  if (begun_) return;
  begun_ = true;
  next_ = 0;
  for (Bucket& bucket : buckets_) bucket.missing = bucket.entries.size();
  for (Entry& entry : entries_) entry.ready = false;
}

at::Tensor Reducer::slice(const Entry& entry) {
  return buckets_[entry.bucket].flat.narrow(0, entry.offset, entry.parameter.numel()).view(entry.parameter.sizes());
}

void Reducer::take(size_t index) {
  at::NoGradGuard noGrad;
  begin();
  Entry& entry = entries_[index];
  Bucket& bucket = buckets_[entry.bucket];
  const at::Tensor& gradient = entry.parameter.grad();
  const int64_t counts = bucket.flat.numel() - static_cast<int64_t>(bucket.entries.size());
  if (gradient.defined()) slice(entry).copy_(gradient);
  else slice(entry).zero_();
  bucket.flat.narrow(0, counts + static_cast<int64_t>(entry.place), 1).fill_(gradient.defined() ? 1 : 0);
  entry.ready = true;
  bucket.missing--;
}

void Reducer::launchReady() {
  for (; next_ < buckets_.size() && buckets_[next_].missing == 0; next_++) {
    const std::string purpose = "all-reduce of gradients, bucket " + std::to_string(next_ + 1) + " of " + std::to_string(buckets_.size()) + ",";
    buckets_[next_].work = std::make_unique<Pending>(group_->allReduce(buckets_[next_].flat, Reduction::sum, purpose));
  }
}

void Reducer::finish() {
  std::lock_guard<std::mutex> lock(mutex_);
  at::NoGradGuard noGrad;
  begin();
  for (const Bucket& bucket : buckets_) {
    for (const size_t index : bucket.entries) if (!entries_[index].ready) take(index);
  }
  begun_ = false;
  for (Entry& entry : entries_) entry.ready = false;
  launchReady();
  for (Bucket& bucket : buckets_) {
    bucket.work->wait();
    giveBack(bucket);
  }
}

void Reducer::giveBack(Bucket& bucket) {
  const auto places = static_cast<int64_t>(bucket.entries.size());
  const at::Tensor counts = bucket.flat.narrow(0, bucket.flat.numel() - places, places).to(at::kCPU, at::kFloat);
  bucket.flat.div_(group_->size());
  for (const size_t index : bucket.entries) {
    const Entry& entry = entries_[index];
    if (counts[static_cast<int64_t>(entry.place)].item<float>() == 0) continue;
    at::Tensor& gradient = entry.parameter.mutable_grad();
    if (!gradient.defined()) gradient = at::empty_like(entry.parameter).detach();
    gradient.copy_(slice(entry));
  }
}

void Reducer::pause(bool paused) {
  std::lock_guard<std::mutex> lock(mutex_);
  paused_ = paused;
}

void Reducer::close() {
  for (Entry& entry : entries_) {
    if (entry.accumulator) entry.accumulator->del_post_hook(entry.hook);
    entry.accumulator.reset();
  }
}

}  // namespace pocketnet
