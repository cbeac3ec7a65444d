import { type Arithmetic, ENUMS, OPENED, type PlanRecord, RECORDS } from '../plan/format.js';
import { readRecord, recordBytes } from '../plan/layout.js';
import type { Plan } from '../plan/plan.js';
import { readPlanHeader } from '../plan/read.js';
import { floatLiteral, table } from './constants.js';
import type { Layout } from './layout.js';

/** Kinds of steps whose C is left out where a plan has none of them; the others every network has. */
export const OPTIONAL = ['pool', 'combine', 'resize', 'image'] as const;

export const hasStep = (plan: Plan, kind: (typeof OPTIONAL)[number]): boolean =>
  plan.steps.some((step) => step.kind === ENUMS.step[kind]);

/** What is left out of the C for numbers that an arithmetic does not compute in: on boards tiles of integers hold bytes. */
export const withoutNumbers = (arithmetic: Arithmetic): string[] =>
  arithmetic === 'float' ? ['PN_WITHOUT_INTEGERS'] : ['PN_WITHOUT_FLOATS'];

/** network.c: the tables of the plan and of what its opening found out, and the arena. */
export function networkSource(
  plan: Plan,
  bytes: Uint8Array,
  layout: Layout,
  places: readonly string[],
  arithmetic: Arithmetic,
): string {
  const header = readPlanHeader(bytes);
  const tensors = tensorRecords(bytes);
  const { buffers, sources, steps } = plan;
  const { planes, shapes, results, offsets } = layout;
  const pointer = (address: number): string => {
    const { plan: start, loaded } = layout.places;
    const own = tensors.findIndex(({ offset }) => offset === address - start);
    return own >= 0 ? (places[own] ?? '0') : address === 0 ? '0' : `pocketnet_loaded + ${(address - loaded) / 4}`;
  };
  const inLoaded = (offset: number): number => Math.max(0, offset - offsets.weights);
  const tables = (of: string, list: Layout['stepTables']): string =>
    `// loaded, weights, finish, map\n${table(
      `static const pn_tables ${of}`,
      list.map(({ loaded, finish, map }) => `{${pointer(loaded)}, 0, ${inLoaded(finish)}, ${inLoaded(map)}}`),
    )}\n`;
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
    ...withoutNumbers(arithmetic).map((numbers) => `#define ${numbers}`),
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
    tables('step_tables', layout.stepTables),
    tables('source_tables', layout.sourceTables),
    records('result', 'results', results),
    'static const pn_state network = {',
    '  .header = &header, .tensors = tensors, .buffers = buffers, .sources = sources, .steps = steps,',
    `  .height = ${layout.height}, .width = ${layout.width}, .arena = arena, .values = values, .planes = planes, .shapes = shapes,`,
    `  .results = results, .output_count = ${results.length}, .image_offset = ${offsets.image}, .scratch_offset = ${offsets.scratch},`,
    `  .segments_offset = ${offsets.segments}, .sums_offset = ${offsets.sums}, .line_offset = ${offsets.line}, .rings_offset = ${offsets.rings},`,
    `  .halves_offset = ${offsets.halves}, .step_tables = step_tables, .source_tables = source_tables,`,
    `  .arithmetic = ${ENUMS.arithmetic[arithmetic]}, .element = ${arithmetic === 'float' ? 4 : 1}, .constants = ${layout.loaded.length > 0 ? 'pocketnet_loaded' : '0'},`,
    `  .arena_bytes = ${layout.arenaBytes}, .work = ${layout.work},`,
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

/** The records of a plan's tensors. */
export function tensorRecords(bytes: Uint8Array): PlanRecord<'tensor'>[] {
  const { tensorsOffset, tensorCount } = readPlanHeader(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: tensorCount }, (_, i) =>
    readRecord(view, tensorsOffset + i * recordBytes('tensor'), 'tensor'),
  );
}

/** A field as C writes it. */
function literal(type: 'u32' | 'u64' | 'i32' | 'f32' | 'pointer', value: number): string {
  if (type === 'f32') return floatLiteral(value);
  return type === 'i32' || value < 2 ** 31 ? String(value) : `${value}u`;
}
