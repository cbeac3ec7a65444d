import type { Block } from '../blocks/index.js';
import { PocketNet } from '../networks/index.js';
import { writeGenotype } from '../search-space/genotype-text.js';

/** What is told about an exported network; all of it travels in the file. */
export interface ExportFacts {
  /** Its name in the registry. */
  name: string;
  /** Width of the embedding. */
  embedding: number;
  /** Side of the square input in pixels. */
  input: number;
  /** What differs of its frame from that of its name, as JSON. */
  frame?: string;
  /** What it was trained on. */
  data?: string;
  /** Steps of training. */
  step?: string;
  /** Classes, that is people, of the head that it was trained with. */
  classes?: number;
  /** Licence of the weights. */
  licence?: string;
}

/** How pictures become the input. */
export const preprocessing = (input: number): string =>
  `RGB, (x - 127.5) / 127.5, NCHW, ${input}x${input} aligned by five points to the ArcFace template`;

/** The key-value pairs of the ONNX file. Whoever opens it needs nothing else to use it rightly. */
export function exportMetadata(network: Block, facts: ExportFacts): Record<string, string> {
  const { name, embedding, input, frame, data = 'not stated', step, classes, licence } = facts;
  return {
    network: name,
    ...(network instanceof PocketNet ? { genotype: writeGenotype(network.options.genotype) } : {}),
    ...(frame === undefined ? {} : { frame }),
    embedding: String(embedding),
    input: String(input),
    preprocessing: preprocessing(input),
    data,
    ...(step === undefined ? {} : { step }),
    ...(classes === undefined ? {} : { classes: String(classes) }),
    // Weights are made from data, whose terms reach further than the code's licence.
    licence: licence ?? 'not stated: the terms of the training data apply',
  };
}
