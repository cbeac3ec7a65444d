import { init, nn, type Tensor } from '@pocketnet/torch';
import { Chain } from '../blocks/chain.js';
import { runFused } from '../blocks/fusion.js';
import { execute, type Interpreter } from '../blocks/interpreter.js';
import { conv, pointwise } from '../blocks/layers.js';
import { findStem } from '../blocks/stems/index.js';
import { Alphas, type CellType } from './alphas.js';
import { type Frame, type FrameChanges, layOut, wholeFrame } from './frame.js';
import type { Genotype } from './genotype.js';
import { SearchCell } from './search-cell.js';

export interface SearchNetworkOptions extends FrameChanges {
  /** Classes of the plain soft-max that the search is trained with; 0: none, what it embeds is learned from. */
  classes: number;
  /** C: channels of a node in the first cells; 16 unless said. */
  channels?: number | undefined;
  /** How many cells, 8 unless said; those at ⌊n/3⌋, ⌊2n/3⌋ and n − 1 reduce. Or how many normal ones stand before each reduction. */
  cells?: number | number[] | undefined;
  /** Nodes of a cell, 4 unless said. */
  nodes?: number;
  /** Side of the square input in pixels, 112 unless said; the tail's kernel follows the map that is left of it. */
  input?: number;
  /** Channels of the stem as a multiple of C, 3 unless said. */
  stemMultiplier?: number | undefined;
  /** Groups of the tail's last convolution: 512, depthwise, unless said. The released code has 128 (facts 1.11, quirk 1). */
  tailGroups?: number;
}

const tailWidth = 512;
/** Width of what a search network embeds. */
export const searchEmbedding = 128;

/**
 * The network that a search trains: stem, mixed cells, tail and a linear classifier (facts 1.1). PyTorch's default initial weights,
 * not kaiming's. Input [N, 3, S, S], RGB as (x − 127.5) / 127.5.
 */
export class SearchNet extends nn.Module {
  readonly frame: Frame;
  readonly stem: Chain;
  readonly cells: nn.ModuleList<SearchCell>;
  readonly tail: Chain;
  readonly linear: nn.Linear | null;

  /** @throws an Error that names the input's side, when its maps cannot be halved, or impossible groups */
  constructor(options: SearchNetworkOptions) {
    super();
    const { classes, channels = 16, cells = 8, nodes = 4, input = 112, stemMultiplier = 3 } = options;
    const { tailGroups = tailWidth, stem, preprocessing, join } = options;
    const frame = wholeFrame({ channels, cells, stemMultiplier, stem, preprocessing, join });
    if (tailWidth % tailGroups !== 0)
      throw new Error(`tailGroups must divide ${tailWidth}, which ${tailGroups} does not.`);
    const { stemWidth, shapes, width: last, halvings } = layOut(frame, { normal: nodes, reduce: nodes });
    const lastMap = sideOfLastMap(input, halvings);
    this.frame = frame;
    this.stem = new Chain(findStem(frame.stem).layers(stemWidth));
    this.cells = new nn.ModuleList(shapes.map((shape) => new SearchCell(shape, nodes, frame)));
    this.tail = new Chain([
      new nn.PReLU(last),
      pointwise(last, tailWidth),
      new nn.BatchNorm2d(tailWidth),
      new nn.PReLU(tailWidth),
      conv(tailWidth, tailWidth, lastMap, { groups: tailGroups }),
      new nn.BatchNorm2d(tailWidth),
      pointwise(tailWidth, searchEmbedding),
      new nn.BatchNorm2d(searchEmbedding),
    ]);
    this.linear = classes > 0 ? new nn.Linear(searchEmbedding, classes) : null;
    for (const [, module] of this.modules()) {
      if (module instanceof nn.Conv2d) init.kaimingUniform(module.weight, Math.sqrt(5));
    }
  }

