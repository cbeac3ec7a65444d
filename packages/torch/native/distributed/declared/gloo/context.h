// ProcessGroupGloo.hpp includes Gloo's headers, which come with no libtorch (Debian has them apart, as libgloo-dev). It only points at
// Gloo's classes, so their names are enough to compile against it. Real headers, where there are any, are found before these.
#pragma once
#include <chrono>

namespace gloo {

class Context {
 public:
  virtual ~Context();
  void setTimeout(std::chrono::milliseconds timeout);
};

}  // namespace gloo
