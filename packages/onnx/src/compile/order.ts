import { ENUMS, NONE } from '@pocketnet/engine/plan';
import type { Emitted, Tables } from './emit.js';

/**
 * Orders steps so that few values live at once: as soon as a buffer is whole, all that takes it follows, if it can and if what it makes is
 * smaller than what it sets free. So the output of a cell, which the next two cells take, goes at once, and the arena of a small network
 * fits a processor's second cache.
 */
export function orderSteps({ emitted, buffers }: Tables): Emitted[] {
  const ordered = [...emitted];
  for (let i = 0; i < ordered.length; i++) {
    const buffer = ordered[i]?.step.buffer ?? NONE;
    if (buffer === NONE || ordered.slice(i + 1).some(({ step }) => step.buffer === buffer)) continue;
    const takers = ordered.slice(i + 1).filter((one) => readsOf(one).includes(buffer));
    const before = new Set(ordered.slice(0, i + 1));
    const ready = takers.every((one) => dependenciesOf(one, ordered).every((maker) => before.has(maker)));
    const made = takers.reduce((sum, { step }) => sum + sizeOf(step), 0);
    if (
      !ready ||
      !keepsOutputs(takers, ordered.slice(i + 1)) ||
      takers.length < 2 ||
      made >= (buffers[buffer]?.blocks ?? 0)
    )
      continue;
    const rest = ordered.slice(i + 1).filter((one) => !takers.includes(one));
    ordered.splice(i + 1, ordered.length, ...takers, ...rest);
  }
  return ordered;
}

/** Whether outputs stay in the order that the graph names them in, if some steps go before the others. */
function keepsOutputs(first: readonly Emitted[], all: readonly Emitted[]): boolean {
  const outputs = all.filter(({ step }) => step.kind === ENUMS.step.output);
  return first.filter(({ step }) => step.kind === ENUMS.step.output).every((output, i) => output === outputs[i]);
}

/** Blocks of what a step writes; of an output, none. */
const sizeOf = ({ buffer, blocks }: Emitted['step']): number => (buffer === NONE ? 0 : blocks);

const readsOf = ({ step, sources }: Emitted): number[] => [...sources.map(({ buffer }) => buffer), step.addendBuffer];

/** The steps that make what a step reads. */
function dependenciesOf({ step, sources }: Emitted, all: readonly Emitted[]): Emitted[] {
  const read = sources.map(({ buffer, block, blocks }) => ({ buffer, block, blocks }));
  read.push({ buffer: step.addendBuffer, block: step.addendBlock, blocks: step.blocks });
  return all.filter((maker) =>
    read.some(
      ({ buffer, block, blocks }) =>
        buffer !== NONE &&
        maker.step.buffer === buffer &&
        maker.step.block < block + blocks &&
        block < maker.step.block + maker.step.blocks,
    ),
  );
}
