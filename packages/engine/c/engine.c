// The engine as one unit of translation, so that each target's build is one object.
#include "engine.h"
#include "vector.h"

#include "half.c"
#include "tiles.c"
#include "activate.c"
#include "levels.c"
#if !defined(PN_WITHOUT_INTEGERS)
#include "integer/vector.h"
#include "integer/lanes.c"
#include "integer/loaded.c"
#endif
#include "planes.c"

#if !defined(PN_BOARD_PLAN)
// Opening a plan.
#include "checksum.c"
#include "integer/check.c"
#include "check.c"
#include "shape.c"
#include "eight-bits.c"
#if !defined(PN_WITHOUT_INTEGERS)
#include "integer/tables.c"
#include "integer/load.c"
#endif
#include "scratch.c"
#include "memory.c"
#include "open.c"
#endif

// Running it: nodes of each kind of number, and steps that compute in floats row by row. A build may leave one kind out.
#if !defined(PN_WITHOUT_INTEGERS)
#include "integer/input.c"
#endif
#include "input.c"

#define JOIN(a, b) a##_##b
#define JOINED_AS(a, b) JOIN(a, b)
#define OF(name) JOINED_AS(name, SUFFIX)

#if !defined(PN_WITHOUT_FLOATS)
#include "weights.c"
#include "product.c"
#define ELEMENT float
#define SUFFIX floats
#define TAP float
#define TAPS vec
#define TAPS_EACH 1
#define TAPS_MULTIPLY(values, weights, sum) madd(values, weights, sum)
#define MOST_SEGMENTS CHUNK
#define SEGMENTS(state) const float *segments[CHUNK]
#include "nodes.c"
#include "float.c"
#undef ELEMENT
#undef SUFFIX
#undef TAP
#undef TAPS
#undef TAPS_EACH
#undef TAPS_MULTIPLY
#undef MOST_SEGMENTS
#undef SEGMENTS
#endif

#if !defined(PN_WITHOUT_INTEGERS)
#include "integer/map.c"
#include "integer/finish.c"
#include "integer/words.c"
#define TAP int32_t
#define TAPS ivec
#define TAPS_EACH (int)(WORD / sizeof(ELEMENT))
#define TAPS_MULTIPLY(values, weights, sum) OF(dot)(sum, values, weights)
#define MOST_SEGMENTS 0xffffffffu // sums have no place but registers: all at once
#define SEGMENTS(state) const ELEMENT **segments = (const ELEMENT **)((state)->arena + (state)->segments_offset)
#if !defined(PN_WITHOUT_HALVES)
#define ELEMENT int16_t
#define SUFFIX halves
#include "integer/dot.c"
#include "nodes.c"
#include "integer/element.c"
#undef ELEMENT
#undef SUFFIX
#endif
#if defined(DOT_BYTES)
#define ELEMENT uint8_t
#define SUFFIX bytes
#include "integer/dot.c"
#include "nodes.c"
#include "integer/element.c"
#undef ELEMENT
#undef SUFFIX
#endif
#endif

#if PN_HAS_POOL
#include "pool.c"
#endif
#if PN_HAS_COMBINE
#include "combine.c"
#endif
#if PN_HAS_RESIZE
#include "resize.c"
#endif
#if PN_HAS_IMAGE
#include "image.c"
#endif
#include "output.c"
#include "run.c"
