// Prints the embedding of a picture: a portable pixmap (P6), or bytes of RGB without a header, of the network's own size.
//
//   embed [FILE]     without a file: from standard input
#include <stdio.h>
#include <string.h>
#include "pocketnet.h"

enum { BYTES = 3 * POCKETNET_HEIGHT * POCKETNET_WIDTH };

static uint8_t picture[BYTES + 1]; // and one, to see that there are no more
static float embedding[POCKETNET_EMBEDDING];

static int fail(const char *why) {
  fprintf(stderr, "embed: %s; it takes %d x %d pixels, as a P6 pixmap or as %d bytes of RGB.\n", why, POCKETNET_WIDTH, POCKETNET_HEIGHT,
          BYTES);
  return 1;
}

/** One character of a header; a comment, from # to the end of its line, is a space. */
static int next(FILE *file) {
  int c = getc(file);
  if (c == '#')
    while (c != '\n' && c != EOF) c = getc(file);
  return c;
}

/** A number of a pixmap's header and the one space behind it; 0 where there is none. */
static long number(FILE *file) {
  long value = 0;
  int c = next(file);
  while (c == ' ' || c == '\n' || c == '\r' || c == '\t') c = next(file);
  for (; c >= '0' && c <= '9' && value < 100000; c = next(file)) value = 10 * value + c - '0';
  return value;
}

/** Reads the picture. @returns what is wrong with it, or 0 */
static const char *read_picture(FILE *file) {
  size_t held = fread(picture, 1, 2, file);
  if (held == 2 && memcmp(picture, "P6", 2) == 0) {
    const long width = number(file), height = number(file), most = number(file);
    if (width != POCKETNET_WIDTH || height != POCKETNET_HEIGHT) return "the picture is of another size";
    if (most != 255) return "the picture has other than 256 levels";
    held = 0;
  }
  held += fread(picture + held, 1, sizeof picture - held, file);
  return held < BYTES ? "the picture ends too early" : held > BYTES ? "the picture is too long" : 0;
}

int main(int count, char **words) {
  FILE *file = count < 2 ? stdin : fopen(words[1], "rb");
  if (!file) return fail("the file cannot be opened");
  const char *wrong = read_picture(file);
  if (wrong) return fail(wrong);
  pocketnet_embed(picture, embedding);
  for (int i = 0; i < POCKETNET_EMBEDDING; i++) printf("%.9g\n", (double)embedding[i]);
  return 0;
}
