#define VL 4
typedef float vec __attribute__((vector_size(16), may_alias));
typedef int32_t ivec __attribute__((vector_size(16), may_alias));
#define madd(a, b, c) ((a) * (b) + (c))
static inline vec vmin(vec a, vec b) {
  for (int i = 0; i < VL; i++) a[i] = b[i] < a[i] ? b[i] : a[i];
  return a;
}
static inline vec vmax(vec a, vec b) {
  for (int i = 0; i < VL; i++) a[i] = b[i] > a[i] ? b[i] : a[i];
  return a;
}
enum { LARGEST_SINGLE = 2 };
#define TILES(TILE) TILE(1) TILE(2)
enum { DEPTH_PIXELS = 4, FEW_PIXELS = 4 }; // of one row, depthwise
#define splat(value) ((vec){(value), (value), (value), (value)})
