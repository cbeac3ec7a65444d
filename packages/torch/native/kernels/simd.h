// Vectors of floats by the compiler's own extension, in the widths that the processor has registers for: a wider one would be taken apart
// and live in memory, which is slower than no vectors at all.
#pragma once
#include <cstdint>
#include <type_traits>

namespace pocketnet {

#if defined(__AVX512F__)
constexpr int kWidest = 16;
constexpr int kRegisters = 32;
#elif defined(__AVX__)
constexpr int kWidest = 8;
constexpr int kRegisters = 16;
#else
constexpr int kWidest = 4;
constexpr int kRegisters = 16;  // ARM has 32
#endif

template <int Lanes>
struct Vector {
  static_assert(Lanes <= kWidest, "wider than a register");
  typedef float type __attribute__((vector_size(4 * Lanes), aligned(4), may_alias));
};
template <>
struct Vector<1> {
  typedef float type;
};

template <int Lanes>
using Floats = typename Vector<Lanes>::type;

template <int Lanes>
inline Floats<Lanes> load(const float* p) {
  return *reinterpret_cast<const Floats<Lanes>*>(p);
}

template <int Lanes>
inline void store(float* p, Floats<Lanes> value) {
  *reinterpret_cast<Floats<Lanes>*>(p) = value;
}

// Calls body(lanes, first channel) for all channels from `from` on: blocks of `Lanes`, then of half as many down to 4, then single ones.
template <int Lanes = kWidest, typename Body>
inline void overChannels(int64_t channels, Body body, int64_t from = 0) {
  int64_t c = from;
  for (; c + Lanes <= channels; c += Lanes) body(std::integral_constant<int, Lanes>(), c);
  if constexpr (Lanes > 1) overChannels<(Lanes > 4 ? Lanes / 2 : 1)>(channels, body, c);
}

}  // namespace pocketnet
