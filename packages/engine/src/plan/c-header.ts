import { ALIGNMENT, ENUMS, LANES, LIMITS, MAGIC, NONE, OPENED, PLACES, RECORDS, REFUSALS, VERSION } from './format.js';

const C_TYPES = { u32: 'uint32_t', u64: 'uint64_t', pointer: 'const void*', i32: 'int32_t', f32: 'float' } as const;

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const constant = (...names: string[]): string => `PN_${names.map(snake).join('_').toUpperCase()}`;
const hex = (value: number): string => `0x${value.toString(16)}u`;

/** The description of the plan file as a C header. */
export function planHeader(): string {
  const lines = [
    '// The plan file as C sees it. Written from src/plan/format.ts by scripts/plan-header.mjs: change that, not this.',
    '#pragma once',
    '#include <stdint.h>',
    '',
    `#define PN_MAGIC ${hex(MAGIC)}`,
    `#define PN_VERSION ${VERSION}u`,
    `#define PN_LANES ${LANES}`,
    `#define PN_ALIGNMENT ${ALIGNMENT}`,
    `#define PN_NONE ${hex(NONE)}`,
    '',
    ...Object.entries(LIMITS).map(([name, value]) => `#define ${constant('most', name)} ${value}u`),
  ];
  for (const [kind, values] of Object.entries(ENUMS)) {
    const names = Object.entries(values).map(([name, value]) => `${constant(kind, name)} = ${value}`);
    lines.push('', `enum { ${names.join(', ')} };`);
  }
  lines.push('', '// Why a plan is refused, and where.');
  lines.push(
    `enum { PN_FINE = 0, ${Object.keys(REFUSALS)
      .map((name) => constant('refused', name))
      .join(', ')} };`,
  );
  lines.push(`enum { ${PLACES.map((name) => constant('in', name)).join(', ')} };`);
  for (const [name, fields] of Object.entries({ ...RECORDS, ...OPENED })) {
    lines.push('', 'typedef struct {');
    for (const [field, type] of Object.entries(fields)) lines.push(`  ${C_TYPES[type]} ${snake(field)};`);
    lines.push(`} pn_${name};`);
  }
  return `${lines.join('\n')}\n`;
}
