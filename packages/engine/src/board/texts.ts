import type { Plan } from '../plan/plan.js';
import type { Layout } from './layout.js';

const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** What a model says of itself, which a file may end no comment and begin no line with. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\\]+/gu, ' ')
    .replaceAll('*/', '* /')
    .trim();

/** pocketnet.h: all that an application sees. */
export function publicHeader({ metadata }: Plan, { height, width }: Layout, embedding: number): string {
  return `// ${oneLine(metadata.model.network ?? 'A network')}: a picture of a face becomes ${embedding} numbers; two of one person point the same way.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define POCKETNET_HEIGHT ${height}
#define POCKETNET_WIDTH ${width}
#define POCKETNET_EMBEDDING ${embedding}

/**
 * Embeds one aligned face. No memory is allocated; there is one arena, so one call runs at a time.
 *
 * @param rgb        [${height}][${width}][3], 0 to 255, rows from the top, red first
 * @param embedding  takes ${embedding} numbers, of any length as a vector: compare by the cosine
 */
void pocketnet_embed(const uint8_t *rgb, float *embedding);

#ifdef __cplusplus
}
#endif
`;
}

/** What a folder's README says in numbers. */
export interface Figures {
  readonly weightBytes: number;
  readonly tableBytes: number;
  readonly arenaBytes: number;
  readonly work: number;
}

/** README.md. @param hasLicence whether the weights' licence lies beside it */
export function readme(plan: Plan, figures: Figures, hasLicence: boolean): string {
  const { network = 'A network', licence } = plan.metadata.model;
  const { use, misuse } = cardOf(plan);
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length > 0 ? ['', title, '', ...lines.map((line) => `- ${oneLine(line)}`)] : [];
  return [
    `# ${oneLine(network)} in C`,
    '',
    'C99 that stands alone: no allocation, no files, no libm, of libc only what a compiler calls for `memset` and `memcpy`. One function,',
    '`pocketnet_embed` of `pocketnet.h`, makes an aligned face an embedding.',
    '',
    '```sh',
    'make && ./embed face.ppm          # a P6 pixmap, or RGB bytes, of the size in pocketnet.h; prints the embedding',
    'make pocketnet.a CC=arm-none-eabi-gcc AR=arm-none-eabi-ar CFLAGS="-O2 -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard"',
    '```',
    '',
    '| | bytes |',
    '|---|---|',
    `| flash: weights | ${grouped(figures.weightBytes)} |`,
    `| flash: tables | ${grouped(figures.tableBytes)} |`,
    '| flash: code | 15,000 to 40,000, by compiler and processor: `size pocketnet.o`, less the tables |',
    `| RAM: the arena | ${grouped(figures.arenaBytes)} |`,
    '| RAM: stack | below 6,000 |',
    '',
    `${(figures.work / 1e6).toFixed(1)} million multiply-adds a face.`,
    '',
    'The arena is static; `-DPOCKETNET_ARENA=\'__attribute__((aligned(64), section(".sdram")))\'` puts it elsewhere. A network of the same kind may',
    'have its own folder, but not in the same program. NEON is used where the compiler has it, plain C elsewhere.',
    '',
    '| file | |',
    '|---|---|',
    '| `pocketnet.h`, `pocketnet.c` | the function |',
    '| `network.c` | the steps, where each value lies in the arena, and the arena |',
    '| `weights.h`, `weights.c` | the weights |',
    '| `engine/` | what computes; from PocketNet for TypeScript, Apache-2.0 (https://www.apache.org/licenses/LICENSE-2.0) |',
    '| `main.c`, `Makefile` | a program that embeds a picture |',
    '',
    '## The weights',
    '',
    `Licence: ${oneLine(licence ?? 'not stated by the model.')}`,
    ...(hasLicence
      ? ['The text is in [LICENSE](LICENSE); pass it on with the weights and with what is compiled of them.']
      : []),
    ...list('What they are for:', use),
    ...list('What they must not be used for:', misuse),
    '',
    'A template made of a face is personal data; who stores one needs to know what the law asks for.',
    '',
  ].join('\n');
}

/** What the model's card says of its use; nothing where there is none. */
function cardOf({ metadata }: Plan): { use: string[]; misuse: string[] } {
  const lines = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((line): line is string => typeof line === 'string') : [];
  try {
    const { about } = JSON.parse(metadata.model.card ?? '{}');
    return { use: lines(about?.use), misuse: lines(about?.misuse) };
  } catch {
    return { use: [], misuse: [] };
  }
}
