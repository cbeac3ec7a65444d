// Vectors of floats by the compiler's own extension: one source for every width that -march=native finds.
#pragma once
#include <cstdint>
#include <type_traits>

namespace pocketnet {

template <int Lanes>
struct Vector;
template <>
struct Vector<16> {
  typedef float type __attribute__((vector_size(64), aligned(4), may_alias));
};
template <>
struct Vector<1> {
  typedef float type;
};
template <>
struct Vector<8> {
  typedef float type __attribute__((vector_size(32), aligned(4), may_alias));
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

// Calls body(lanes, first channel) for all channels: blocks of 16, then of 8, then single ones.
template <typename Body>
inline void overChannels(int64_t channels, Body body) {
  int64_t c = 0;
  for (; c + 16 <= channels; c += 16) body(std::integral_constant<int, 16>(), c);
  for (; c + 8 <= channels; c += 8) body(std::integral_constant<int, 8>(), c);
  for (; c < channels; c++) body(std::integral_constant<int, 1>(), c);
}

}  // namespace pocketnet
