import { ENUMS, NONE, type PlanRecord } from '../plan/format.js';
import type { Plan } from '../plan/plan.js';

/** Sets of done steps that are kept of each size: the search is exact where a network has no more. */
const KEPT = 4000;

/** Steps that are done, and what that cost. */
interface Done {
  readonly steps: bigint;
  readonly live: number;
  readonly peak: number;
  readonly last: number;
  readonly before: Done | undefined;
}

/**
 * The order of a plan's steps that has the fewest bytes alive at once, counted by buffer: from the first step that writes it to the last one
 * that takes it. All sets of steps that can be done are looked at, size by size, each reached by its cheapest way (a shortest path by its
 * dearest edge); of sizes with very many sets only the cheapest are.
 *
 * @param bytes of each buffer
 * @returns indices of the plan's steps
 */
export function leastMemoryOrder(plan: Plan, bytes: readonly number[]): number[] {
  const uses = plan.steps.map((step) => usesOf(plan, step));
  const needs = uses.map(({ reads }, i) => needsOf(plan, i, reads));
  const touching = plan.buffers.map((_, b) => maskOf(uses.flatMap(({ all }, i) => (all.includes(b) ? [i] : []))));
  const makers = plan.buffers.map((_, b) => maskOf(plan.steps.flatMap(({ buffer }, i) => (buffer === b ? [i] : []))));
  const outputs = plan.steps.flatMap(({ kind }, i) => (kind === ENUMS.step.output ? [i] : []));
  const earlierOutputs = (i: number): bigint => maskOf(outputs.filter((output) => output < i)); // they keep their order
  for (const i of outputs) needs[i] = (needs[i] ?? 0n) | earlierOutputs(i);

  const follow = (done: Done, step: number): Done => {
    const steps = done.steps | (1n << BigInt(step));
    let during = done.live;
    let live = done.live;
    for (const b of uses[step]?.all ?? []) {
      const [own, touched] = [bytes[b] ?? 0, touching[b] ?? 0n];
      if (((makers[b] ?? 0n) & done.steps) === 0n) {
        during += own;
        live += own;
      }
      if ((touched & steps) === touched) live -= own;
    }
    return { steps, live, peak: Math.max(done.peak, during), last: step, before: done };
  };

  let level: Done[] = [{ steps: 0n, live: 0, peak: 0, last: -1, before: undefined }];
  for (let size = 0; size < plan.steps.length; size++) {
    const next = new Map<bigint, Done>();
    for (const done of level)
      for (const step of plan.steps.keys()) {
        const need = needs[step] ?? 0n;
        if (((done.steps >> BigInt(step)) & 1n) === 1n || (need & done.steps) !== need) continue;
        const found = follow(done, step);
        const known = next.get(found.steps);
        if (!known || found.peak < known.peak) next.set(found.steps, found);
      }
    level = [...next.values()];
    if (level.length > KEPT) level = level.sort((a, b) => a.peak - b.peak || a.live - b.live).slice(0, KEPT);
  }
  const order: number[] = [];
  for (let done = level[0]; done && done.last >= 0; done = done.before) order.unshift(done.last);
  return order;
}

/** A plan with its steps in another order, and their sources in the same: the engine refuses others. */
export function reordered(plan: Plan, order: readonly number[]): Plan {
  const sources: PlanRecord<'source'>[] = [];
  const steps = order.flatMap((i) => {
    const step = plan.steps[i];
    if (!step) return [];
    const moved = { ...step, firstSource: step.sourceCount > 0 ? sources.length : 0 };
    sources.push(...sourcesOf(plan, step));
    return [moved];
  });
  return { ...plan, sources, steps };
}

/** Buffers that a step reads, and all that it reads or writes. */
function usesOf(plan: Plan, step: PlanRecord<'step'>) {
  const reads = sourcesOf(plan, step)
    .map(({ buffer }) => buffer)
    .concat(step.addendBuffer)
    .filter((buffer) => buffer !== NONE);
  return { reads, all: [...new Set([...reads, step.buffer].filter((buffer) => buffer !== NONE))] };
}

const sourcesOf = (plan: Plan, { firstSource, sourceCount }: PlanRecord<'step'>) =>
  plan.sources.slice(firstSource, firstSource + sourceCount);

/** Steps before step `i` that write blocks which it reads. */
function needsOf(plan: Plan, i: number, reads: readonly number[]): bigint {
  const step = plan.steps[i];
  if (!step) return 0n;
  const ranges = sourcesOf(plan, step).map(({ buffer, block, blocks }) => ({ buffer, block, blocks }));
  ranges.push({ buffer: step.addendBuffer, block: step.addendBlock, blocks: step.blocks });
  const makers = plan.steps.flatMap((maker, m) =>
    reads.includes(maker.buffer) &&
    ranges.some(
      ({ buffer, block, blocks }) =>
        maker.buffer === buffer && maker.block < block + blocks && block < maker.block + maker.blocks,
    )
      ? [m]
      : [],
  );
  return maskOf(makers);
}

const maskOf = (indices: readonly number[]): bigint => indices.reduce((mask, i) => mask | (1n << BigInt(i)), 0n);
