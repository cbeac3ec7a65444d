import { z } from 'zod';
import type { CellShape } from '../blocks/preprocessing/index.js';
import { findStem } from '../blocks/stems/index.js';

/** All of a network of cells but the cells themselves. */
export interface Frame {
  /** C: channels of a node in the first cells; each reduction doubles them. */
  channels: number;
  /** How many cells, of which those at ⌊n/3⌋, ⌊2n/3⌋ and n − 1 reduce; or how many normal ones stand before each reduction. */
  cells: number | number[];
  /** Channels of the stem as a multiple of C. */
  stemMultiplier: number;
  /** How the network begins: `blocks/stems`. */
  stem: string;
  /** How a cell's inputs are brought to its channels and size: `blocks/preprocessing`. */
  preprocessing: string;
  /** What a cell gives of its nodes: all side by side, or their sum, which is as wide as one. */
  join: 'concat' | 'sum';
}

/** What may differ from a network's own frame, as configurations and files have it. */
export const frameSchema = z.strictObject({
  channels: z.int().positive().optional().describe('C: channels of a node in the first cells.'),
  cells: z
    .union([z.int().min(3), z.array(z.int().min(0)).min(1)])
    .optional()
    .describe('Cells, three of which reduce; or how many normal ones stand before each reduction: [3, 4, 2].'),
  stemMultiplier: z.int().positive().optional().describe("The stem's channels, as a multiple of C."),
  stem: z.string().optional().describe('half, as the paper; quarter: the first cells see a quarter of the pixels.'),
  preprocessing: z
    .string()
    .optional()
    .describe('pointwise, as the paper; grouped; shared by the two cells that take an output; bare.'),
  join: z.enum(['concat', 'sum']).optional().describe('What a cell gives of its nodes; concat, as the paper.'),
});

export type FrameChanges = z.output<typeof frameSchema>;

/** As a file's metadata holds it. @throws an Error that says what is wrong in it */
export function readFrame(text: string): FrameChanges {
  const parsed = frameSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new Error(`The file's frame ${text} is none of this version: ${z.prettifyError(parsed.error)}`);
}

/** The paper's, where nothing else is said. */
export const usualFrame = { stem: 'half', preprocessing: 'pointwise', join: 'concat' } as const;

/** A frame with every key, of one that leaves out what is usual. */
export const wholeFrame = (frame: FrameChanges & Pick<Frame, 'channels' | 'cells' | 'stemMultiplier'>): Frame => ({
  ...usualFrame,
  ...Object.fromEntries(Object.entries(frame).filter(([, value]) => value !== undefined)),
  ...{ channels: frame.channels, cells: frame.cells, stemMultiplier: frame.stemMultiplier },
});

/** Where everything stands in a frame. */
export interface Layout {
  stemWidth: number;
  /** One for each cell, in their order. */
  shapes: CellShape[];
  /** Channels of the last cell's output. */
  width: number;
  /** How often the image's sides are halved. */
  halvings: number;
}

/** @param nodes that a cell's output holds side by side, of each kind of cell */
export function layOut(frame: Frame, nodes: { normal: number; reduce: number }): Layout {
  const { channels, cells, stemMultiplier, join } = frame;
  const [count, reductions] = reductionsOf(cells);
  const stemWidth = channels * stemMultiplier;
  const shapes: CellShape[] = [];
  let [before, last, width] = [stemWidth, stemWidth, channels];
  for (let i = 0; i < count; i++) {
    const reduces = reductions.has(i);
    const afterReduction = reductions.has(i - 1);
    if (reduces) width *= 2;
    // The last cell has brought the same map to its own channels; it is of this cell's size unless that one halved it.
    const seenByLast = i > 0 && !afterReduction && shapes[i - 1]?.channels === width;
    shapes.push({ before, last, channels: width, reduces, afterReduction, seenByLast });
    [before, last] = [last, width * (join === 'sum' ? 1 : nodes[reduces ? 'reduce' : 'normal'])];
  }
  return { stemWidth, shapes, width: last, halvings: Math.log2(findStem(frame.stem).stride) + reductions.size };
}

/** How many cells, and which of them reduce. */
function reductionsOf(cells: Frame['cells']): [count: number, reductions: ReadonlySet<number>] {
  if (typeof cells === 'number')
    return [cells, new Set([Math.floor(cells / 3), Math.floor((2 * cells) / 3), cells - 1])];
  let count = 0;
  const places = cells.map((normal) => {
    count += normal + 1;
    return count - 1;
  });
  return [count, new Set(places)];
}
