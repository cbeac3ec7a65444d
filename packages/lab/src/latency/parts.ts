import type { Block } from '../blocks/interpreter.js';
import { findPreprocessing } from '../blocks/preprocessing/index.js';
import { findPrimitive, primitives } from '../blocks/primitives/index.js';
import { findStem } from '../blocks/stems/index.js';
import type { PocketNet } from '../networks/index.js';
import { type BlockInput, signatureOf } from './signature.js';

/** A block of a network where it stands. */
export interface Part {
  /** For people. */
  what: string;
  block: Block;
  /** Makes another one of its kind. */
  make(): Block;
  input: BlockInput;
  /** An operation of a cell's edge, which is summed with another one; or what brings a cell's input to its channels. */
  kind: 'edge' | 'input';
}

/** Everything of a network but what all networks of its frame have, stem and tail. */
export function partsOf(network: PocketNet): Part[] {
  return placesOf(network).flatMap(({ inputs, cell, side }) => [
    ...inputs,
    ...cell.edges().map(({ name, block, from }) => {
      const { channels, reduces } = cell.shape;
      const halves = reduces && from < 2;
      const at = reduces && !halves ? Math.ceil(side / 2) : side;
      return edgePart(() => findPrimitive(name).make(channels, halves ? 2 : 1, true), name, channels, at, block);
    }),
  ]);
}

/** Every part that a network of the same frame may have, whatever its cells: once each. */
export function partsOfFrame(network: PocketNet): Part[] {
  const all = placesOf(network).flatMap(({ inputs, cell, side }) => {
    const { channels, reduces } = cell.shape;
    const steps = reduces
      ? ([
          [2, side],
          [1, Math.ceil(side / 2)],
        ] as const)
      : ([[1, side]] as const);
    return [
      ...inputs,
      ...steps.flatMap(([stride, at]) =>
        Array.from(primitives, ({ name, make }) => edgePart(() => make(channels, stride, true), name, channels, at)),
      ),
    ];
  });
  return [...new Map(all.map((part) => [keyOf(part), part])).values()];
}

/** Under which a table holds a part. */
export const keyOf = ({ block, input, kind }: Pick<Part, 'block' | 'input' | 'kind'>): string =>
  `${kind}: ${signatureOf(block, input)}`;

/** Under which a table holds the rest of a frame. */
export const restKey = (network: PocketNet): string => {
  const { input, cells, join } = network.options;
  const shape = { channels: 3, side: input };
  return `rest: ${signatureOf(network.stem, shape)}, cells ${JSON.stringify(cells)}, ${join}, embedding ${network.options.embedding}`;
};

const edgePart = (make: () => Block, name: string, channels: number, side: number, block = make()): Part => ({
  what: `${name} of ${channels} channels at ${side} pixels`,
  ...{ block, make, input: { channels, side }, kind: 'edge' },
});

/** The cells of a network with the sides of their inputs. */
function placesOf(network: PocketNet) {
  let side = Math.ceil(network.options.input / findStem(network.options.stem).stride);
  return Array.from(network.cells, (cell) => {
    const { before, last, channels, reduces, afterReduction } = cell.shape;
    const another = (which: 0 | 1) => (): Block =>
      findPreprocessing(network.options.preprocessing).inputs(cell.shape, true)[which] as Block; // as the cell has it
    const of = (which: 0 | 1, block: Block | null, from: number, at: number): Part[] => {
      const what = `pre-processing of ${from} to ${channels} channels at ${at} pixels`;
      return block === null
        ? []
        : [{ what, block, make: another(which), input: { channels: from, side: at }, kind: 'input' }];
    };
    const place = {
      ...{ cell, side },
      inputs: [...of(0, cell.preproc0, before, afterReduction ? 2 * side : side), ...of(1, cell.preproc1, last, side)],
    };
    if (reduces) side = Math.ceil(side / 2);
    return place;
  });
}