  /** Raw embeddings [N, 128] by all operations, mixed by the soft-maxed α of each type of cell. */
  embedMixed(images: Tensor, shares: Readonly<Record<CellType, readonly Tensor[]>>): Tensor {
    return this.#read(images, execute, (cell, inputs) =>
      cell.mix(inputs, shares[cell.shape.reduces ? 'reduce' : 'normal']),
    );
  }

  /** Raw embeddings [N, 128] by the operations of one genotype alone. */
  embedPath(images: Tensor, genotype: Genotype): Tensor {
    return runFused(
      {
        read: <V>(image: V, by: Interpreter<V>): V =>
          this.#read(image, by, (cell, inputs) => cell.readPath(inputs, nodesOf(genotype, cell), by)),
      },
      images,
    );
  }

  /** The modules that a genotype's path goes through. */
  modulesOn(genotype: Genotype): nn.Module[] {
    const cells = Array.from(this.cells, (cell) => cell.modulesOn(nodesOf(genotype, cell)));
    return [this.stem, ...cells.flat(), this.tail, ...(this.linear ? [this.linear] : [])];
  }

  forward(): Tensor {
    throw new Error('A search net is told its operations as well: call embedMixed() or embedPath().');
  }

  #read<V>(images: V, by: Interpreter<V>, through: (cell: SearchCell, inputs: [V, V]) => V): V {
    const stem = this.stem.read(images, by);
    let [before, last, seen]: [V, V, V | undefined] = [stem, stem, undefined];
    for (const cell of this.cells) {
      const inputs: [V, V] = cell.inputs(before, last, by, seen);
      [before, last, seen] = [last, through(cell, inputs), inputs[1]];
    }
    return by.flatten(this.tail.read(last, by));
  }
}

/** The search network with its architecture parameters, under the released names: `alpha_normal.0` …, `net.stem.0.weight` …. */
export class SearchNetwork extends nn.Module {
  readonly alpha_normal: Alphas;
  readonly alpha_reduce: Alphas;
  readonly net: SearchNet;

  constructor(options: SearchNetworkOptions) {
    super();
    this.alpha_normal = new Alphas(options.nodes ?? 4);
    this.alpha_reduce = new Alphas(options.nodes ?? 4);
    this.net = new SearchNet(options);
  }

  /** The architecture parameters: normal cells' nodes, then reduction cells'. */
  get alphas(): nn.Parameter[] {
    return [...this.alpha_normal.parameters(), ...this.alpha_reduce.parameters()];
  }

  /** The network's own parameters, in the order of its state dict. */
  get weights(): nn.Parameter[] {
    return this.net.parameters();
  }

  /** The share of each operation on each edge: α soft-maxed over the operations. */
  shares(): Record<CellType, Tensor[]> {
    return { normal: this.alpha_normal.shares(), reduce: this.alpha_reduce.shares() };
  }

  /** Null where the network has no classes. */
  get classifier(): nn.Linear | null {
    return this.net.linear;
  }

  /** Raw embeddings [N, 128] of images [N, 3, S, S]. */
  readonly embed = (images: Tensor): Tensor => this.net.embedMixed(images, this.shares());

  /** Logits [N, classes] of images [N, 3, S, S]; the embeddings, where there are no classes. */
  forward(images: Tensor): Tensor {
    const embeddings = this.embed(images);
    return this.classifier?.forward(embeddings) ?? embeddings;
  }
}

const nodesOf = (genotype: Genotype, { shape }: SearchCell): Genotype['normal'] =>
  shape.reduces ? genotype.reduce : genotype.normal;

/** Stem and reductions halve the side; each must leave it even for the next, since a FactorizedReduce needs pairs of pixels. */
function sideOfLastMap(input: number, halvings: number): number {
  const steps = 2 ** halvings;
  if (input > 0 && input % steps === 0) return input / steps;
  const below = Math.max(steps, Math.floor(input / steps) * steps);
  throw new Error(
    `An input of ${input} pixels does not fit this search network, which halves it ${halvings} times: ` +
      `multiples of ${steps} fit, such as ${below} and ${below + steps}.`,
  );
}
