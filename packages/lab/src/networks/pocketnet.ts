import { nn, type Tensor } from '@pocketnet/torch';
import { Chain } from '../blocks/chain.js';
import { runFused } from '../blocks/fusion.js';
import { Block, type Interpreter } from '../blocks/interpreter.js';
import { conv, pointwise } from '../blocks/layers.js';
import { findPrimitive } from '../blocks/primitives/index.js';
import { findStem } from '../blocks/stems/index.js';
import { type Frame, type FrameChanges, type Layout, layOut, wholeFrame } from '../search-space/frame.js';
import type { Genotype } from '../search-space/genotype.js';
import { Cell } from './cell.js';

export interface PocketNetOptions extends Omit<FrameChanges, 'channels' | 'cells'>, Pick<Frame, 'channels' | 'cells'> {
  genotype: Genotype;
  /** Width of the embedding. */
  embedding: number;
  /** Side of the square input in pixels, best a multiple of 16; the last kernel follows the map that is left of it. */
  input?: number | undefined;
}

type WholeOptions = Frame & Pick<PocketNetOptions, 'genotype' | 'embedding'> & { input: number };

/**
 * PocketNet (Boutros et al. 2021): stem, cells from a genotype, and a tail that turns the last map into an embedding (facts 1.4).
 * Input [N, 3, S, S], RGB as (x − 127.5) / 127.5; output [N, embedding], not normalised. Parameter names are the released ones.
 */
export class PocketNet extends Block {
  readonly stem: Chain;
  readonly cells: nn.ModuleList<Cell>;
  readonly tail: Chain;
  readonly #options: WholeOptions;

  /** @throws an Error that names the input's side, when its maps cannot be halved, or what the frame has that is not known */
  constructor(options: PocketNetOptions) {
    super();
    const { genotype, embedding, input = 112 } = options;
    const { channels, cells, stemMultiplier = 4, stem, preprocessing, join } = options;
    const frame = wholeFrame({ channels, cells, stemMultiplier, stem, preprocessing, join });
    this.#options = { ...frame, genotype, embedding, input };
    const nodes = { normal: genotype.normalConcat.length, reduce: genotype.reduceConcat.length };
    const { stemWidth, shapes, width, halvings } = layOut(frame, nodes);
    const lastMap = sideOfLastMap(genotype, input, shapes, findStem(frame.stem).stride, halvings);
    this.stem = new Chain(findStem(frame.stem).layers(stemWidth));
    this.cells = new nn.ModuleList(shapes.map((shape) => new Cell(genotype, shape, frame)));
    const tailWidth = embedding === 512 ? 1024 : 512;
    this.tail = new Chain([
      new nn.PReLU(width),
      pointwise(width, tailWidth),
      new nn.BatchNorm2d(tailWidth),
      new nn.PReLU(tailWidth),
      conv(tailWidth, tailWidth, lastMap, { groups: tailWidth }),
      new nn.BatchNorm2d(tailWidth),
      pointwise(tailWidth, embedding),
      new nn.BatchNorm2d(embedding),
    ]);
  }

  get options(): Readonly<WholeOptions> {
    return this.#options;
  }

  read<V>(image: V, by: Interpreter<V>): V {
    const stem = this.stem.read(image, by);
    let [before, last, seen]: [V, V, V | undefined] = [stem, stem, undefined];
    for (const cell of this.cells) {
      const inputs: [V, V] = cell.inputs(before, last, by, seen);
      [before, last, seen] = [last, cell.readFrom(inputs, by), inputs[1]];
    }
    return by.flatten(this.tail.read(last, by));
  }

  override forward(image: Tensor): Tensor {
    return runFused(this, image);
  }
}

/**
 * Each reduction halves the map's side and rounds up. Where a FactorizedReduce stands beside it the side must be even, since that one's
 * second half of the channels rounds down: in the cell after a reduction, and where a reduction takes one of the cell's inputs by a
 * primitive that says so.
 */
function sideOfLastMap(
  genotype: Genotype,
  input: number,
  shapes: Layout['shapes'],
  stemStride: number,
  halvings: number,
): number {
  const isExact = genotype.reduce.flat().some(([name, from]) => from < 2 && findPrimitive(name).halvesOnlyEven);
  let side = Math.ceil(input / stemStride);
  for (const [cell, { reduces }] of shapes.entries()) {
    if (!reduces) continue;
    if (side % 2 !== 0 && (isExact || cell < shapes.length - 1)) {
      const fit = 2 ** halvings;
      const below = Math.max(fit, Math.floor(input / fit) * fit) || 112;
      throw new Error(
        `An input of ${input} pixels does not fit this PocketNet: cell ${cell} would have to halve a map of ${side} × ${side}. ` +
          `Multiples of ${fit} fit, such as ${below} and ${below + fit}.`,
      );
    }
    side = Math.ceil(side / 2);
  }
  return side;
}
