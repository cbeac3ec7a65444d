#pragma once
#include "target.h"

/** The build number `index` of those that this machine can run, the fastest first; 0 beyond the last. */
const pn_target *runnable_target(int index);
