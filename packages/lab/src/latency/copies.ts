import { nn } from '@pocketnet/torch';
import { Block, type Interpreter } from '../blocks/interpreter.js';
import { pointwise } from '../blocks/layers.js';
import { sumOfEdges } from '../blocks/sum-of-edges.js';

/**
 * A network that holds many copies of one block, so that the time of one shows: what two such networks of different numbers take apart from
 * one another is the copies' alone. From an image [3, side, side] to a few numbers.
 */
export abstract class Copies extends Block {
  readonly copies: nn.ModuleList<Block>;

  constructor(copies: readonly Block[]) {
    super();
    this.copies = new nn.ModuleList(copies);
  }

  /** A mean over every map, as a layer that has no weights. */
  protected means<V>(maps: readonly V[], side: number, by: Interpreter<V>): V {
    return by.avgPool(by.concat(maps), new nn.AvgPool2d(side, side, 0));
  }
}

/** What two operations of a node are made by. */
export type NodeMaker = readonly [first: () => Block, second: () => Block];

const madeBy = (node: NodeMaker, nodes: number): Block[] =>
  Array.from({ length: nodes }, () => node.map((make) => make())).flat();

/** The two operations of each node in turn. */
function* nodesOf(copies: Iterable<Block>): Generator<readonly [Block, Block]> {
  const all = [...copies];
  for (let k = 0; k + 1 < all.length; k += 2) yield all.slice(k, k + 2) as [Block, Block]; // two, by the loop's bound
}

/**
 * Nodes whose operations keep channels and size: each sums its operations of the two states before. One state after the other is forgotten,
 * so that the caches hold what they hold in a network.
 */
export class ChainOfNodes extends Copies {
  readonly first: nn.Conv2d;
  readonly second: nn.Conv2d;

  constructor(
    node: NodeMaker,
    nodes: number,
    channels: number,
    readonly side: number,
  ) {
    super(madeBy(node, nodes));
    [this.first, this.second] = [pointwise(3, channels), pointwise(3, channels)];
  }

  read<V>(image: V, by: Interpreter<V>): V {
    let [before, last] = [by.conv(image, this.first), by.conv(image, this.second)];
    for (const [a, b] of nodesOf(this.copies)) {
      const edges = [
        { edge: a, input: before },
        { edge: b, input: last },
      ];
      [before, last] = [last, sumOfEdges(edges, by)];
    }
    return by.flatten(this.means([last], this.side, by));
  }
}

/** What brings an input to a cell's channels: all copies take the same map, and nothing takes theirs. */
export class BesideOneAnother extends Copies {
  readonly base: nn.Conv2d;

  constructor(
    make: () => Block,
    count: number,
    channels: number,
    /** Of what a copy gives. */
    readonly side: number,
  ) {
    super(Array.from({ length: count }, make));
    this.base = pointwise(3, channels);
  }

  read<V>(image: V, by: Interpreter<V>): V {
    const map = by.conv(image, this.base);
    return by.flatten(
      this.means(
        Array.from(this.copies, (copy) => copy.read(map, by)),
        this.side,
        by,
      ),
    );
  }
}

/** Nodes whose operations halve: each takes a map of its own, since a pooling of one map would be made once for all. */
export class HalvingNodes extends Copies {
  readonly bases: nn.ModuleList<nn.Conv2d>;

  /** @param maps as many without any operation: what the copies are measured against */
  constructor(
    node: NodeMaker,
    nodes: number,
    channels: number,
    readonly side: number,
    maps = 2 * nodes,
  ) {
    super(madeBy(node, nodes));
    this.bases = new nn.ModuleList(Array.from({ length: maps }, () => pointwise(3, channels)));
  }

  read<V>(image: V, by: Interpreter<V>): V {
    const maps = Array.from(this.bases, (base) => by.conv(image, base));
    const nodes = [...nodesOf(this.copies)].map(([a, b], k) =>
      sumOfEdges(
        [
          { edge: a, input: maps[2 * k] as V }, // two maps a node
          { edge: b, input: maps[2 * k + 1] as V },
        ],
        by,
      ),
    );
    const whole = this.means(maps, this.side, by);
    return by.flatten(nodes.length > 0 ? by.concat([whole, this.means(nodes, this.side / 2, by)]) : whole);
  }
}
