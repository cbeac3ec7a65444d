// The engine as one unit of translation, so that each target's build is one object.
#include "engine.h"
#include "vector.h"

// Opening a plan.
#include "checksum.c"
#include "half.c"
#include "check.c"
#include "shape.c"
#include "memory.c"
#include "open.c"

// Running it.
#include "activate.c"
#include "product.c"
#include "rows.c"
#include "depthwise.c"
#include "planes.c"
#include "image.c"
#include "patches.c"
#include "node.c"
#include "pool.c"
#include "combine.c"
#include "resize.c"
#include "output.c"
#include "run.c"
