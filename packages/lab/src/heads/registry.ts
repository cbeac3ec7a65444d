import type { HeadConfig } from '../config/index.js';
import { AdaDistill } from './adadistill.js';
import { arcFaceMargin } from './arcface.js';
import { cosFaceMargin } from './cosface.js';
import { elasticFaceMargin } from './elastic.js';
import type { Head } from './head.js';
import type { Margin } from './margin.js';
import { MarginHead } from './margin-head.js';
import type { HeadGroup } from './process-group.js';
import { ShardedHead } from './sharded.js';

type Kind = HeadConfig['kind'];
type Options<K extends Kind> = Extract<HeadConfig, { kind: K }>;

/** What a head finds in its run. */
export interface Surroundings {
  /** Whether every step brings the teacher's embeddings. */
  teacher?: boolean;
  /** The processes of the run; without it there is one. */
  group?: HeadGroup;
}

type HeadMaker<O> = (options: O, embedding: number, classes: number, surroundings: Surroundings) => Head;

/** Every head by the `head.kind` of a configuration: a new one is one line here. */
export const heads: { readonly [K in Kind]: HeadMaker<Options<K>> } = {
  arcface: learned(arcFaceMargin),
  cosface: learned(cosFaceMargin),
  elastic: learned(elasticFaceMargin),
  adadistill: fromTeacher((options, embedding, classes, group) => new AdaDistill(embedding, classes, options, group)),
};

/** @throws an Error when the head cannot work in these surroundings, such as one that needs a teacher and has none */
export function buildHead(
  options: HeadConfig,
  embedding: number,
  classes: number,
  surroundings: Surroundings = {},
): Head {
  const make = heads[options.kind] as HeadMaker<HeadConfig>; // the maker and the options are of one kind
  return make(options, embedding, classes, surroundings);
}

/** Learned centres, whole in every process or split over them. */
function learned<O>(marginOf: (options: O) => Margin): HeadMaker<O & { sharded: boolean; sampling: number }> {
  return (options, embedding, classes, { group }) => {
    const { sharded, sampling } = options;
    return sharded || sampling < 1
      ? new ShardedHead(embedding, classes, marginOf(options), { sampling, ...(group && { group }) })
      : new MarginHead(embedding, classes, marginOf(options));
  };
}

/** Centres made of a teacher's embeddings. */
function fromTeacher<O extends { kind: Kind }>(
  make: (options: O, embedding: number, classes: number, group?: HeadGroup) => Head,
): HeadMaker<O> {
  return (options, embedding, classes, { teacher = false, group }) => {
    if (!teacher)
      throw new Error(
        `head.kind ${options.kind} makes its class centres from a teacher, and the configuration has none: ` +
          'add a teacher section, or choose a head that learns its centres.',
      );
    return make(options, embedding, classes, group);
  };
}
