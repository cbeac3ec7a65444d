// Nodes of one kind of number: floats, or integers of a byte or a halfword. Included once for each, with ELEMENT, SUFFIX and
// what depthwise convolutions multiply said: TAP, TAPS (a vector of them), TAPS_EACH (of a kernel's in one) and TAPS_MULTIPLY.
#include "rows.c"
#include "depthwise.c"
#include "patches.c"
#include "node.c"
#include "spatial.c"
