import { ENUMS, OPENED, type PlanRecord, RECORDS, type RecordName } from '../plan/format.js';
import { readRecord, recordBytes } from '../plan/layout.js';
import type { Plan } from '../plan/plan.js';
import { readPlanHeader } from '../plan/read.js';
import { floatLiteral, table } from './constants.js';
import type { Layout } from './layout.js';

/** Kinds of steps whose C is left out where a plan has none of them; the others every network has. */
export const OPTIONAL = ['pool', 'combine', 'resize', 'image'] as const;

export const hasStep = (plan: Plan, kind: (typeof OPTIONAL)[number]): boolean =>
  plan.steps.some((step) => step.kind === ENUMS.step[kind]);

/** network.c: the tables of the plan and of what its opening found out, and the arena. */
export function networkSource(plan: Plan, bytes: Uint8Array, layout: Layout, places: readonly string[]): string {
  const header = readPlanHeader(bytes);
  const tensors = readTable(bytes, 'tensor', header.tensorsOffset, header.tensorCount);
  const { buffers, sources, steps } = plan;
  const { planes, shapes, results, offsets } = layout;
  const record = (name: keyof typeof RECORDS | keyof typeof OPENED, values: Readonly<Record<string, number>>): string =>
    `{${Object.entries({ ...RECORDS, ...OPENED }[name])
      .map(([field, type]) => literal(type, values[field] ?? 0))
      .join(', ')}}`;
  const records = <N extends keyof typeof RECORDS | keyof typeof OPENED>(
    name: N,
    of: string,
    list: readonly Readonly<Record<string, number>>[],
  ): string =>
    `// ${Object.keys({ ...RECORDS, ...OPENED }[name]).join(', ')}\n${table(
      `static const pn_${name} ${of}`,
      list.map((one) => record(name, one)),
    )}\n`;
  return [
    '// The network: what its plan says, and what an opening of it found out. engine/plan.h and engine/engine.h say what the fields mean.',
    ...OPTIONAL.map((kind) => `#define PN_HAS_${kind.toUpperCase()} ${Number(hasStep(plan, kind))}`),
    `#define PN_RINGS ${mostRings(plan)}`,
    `#define PN_ROWS ${Math.max(1, ...plan.sources.map(({ kernelHeight }) => kernelHeight))}`,
    '#include "engine/engine.h"',
    '#include "weights.h"',
    '',
    '#ifndef POCKETNET_ARENA // where the arena lies, e.g. __attribute__((aligned(64), section(".sdram")))',
    '#define POCKETNET_ARENA __attribute__((aligned(64)))',
    '#endif',
    `static float arena[${layout.arenaBytes / 4}] POCKETNET_ARENA;`,
    '',
    `static const pn_header header = ${record('header', header)};\n`,
    records('tensor', 'tensors', tensors),
    table('static const void *const values', places),
    '',
    records('buffer', 'buffers', buffers),
    records('planes', 'planes', planes),
    records('source', 'sources', sources),
    records('step', 'steps', steps),
    records('shape', 'shapes', shapes),
    records('result', 'results', results),
    'static const pn_state network = {',
    '  .header = &header, .tensors = tensors, .buffers = buffers, .sources = sources, .steps = steps,',
    `  .height = ${layout.height}, .width = ${layout.width}, .arena = arena, .values = values, .planes = planes, .shapes = shapes,`,
    `  .results = results, .output_count = ${results.length}, .image_offset = ${offsets.image}, .weights_offset = ${offsets.weights},`,
    `  .scratch_offset = ${offsets.scratch}, .rings_offset = ${offsets.rings}, .element = 4,`,
    `  .halves_offset = ${offsets.halves}, .arena_bytes = ${layout.arenaBytes}, .work = ${layout.work},`,
    '};',
    '',
  ].join('\n');
}

/** Most sources of one step whose rows are kept for a window that slides. */
function mostRings({ steps, sources }: Plan): number {
  const { depth, dense } = ENUMS.source;
  const rings = steps.map(
    ({ firstSource, sourceCount }) =>
      sources.slice(firstSource, firstSource + sourceCount).filter(({ kind }) => kind === depth || kind === dense)
        .length,
  );
  return Math.max(1, ...rings);
}

function readTable<N extends RecordName>(bytes: Uint8Array, name: N, offset: number, count: number): PlanRecord<N>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, i) => readRecord(view, offset + i * recordBytes(name), name));
}

/** A field as C writes it. */
function literal(type: 'u32' | 'u64' | 'i32' | 'f32', value: number): string {
  if (type === 'f32') return floatLiteral(value);
  return type === 'i32' || value < 2 ** 31 ? String(value) : `${value}u`;
}
