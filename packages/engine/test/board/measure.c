// Embeds the picture on standard input on a stack of its own: the embedding's floats go to standard output, the bytes of stack that it
// took to standard error.
#include <stdio.h>
#include <ucontext.h>
#include "pocketnet.h"

enum { STACK = 1 << 18, UNTOUCHED = 0xa5 };

static uint8_t picture[3 * POCKETNET_HEIGHT * POCKETNET_WIDTH];
static float embedding[POCKETNET_EMBEDDING];
static unsigned char stack[STACK];
static ucontext_t caller, callee;

static void embed(void) { pocketnet_embed(picture, embedding); }

int main(void) {
  size_t untouched = 0;
  if (fread(picture, 1, sizeof picture, stdin) != sizeof picture) return 1;
  for (size_t i = 0; i < STACK; i++) stack[i] = UNTOUCHED;
  getcontext(&callee);
  callee.uc_stack.ss_sp = stack;
  callee.uc_stack.ss_size = STACK;
  callee.uc_link = &caller;
  makecontext(&callee, embed, 0);
  swapcontext(&caller, &callee);
  while (untouched < STACK && stack[untouched] == UNTOUCHED) untouched++;
  fprintf(stderr, "%u\n", (unsigned)(STACK - untouched));
  return fwrite(embedding, sizeof(float), POCKETNET_EMBEDDING, stdout) == POCKETNET_EMBEDDING ? 0 : 1;
}
