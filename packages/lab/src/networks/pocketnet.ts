import { nn } from '@pocketnet/torch';
import { Block, type Interpreter } from '../blocks/interpreter.js';
import { conv, pointwise } from '../blocks/layers.js';
import { findPrimitive } from '../blocks/primitives/index.js';
import type { Genotype } from '../search-space/genotype.js';
import { Cell } from './cell.js';

export interface PocketNetOptions {
  genotype: Genotype;
  /** C: channels of a node in the first cells. */
  channels: number;
  /** How many cells; those at ⌊n/3⌋, ⌊2n/3⌋ and n − 1 reduce. */
  cells: number;
  /** Width of the embedding. */
  embedding: number;
  /** Side of the square input in pixels, best a multiple of 16; the last kernel follows the map that is left of it. */
  input?: number;
  /** Channels of the stem as a multiple of C. */
  stemMultiplier?: number;
}

/**
 * PocketNet (Boutros et al. 2021): stem, cells from a genotype, and a tail that turns the last map into an embedding (facts 1.4).
 * Input [N, 3, S, S], RGB as (x − 127.5) / 127.5; output [N, embedding], not normalised. Parameter names are the released ones.
 */
export class PocketNet extends Block {
  readonly stem: nn.Sequential;
  readonly cells: nn.ModuleList<Cell>;
  readonly tail: nn.Sequential;
  readonly #stem: readonly [nn.Conv2d, nn.BatchNorm2d];
  readonly #tail: readonly [
    nn.PReLU,
    nn.Conv2d,
    nn.BatchNorm2d,
    nn.PReLU,
    nn.Conv2d,
    nn.BatchNorm2d,
    nn.Conv2d,
    nn.BatchNorm2d,
  ];
  readonly #options: Required<PocketNetOptions>;

  /** @throws an Error that names the input's side, when its maps cannot be halved */
  constructor(options: PocketNetOptions) {
    super();
    const { genotype, channels, cells, embedding, input = 112, stemMultiplier = 4 } = options;
    this.#options = { genotype, channels, cells, embedding, input, stemMultiplier };
    const reductions = new Set([Math.floor(cells / 3), Math.floor((2 * cells) / 3), cells - 1]);
    const lastMap = sideOfLastMap(options, input, reductions);
    const stemWidth = channels * stemMultiplier;
    this.#stem = [conv(3, stemWidth, 3, { stride: 2, padding: 1 }), new nn.BatchNorm2d(stemWidth)];
    this.stem = new nn.Sequential(...this.#stem);

    const built: Cell[] = [];
    let [before, last, width] = [stemWidth, stemWidth, channels];
    for (let i = 0; i < cells; i++) {
      const reduces = reductions.has(i);
      if (reduces) width *= 2;
      const shape = { before, last, channels: width, reduces, afterReduction: i > 0 && reductions.has(i - 1) };
      built.push(new Cell(genotype, shape));
      [before, last] = [last, Cell.width(genotype, shape)];
    }
    this.cells = new nn.ModuleList(built);

    const tailWidth = embedding === 512 ? 1024 : 512;
    this.#tail = [
      new nn.PReLU(last),
      pointwise(last, tailWidth),
      new nn.BatchNorm2d(tailWidth),
      new nn.PReLU(tailWidth),
      conv(tailWidth, tailWidth, lastMap, { groups: tailWidth }),
      new nn.BatchNorm2d(tailWidth),
      pointwise(tailWidth, embedding),
      new nn.BatchNorm2d(embedding),
    ];
    this.tail = new nn.Sequential(...this.#tail);
  }

  get options(): Readonly<Required<PocketNetOptions>> {
    return this.#options;
  }

  read<V>(image: V, by: Interpreter<V>): V {
    const [stemConv, stemNorm] = this.#stem;
    const stem = by.norm(by.conv(image, stemConv), stemNorm);
    let [before, last] = [stem, stem];
    for (const cell of this.cells) [before, last] = [last, cell.read(before, last, by)];
    const [prelu, widen, widenNorm, tailPrelu, global, globalNorm, project, projectNorm] = this.#tail;
    const wide = by.prelu(by.norm(by.conv(by.prelu(last, prelu), widen), widenNorm), tailPrelu);
    const pooled = by.norm(by.conv(wide, global), globalNorm);
    return by.flatten(by.norm(by.conv(pooled, project), projectNorm));
  }
}

/**
 * Each reduction halves the map's side and rounds up. Where a FactorizedReduce stands beside it the side must be even, since that one's
 * second half of the channels rounds down: in the cell after a reduction, and where a reduction takes one of the cell's inputs by a
 * primitive that says so.
 */
function sideOfLastMap({ cells, genotype }: PocketNetOptions, input: number, reductions: ReadonlySet<number>): number {
  const isExact = genotype.reduce.flat().some(([name, from]) => from < 2 && findPrimitive(name).halvesOnlyEven);
  let side = Math.ceil(input / 2);
  for (const cell of reductions) {
    if (side % 2 !== 0 && (isExact || cell < cells - 1)) {
      const below = Math.max(16, Math.floor(input / 16) * 16) || 112;
      throw new Error(
        `An input of ${input} pixels does not fit this PocketNet: cell ${cell} would have to halve a map of ${side} × ${side}. ` +
          `Multiples of 16 fit, such as ${below} and ${below + 16}.`,
      );
    }
    side = Math.ceil(side / 2);
  }
  return side;
}
