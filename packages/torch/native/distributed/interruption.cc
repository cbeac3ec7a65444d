#include "interruption.h"

#include <signal.h>

#include <array>
#include <atomic>
#include <mutex>

namespace pocketnet {
namespace {

constexpr std::array<int, 2> kSignals{SIGINT, SIGTERM};

std::atomic<int> count{0};
std::atomic<int> last{SIGTERM};
static_assert(std::atomic<int>::is_always_lock_free, "a signal's handler may only touch what takes no lock");

std::mutex mutex;
int watches = 0;
std::array<struct sigaction, kSignals.size()> handlers;  // the process's own, called by ours
std::array<bool, kSignals.size()> taken{};

bool isHandled(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) || (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
}

void onSignal(int signal, siginfo_t* about, void* context) {
  count++;
  last = signal;
  const struct sigaction& own = handlers[signal == kSignals[0] ? 0 : 1];
  if (own.sa_flags & SA_SIGINFO) own.sa_sigaction(signal, about, context);
  else own.sa_handler(signal);
}

}  // namespace

SignalWatch::SignalWatch() {
  std::lock_guard<std::mutex> lock(mutex);
  before_ = count;
  if (watches++ > 0) return;
  for (size_t i = 0; i < kSignals.size(); i++) {
    taken[i] = sigaction(kSignals[i], nullptr, &handlers[i]) == 0 && isHandled(handlers[i]);
    if (!taken[i]) continue;
    struct sigaction ours = handlers[i];
    ours.sa_flags |= SA_SIGINFO;
    ours.sa_sigaction = onSignal;
    sigaction(kSignals[i], &ours, nullptr);
  }
}

SignalWatch::~SignalWatch() {
  std::lock_guard<std::mutex> lock(mutex);
  if (--watches > 0) return;
  for (size_t i = 0; i < kSignals.size(); i++) {
    struct sigaction now;
    const bool isOurs = taken[i] && sigaction(kSignals[i], nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) && now.sa_sigaction == onSignal;
    if (isOurs) sigaction(kSignals[i], &handlers[i], nullptr);
  }
}

int SignalWatch::arrived() const { return count - before_; }

const char* SignalWatch::latest() const { return last == SIGINT ? "SIGINT" : "SIGTERM"; }

}  // namespace pocketnet
