import { type Arithmetic, ENUMS, OPENED, RECORDS } from '../plan/format.js';
import type { Plan } from '../plan/plan.js';
import { readPlan } from '../plan/read.js';
import { writePlan } from '../plan/write.js';
import { boardModule, type Layout, layOut } from './layout.js';
import { networkSource, tensorRecords } from './network.js';
import { leastMemoryOrder, reordered } from './order.js';
import { commonSources, engineSources } from './sources.js';
import { type Figures, publicHeader, readme } from './texts.js';
import { forBoards, weightsOf } from './weights.js';

/** A plan as a folder of C that stands alone. */
export interface BoardFolder {
  /** Texts by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly figures: Figures;
}

export interface BoardOptions {
  /** What the file is called in errors. */
  readonly name?: string;
  /** The text of the weights' licence, which the folder then holds. */
  readonly licence?: string;
}

/**
 * Writes a plan as C for boards: one function, `pocketnet_embed`. The plan is opened here: the folder holds what came of it as constants, in
 * the order of steps that needs the least memory, and none of the C that checks and opens.
 *
 * @param bytes of a `.pnet` file that takes pictures of one size, and has one output
 * @throws an Error that says what is wrong with the plan
 */
export async function boardFolder(
  bytes: Uint8Array,
  { name = 'the plan', licence }: BoardOptions = {},
): Promise<BoardFolder> {
  const given = forBoards(readPlan(bytes, name));
  refuseOthers(given, name);
  const module = await boardModule();
  const arithmetic = given.tensors.some(({ dtype }) => dtype === 'int8') ? 'int8' : 'float';
  const open = (plan: Plan) => ({ plan, ...opened(module, plan, arithmetic, name) });
  const asGiven = open(given);
  const sizes = asGiven.layout.planes.map(
    ({ height, width, element }, b) => height * width * element * (given.buffers[b]?.blocks ?? 0),
  );
  const best = open(reordered(given, leastMemoryOrder(given, sizes)));
  const { plan, bytes: own, layout } = best.layout.arenaBytes < asGiven.layout.arenaBytes ? best : asGiven;
  const weights = weightsOf(plan, layout, tensorRecords(own), arithmetic);
  const [result] = layout.results;
  const embedding = result ? result.channels * result.height * result.width : 0;
  const figures = {
    weightBytes: weights.bytes,
    tableBytes: tableBytes(plan, layout),
    arenaBytes: layout.arenaBytes,
    work: layout.work,
  };
  const files = new Map([
    ['README.md', readme(plan, figures, licence !== undefined)],
    ...(licence === undefined ? [] : ([['LICENSE', licence]] as const)),
    ['pocketnet.h', publicHeader(plan, layout, embedding)],
    ['network.c', networkSource(plan, own, layout, weights.places, arithmetic)],
    ['weights.h', weights.header],
    ['weights.c', weights.source],
    ...(await commonSources()),
    ...(await engineSources(plan, arithmetic)),
  ]);
  return { files, figures };
}

function opened(
  module: WebAssembly.Module,
  plan: Plan,
  arithmetic: Arithmetic,
  name: string,
): { bytes: Uint8Array; layout: Layout } {
  const bytes = writePlan(plan);
  try {
    return {
      bytes,
      layout: layOut(module, bytes, arithmetic, {
        buffers: plan.buffers.length,
        steps: plan.steps.length,
        sources: plan.sources.length,
      }),
    };
  } catch (cause) {
    throw new Error(`${name}: the engine refuses it. ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** A board's function takes one picture of one size and gives one embedding. */
function refuseOthers({ image, steps }: Plan, name: string): void {
  if (image.height === 0 || image.width === 0)
    throw new Error(`${name}: it takes images of any size. Compile the model for one: --size 112x112.`);
  if (image.channels !== 3)
    throw new Error(`${name}: it takes ${image.channels} channels; C is written for networks that take RGB pictures.`);
  const outputs = steps.filter(({ kind }) => kind === ENUMS.step.output).length;
  if (outputs !== 1)
    throw new Error(`${name}: it has ${outputs} outputs; C is written for networks that have one, an embedding.`);
}

/** Bytes of network.c's tables, where pointers take four. */
function tableBytes({ tensors, buffers, sources, steps }: Plan, { planes, shapes, results }: Layout): number {
  const fields = (record: Readonly<Record<string, string>>): number =>
    Object.values(record).reduce((sum, type) => sum + (type === 'u64' ? 8 : 4), 0);
  const sizes = [
    [1, RECORDS.header],
    [tensors.length, { ...RECORDS.tensor, value: 'u32' }],
    [buffers.length, RECORDS.buffer],
    [sources.length, RECORDS.source],
    [steps.length, RECORDS.step],
    [planes.length, OPENED.planes],
    [steps.length + sources.length, { ...OPENED.tables, gap: 'u32' }],
    [shapes.length, OPENED.shape],
    [results.length, OPENED.result],
  ] as const;
  return sizes.reduce((sum, [count, record]) => sum + count * fields(record), 0);
}
