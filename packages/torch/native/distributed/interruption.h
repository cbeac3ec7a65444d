// Waiting for other processes, which a signal or a deadline can end. JavaScript's own handlers of signals run only once a call has returned.
#pragma once
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

namespace pocketnet {

// SIGINT or SIGTERM has come to a process that handles them itself: without a handler they end it anyway.
struct InterruptedError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct DeadlineError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// While one lives, the signals that arrive are counted beside what the process does on them.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  int arrived() const;         // since this watch began
  const char* latest() const;  // SIGINT or SIGTERM

 private:
  int before_;
};

constexpr std::chrono::milliseconds kBetweenLooks{100};

// The body's result. It runs on a thread of its own, which is left behind with all that it holds when a signal arrives or the time is up.
template <typename Result>
Result untilInterrupted(std::function<Result()> body, std::chrono::milliseconds deadline) {
  SignalWatch watch;
  auto task = std::make_shared<std::packaged_task<Result()>>(std::move(body));
  auto result = task->get_future();
  std::thread([task] { (*task)(); }).detach();
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (result.wait_for(kBetweenLooks) != std::future_status::ready) {
    if (watch.arrived() > 0) throw InterruptedError(std::string(watch.latest()) + " asked to end");
    if (std::chrono::steady_clock::now() >= end) throw DeadlineError("no answer within " + std::to_string(deadline.count() / 1000) + " s");
  }
  return result.get();
}

}  // namespace pocketnet
