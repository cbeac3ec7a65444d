import { z } from 'zod';
import type { Head } from './head.js';
import type { HeadGroup } from './process-group.js';

/** What a head finds in its run. */
export interface HeadRun {
  /** Width of the network's embedding. */
  embedding: number;
  /** How many identities it tells apart. */
  classes: number;
  /** The processes of the run; without it there is one. */
  group?: HeadGroup;
}

/**
 * What a head says of itself: a sibling in this folder, listed in `registry.ts`. The configuration's schema is made of these, and nobody
 * asks for a head by name.
 */
export interface HeadKind<Options = unknown> {
  /** Its `head.kind` in a configuration. */
  readonly name: string;
  /** What it is and where it was published, for whoever reads the schema. */
  readonly about: string;
  /** Its own keys of the configuration's `head` section, each described. */
  readonly options: z.ZodRawShape;
  /** Whether it learns from a teacher's embeddings, which then are as wide as the student's. */
  readonly needsTeacher?: boolean;
  /** @param options its checked section, defaults filled in */
  make(options: Options, run: HeadRun): Head;
}

/** Checks nothing and returns its argument: gives a sibling the types of its own options. */
export function defineHead<Shape extends z.ZodRawShape>(
  kind: Omit<HeadKind, 'make' | 'options'> & {
    readonly options: Shape;
    make(options: z.output<z.ZodObject<Shape>>, run: HeadRun): Head;
  },
): HeadKind {
  return kind as HeadKind; // the registry makes a head of options that its own schema has checked
}

/** s: what every head multiplies its cosines with. */
export const scaleOption = { scale: z.number().positive().default(64).describe('s: factor of the cosines.') };
