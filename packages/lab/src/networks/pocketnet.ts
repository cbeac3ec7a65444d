import { nn } from '@pocketnet/torch';
import type { Genotype } from '../search-space/genotype.js';
import { Cell } from './cell.js';
import { Block, type Interpreter } from './interpreter.js';
import { conv, pointwise } from './layers.js';

export interface PocketNetOptions {
  genotype: Genotype;
  /** C: channels of a node in the first cells. */
  channels: number;
  /** How many cells; those at ⌊n/3⌋, ⌊2n/3⌋ and n − 1 reduce. */
  cells: number;
  /** Width of the embedding. */
  embedding: number;
  /** Side of the square input in pixels; the last kernel follows the map that is left of it. */
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
  readonly #stem: readonly [nn.Conv2d, nn.BatchNorm];
  readonly #tail: readonly [
    nn.PReLU,
    nn.Conv2d,
    nn.BatchNorm,
    nn.PReLU,
    nn.Conv2d,
    nn.BatchNorm,
    nn.Conv2d,
    nn.BatchNorm,
  ];
  readonly #options: Required<PocketNetOptions>;

  constructor(options: PocketNetOptions) {
    super();
    const { genotype, channels, cells, embedding, input = 112, stemMultiplier = 4 } = options;
    this.#options = { genotype, channels, cells, embedding, input, stemMultiplier };
    const reductions = new Set([Math.floor(cells / 3), Math.floor((2 * cells) / 3), cells - 1]);
    const stemWidth = channels * stemMultiplier;
    this.#stem = [conv(3, stemWidth, 3, { stride: 2, padding: 1 }), new nn.BatchNorm(stemWidth)];
    this.stem = new nn.Sequential(...this.#stem);

    const built: Cell[] = [];
    let [before, last, width, size] = [stemWidth, stemWidth, channels, Math.ceil(input / 2)];
    for (let i = 0; i < cells; i++) {
      const reduces = reductions.has(i);
      if (reduces) {
        width *= 2;
        size = Math.ceil(size / 2);
      }
      const shape = { before, last, channels: width, reduces, afterReduction: i > 0 && reductions.has(i - 1) };
      built.push(new Cell(genotype, shape));
      [before, last] = [last, Cell.width(genotype, shape)];
    }
    this.cells = new nn.ModuleList(built);

    const tailWidth = embedding === 512 ? 1024 : 512;
    this.#tail = [
      new nn.PReLU(last),
      pointwise(last, tailWidth),
      new nn.BatchNorm(tailWidth),
      new nn.PReLU(tailWidth),
      conv(tailWidth, tailWidth, size, { groups: tailWidth }),
      new nn.BatchNorm(tailWidth),
      pointwise(tailWidth, embedding),
      new nn.BatchNorm(embedding),
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
