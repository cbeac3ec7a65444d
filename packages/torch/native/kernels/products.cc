// inner_products: scores[p, g] = left[p] · right[g], of rows of float32, into memory that the caller has. Debian's libtorch multiplies by the
// reference BLAS unless another one is installed, a tenth as fast; and every call would transpose. Here a panel of right rows is
// transposed once, into the first-level cache, and stays there while all left rows pass.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <vector>

#include "gemm.h"

namespace pocketnet {
namespace {

constexpr int64_t kPanel = kWidest * (kRegisters / 8);  // columns of the widest tile

void checkRows(const at::Tensor& rows, const char* name) {
  TORCH_CHECK(rows.is_cpu() && rows.scalar_type() == at::kFloat && rows.dim() == 2 && rows.is_contiguous(), name,
              " must be [rows, width] of contiguous float32 on the CPU");
}

at::Tensor innerProducts(const at::Tensor& left, const at::Tensor& right, at::Tensor out) {
  TORCH_CHECK(!(at::GradMode::is_enabled() && (left.requires_grad() || right.requires_grad())), "inner products have no derivative here: use mm");
  checkRows(left, "left");
  checkRows(right, "right");
  checkRows(out, "out");
  const int64_t lefts = left.size(0), rights = right.size(0), width = left.size(1);
  TORCH_CHECK(right.size(1) == width, "left has rows of ", width, " numbers, right of ", right.size(1));
  TORCH_CHECK(out.size(0) == lefts && out.size(1) == rights, "out must be [", lefts, ", ", rights, "]");
  const float *a = left.data_ptr<float>(), *b = right.data_ptr<float>();
  float* c = out.data_ptr<float>();
  at::parallel_for(0, (rights + kPanel - 1) / kPanel, 1, [&](int64_t begin, int64_t end) {
    std::vector<float> panel(width * kPanel);
    for (int64_t p = begin; p < end; p++) {
      const int64_t first = p * kPanel, columns = std::min(kPanel, rights - first);
      for (int64_t j = 0; j < columns; j++)
        for (int64_t k = 0; k < width; k++) panel[k * columns + j] = b[(first + j) * width + k];
      gemm(lefts, columns, width, a, width, 1, panel.data(), columns, c + first, rights, false);
    }
  });
  return out;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(pocketnet, m) {
  m.def("inner_products(Tensor left, Tensor right, Tensor(a!) out) -> Tensor(a!)", &innerProducts);
}

}  // namespace pocketnet
