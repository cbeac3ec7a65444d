// The engine as one unit of translation, so that each target's build is one object.
#include "engine.h"
#include "vector.h"

#include "half.c"
#include "tiles.c"

#if !defined(PN_BOARD_PLAN)
// Opening a plan.
#include "checksum.c"
#include "check.c"
#include "shape.c"
#include "memory.c"
#include "open.c"
#endif

// Running it.
#include "weights.c"
#include "activate.c"
#include "product.c"
#include "rows.c"
#include "depthwise.c"
#include "planes.c"
#include "input.c"
#include "patches.c"
#include "node.c"
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
