// A network as one function. The plan's tables and weights are constants, worked out and checked before this was compiled; all that
// changes lies in one arena, which network.c defines.
#define PN_API static
#define PN_BOARD
#define PN_BOARD_PLAN
#include "pocketnet.h"
#include "network.c"
#include "engine/engine.c"

void pocketnet_embed(const uint8_t *rgb, float *embedding) {
  pn_bytes(&network, rgb, 3);
  pn_run(&network);
  const float *result = pn_output(&network, 0);
  for (int i = 0; i < POCKETNET_EMBEDDING; i++) embedding[i] = result[i];
}
