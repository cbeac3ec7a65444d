// C (+)= A·B for the small matrices of pointwise convolutions: A[m,k] at a[m·ars + k·acs] (so its transpose is for nothing),
// B[k,n] and C[m,n] with contiguous rows. Inner tiles stay in registers; B's rows stay in the first-level cache.
#pragma once
#include <algorithm>

#include "simd.h"

namespace pocketnet {

template <int Rows, int Vectors, int Lanes>
inline void gemmTile(int64_t depth, const float* __restrict__ a, int64_t ars, int64_t acs, const float* __restrict__ b, int64_t ldb,
                     float* __restrict__ c, int64_t ldc, bool accumulate) {
  Floats<Lanes> sums[Rows][Vectors];
#pragma GCC unroll 16
  for (int r = 0; r < Rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; v++) sums[r][v] = accumulate ? load<Lanes>(c + r * ldc + v * Lanes) : Floats<Lanes>{};
  for (int64_t k = 0; k < depth; k++) {
    Floats<Lanes> row[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; v++) row[v] = load<Lanes>(b + k * ldb + v * Lanes);
#pragma GCC unroll 16
    for (int r = 0; r < Rows; r++) {
      const float factor = a[r * ars + k * acs];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; v++) sums[r][v] += factor * row[v];
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < Rows; r++)
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; v++) store<Lanes>(c + r * ldc + v * Lanes, sums[r][v]);
}

// Rows at a time, then half as many and so on down to one, whose sums would wait for each other.
template <int Rows, int Vectors, int Lanes>
inline void gemmColumns(int64_t m, int64_t depth, const float* a, int64_t ars, int64_t acs, const float* b, int64_t ldb, float* c,
                        int64_t ldc, bool accumulate) {
  int64_t i = 0;
  for (; i + Rows <= m; i += Rows) gemmTile<Rows, Vectors, Lanes>(depth, a + i * ars, ars, acs, b, ldb, c + i * ldc, ldc, accumulate);
  constexpr int fewer = Rows > 8 ? 8 : Rows > 4 ? 4 : Rows / 2;
  if constexpr (fewer > 0) {
    if (i < m) gemmColumns<fewer, Vectors, Lanes>(m - i, depth, a + i * ars, ars, acs, b, ldb, c + i * ldc, ldc, accumulate);
  }
}

// The columns from `from` on, as wide as they allow: tiles of `Vectors` vectors, as many rows as leave registers for a row of B and a factor.
template <int Vectors, int Lanes>
inline void gemmFrom(int64_t from, int64_t m, int64_t n, int64_t depth, const float* a, int64_t ars, int64_t acs, const float* b, int64_t ldb,
                     float* c, int64_t ldc, bool accumulate) {
  constexpr int room = (kRegisters - Vectors - 1) / Vectors, rows = room >= 16 ? 16 : room, width = Vectors * Lanes;
  int64_t j = from;
  for (; j + width <= n; j += width) gemmColumns<rows, Vectors, Lanes>(m, depth, a, ars, acs, b + j, ldb, c + j, ldc, accumulate);
  if constexpr (Vectors > 1) gemmFrom<Vectors / 2, Lanes>(j, m, n, depth, a, ars, acs, b, ldb, c, ldc, accumulate);
  else if constexpr (Lanes > 1) gemmFrom<1, (Lanes > 4 ? Lanes / 2 : 1)>(j, m, n, depth, a, ars, acs, b, ldb, c, ldc, accumulate);
}

inline void gemm(int64_t m, int64_t n, int64_t depth, const float* a, int64_t ars, int64_t acs, const float* b, int64_t ldb, float* c,
                 int64_t ldc, bool accumulate) {
  constexpr int vectors = kRegisters / 8;  // four sums deep where there are 32 registers, two where there are 16
  gemmFrom<vectors, kWidest>(0, m, n, depth, a, ars, acs, b, ldb, c, ldc, accumulate);
}

}  // namespace pocketnet
