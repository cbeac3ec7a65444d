// The plan file as C sees it. Written from src/plan/format.ts by scripts/plan-header.mjs: change that, not this.
#pragma once
#include <stdint.h>

#define PN_MAGIC 0x54454e50u
#define PN_VERSION 2u
#define PN_LANES 16
#define PN_ALIGNMENT 64
#define PN_NONE 0xffffffffu

#define PN_MOST_TENSORS 65536u
#define PN_MOST_BUFFERS 4096u
#define PN_MOST_SOURCES 65536u
#define PN_MOST_STEPS 16384u
#define PN_MOST_STEP_SOURCES 64u
#define PN_MOST_BLOCKS 4096u
#define PN_MOST_ALL_BLOCKS 65536u
#define PN_MOST_SIDE 16384u
#define PN_MOST_KERNEL 256u
#define PN_MOST_STRIDE 64u
#define PN_MOST_DILATION 64u
#define PN_MOST_CHANNELS 256u

enum { PN_DTYPE_FLOAT32 = 1, PN_DTYPE_FLOAT16 = 2, PN_DTYPE_INT8 = 3 };

enum { PN_ARITHMETIC_FLOAT = 0, PN_ARITHMETIC_INT16 = 1, PN_ARITHMETIC_INT8 = 2, PN_ARITHMETIC_INT7 = 3 };

enum { PN_SOURCE_POINT = 1, PN_SOURCE_DEPTH = 2, PN_SOURCE_DENSE = 3, PN_SOURCE_PATCH = 4 };

enum { PN_STEP_NODE = 1, PN_STEP_SPATIAL = 2, PN_STEP_POOL = 3, PN_STEP_COMBINE = 4, PN_STEP_RESIZE = 5, PN_STEP_IMAGE = 6, PN_STEP_OUTPUT = 7 };

enum { PN_ACTIVATION_NONE = 0, PN_ACTIVATION_RELU = 1, PN_ACTIVATION_PRELU = 2, PN_ACTIVATION_CLIP = 3, PN_ACTIVATION_SIGMOID = 4, PN_ACTIVATION_AFFINE = 5 };

enum { PN_POOL_MAX = 0, PN_POOL_MEAN = 1, PN_POOL_PADDED_MEAN = 2 };

enum { PN_COMBINE_COPY = 0, PN_COMBINE_ADD = 1, PN_COMBINE_SUBTRACT = 2, PN_COMBINE_MULTIPLY = 3, PN_COMBINE_MAX = 4, PN_COMBINE_MIN = 5 };

enum { PN_ORDER_CHANNELS_FIRST = 0, PN_ORDER_CHANNELS_LAST = 1 };

// Why a plan is refused, and where.
enum { PN_FINE = 0, PN_REFUSED_SHORT, PN_REFUSED_MAGIC, PN_REFUSED_VERSION, PN_REFUSED_SIZE, PN_REFUSED_CHECKSUM, PN_REFUSED_SECTION, PN_REFUSED_LIMIT, PN_REFUSED_HEADER, PN_REFUSED_DTYPE, PN_REFUSED_RANGE, PN_REFUSED_GEOMETRY, PN_REFUSED_KIND, PN_REFUSED_WEIGHTS, PN_REFUSED_TWICE, PN_REFUSED_UNWRITTEN, PN_REFUSED_SHAPE, PN_REFUSED_EMPTY, PN_REFUSED_SIDE, PN_REFUSED_MEMORY, PN_REFUSED_WORK, PN_REFUSED_OUTPUTS, PN_REFUSED_ARITHMETIC, PN_REFUSED_FORM };
enum { PN_IN_HEADER, PN_IN_TENSOR, PN_IN_BUFFER, PN_IN_SOURCE, PN_IN_STEP };

typedef struct {
  uint32_t magic;
  uint32_t version;
  uint32_t crc;
  uint32_t size;
  uint32_t metadata_offset;
  uint32_t metadata_bytes;
  uint32_t tensors_offset;
  uint32_t tensor_count;
  uint32_t buffers_offset;
  uint32_t buffer_count;
  uint32_t sources_offset;
  uint32_t source_count;
  uint32_t steps_offset;
  uint32_t step_count;
  uint32_t channels;
  uint32_t height;
  uint32_t width;
  uint32_t multiple;
  uint32_t blue_first;
  float scale0;
  float scale1;
  float scale2;
  float shift0;
  float shift1;
  float shift2;
  uint32_t reserved;
} pn_header;

typedef struct {
  uint32_t dtype;
  uint32_t offset;
  uint32_t count;
  uint32_t reserved;
} pn_tensor;

typedef struct {
  uint32_t blocks;
  uint32_t levels;
} pn_buffer;

typedef struct {
  uint32_t kind;
  uint32_t buffer;
  uint32_t block;
  uint32_t blocks;
  uint32_t kernel_height;
  uint32_t kernel_width;
  uint32_t stride_y;
  uint32_t stride_x;
  uint32_t dilation_y;
  uint32_t dilation_x;
  int32_t top;
  int32_t left;
  int32_t bottom;
  int32_t right;
  uint32_t pre_kind;
  uint32_t pre_tensor;
  float pre_low;
  float pre_high;
  uint32_t pre_levels;
  uint32_t weight;
  uint32_t weight_scales;
  uint32_t bias;
  uint32_t post_kind;
  uint32_t post_tensor;
  float post_low;
  float post_high;
  uint32_t post_levels;
} pn_source;

typedef struct {
  uint32_t kind;
  uint32_t first_source;
  uint32_t source_count;
  uint32_t buffer;
  uint32_t block;
  uint32_t blocks;
  uint32_t weight;
  uint32_t weight_scales;
  uint32_t bias;
  uint32_t addend_buffer;
  uint32_t addend_block;
  uint32_t post_kind;
  uint32_t post_tensor;
  float post_low;
  float post_high;
  uint32_t mode;
  uint32_t channels;
} pn_step;

typedef struct {
  uint32_t height;
  uint32_t width;
  uint32_t element;
  uint32_t first;
  uint32_t last;
  uint32_t written;
  uint64_t offset;
} pn_planes;

typedef struct {
  uint32_t height;
  uint32_t width;
  uint32_t lanes;
  uint32_t rows;
  uint32_t columns;
  uint32_t together;
  uint32_t input_height;
  uint32_t input_width;
  uint64_t work;
  uint64_t scratch;
} pn_shape;

typedef struct {
  const void* loaded;
  uint64_t weights;
  uint64_t finish;
  uint64_t map;
} pn_tables;

typedef struct {
  uint32_t channels;
  uint32_t height;
  uint32_t width;
  uint32_t order;
  uint64_t offset;
} pn_result;
