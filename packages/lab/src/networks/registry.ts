import type { Block } from '../blocks/interpreter.js';
import type { Frame, FrameChanges } from '../search-space/frame.js';
import { casiaGenotype, cifarGenotype, type Genotype } from '../search-space/genotype.js';
import { IResNet } from './iresnet.js';
import { MobileFaceNet } from './mobilefacenet.js';
import { PocketNet } from './pocketnet.js';

/** What may differ from a network's own definition. */
export interface NetworkOptions {
  /** Side of the input in pixels. */
  input?: number;
  /** The cells; networks that have none take no notice. */
  genotype?: Genotype;
  embedding?: number;
  /** What differs of its frame; networks without cells take no notice. */
  frame?: FrameChanges;
}

/** A network by name. */
export interface NetworkEntry {
  readonly name: string;
  readonly description: string;
  /** Width of its embedding. */
  readonly embedding: number;
  build(options?: NetworkOptions): Block;
  /** What the shapes of its weights tell, by name: the embedding's width, and the side of the last map where it is a square. */
  tell(shapeOf: (name: string) => readonly number[] | undefined): { embedding?: number; lastMap?: number };
}

/** From a vector as long as the embedding, and a kernel that covers the last map. */
function toldBy(vector: readonly number[] | undefined, kernel: readonly number[] | undefined) {
  const [, , height, width] = kernel ?? [];
  return {
    ...(vector?.[0] !== undefined && { embedding: vector[0] }),
    ...(height !== undefined && height === width && { lastMap: height }),
  };
}

function pocketNet(
  name: string,
  channels: number,
  cells: Frame['cells'],
  embedding: number,
  genotype: Genotype,
  description: string,
  own: FrameChanges = {},
): NetworkEntry {
  return {
    name,
    description,
    embedding,
    build: ({ frame, ...options } = {}) => {
      const changed = Object.fromEntries(Object.entries(frame ?? {}).filter(([, value]) => value !== undefined));
      return new PocketNet({ genotype, embedding, ...own, channels, cells, ...changed, ...options });
    },
    tell: (shapeOf) => toldBy(shapeOf('tail.7.weight'), shapeOf('tail.4.weight')),
  };
}

/** As wide as the students of PocketNet's own configurations; elsewhere 512 is usual. */
const teacherEmbedding = 128;

function iresNet(depth: number, units: readonly number[]): NetworkEntry {
  return {
    name: `iresnet-${depth}`,
    description: `IResNet-${depth} as ArcFace and PocketNet have it, a teacher`,
    embedding: teacherEmbedding,
    build: ({ embedding = teacherEmbedding, input } = {}) =>
      new IResNet({ units, embedding, ...(input !== undefined && { input }) }),
    tell(shapeOf) {
      const side = Math.sqrt((shapeOf('fc.weight')?.[1] ?? 0) / 512); // of [embedding, channels · side²]
      return toldBy(shapeOf('features.weight'), Number.isInteger(side) && side > 0 ? [512, 1, side, side] : undefined);
    },
  };
}

/** Every network that can be trained, evaluated and exported by name: a new one is one line here. */
export const networks: readonly NetworkEntry[] = [
  pocketNet('pocketnet-s-128', 16, 18, 128, casiaGenotype, 'PocketNetS-128 of the paper'),
  pocketNet('pocketnet-s-256', 16, 18, 256, casiaGenotype, 'PocketNetS-256 of the paper'),
  pocketNet('pocketnet-m-128', 32, 9, 128, casiaGenotype, 'PocketNetM-128 of the paper'),
  pocketNet('pocketnet-m-256', 32, 9, 256, casiaGenotype, 'PocketNetM-256 of the paper'),
  pocketNet('dartfacenet-128', 16, 18, 128, cifarGenotype, 'S-128 with the cells found on CIFAR-10, for comparison'),
  pocketNet('dartfacenet-256', 16, 18, 256, cifarGenotype, 'S-256 with the cells found on CIFAR-10, for comparison'),
  pocketNet('pocketnet-h-128', 16, 9, 128, casiaGenotype, 'S-128 with half its cells, ours'),
  pocketNet('pocketnet-t-128', 8, 9, 128, casiaGenotype, 'the smallest that experiments are made with, ours'),
  // The paper's cells in frames of ours: on the engine, at 112 pixels, in 0.86, 0.66, 0.46 and 0.53 of S-128's time; MobileFaceNet in 0.76
  // (docs/runs/search-2).
  pocketNet('pocketnet-s-shared-128', 16, 18, 128, casiaGenotype, 'S-128, each output pre-processed once, ours', {
    preprocessing: 'shared',
  }),
  pocketNet('pocketnet-a-128', 16, [3, 4, 3], 128, casiaGenotype, 'the same with 13 cells, ours', {
    preprocessing: 'shared',
  }),
  pocketNet('pocketnet-q-128', 32, [4, 3], 128, casiaGenotype, 'few wide cells behind a stem of stride 4, ours', {
    ...{ stem: 'quarter', stemMultiplier: 2, preprocessing: 'shared' },
  }),
  pocketNet('pocketnet-q-sum-128', 32, [7, 6], 128, casiaGenotype, 'cells that give sums, hardly pre-processed, ours', {
    ...{ stem: 'quarter', stemMultiplier: 1, preprocessing: 'bare', join: 'sum' },
  }),
  pocketNet('pocketnet-xs-64', 8, 6, 64, casiaGenotype, 'a small one for demonstrations and tests, ours'),
  iresNet(18, [2, 2, 2, 2]),
  iresNet(34, [3, 4, 6, 3]),
  iresNet(50, [3, 4, 14, 3]),
  iresNet(100, [3, 13, 30, 3]),
  {
    name: 'mobilefacenet',
    description: "MobileFaceNet as PocketNet's code has it: ReLU6, no PReLU",
    embedding: 128,
    build: ({ embedding = 128, input } = {}) => new MobileFaceNet({ embedding, ...(input !== undefined && { input }) }),
    tell: (shapeOf) => toldBy(shapeOf('bn.weight'), shapeOf('gdconv.depthwise.weight')),
  },
];

/** Upper case, underscores and a missing dash do not matter: PocketNetS-128 is pocketnet-s-128. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** @throws an Error that lists the names there are */
export function findNetwork(name: string): NetworkEntry {
  const found = networks.find((entry) => plain(entry.name) === plain(name));
  if (!found)
    throw new Error(`There is no network '${name}'; there are ${networks.map((entry) => entry.name).join(', ')}.`);
  return found;
}
