import type { DetectOptions } from '../detect/index.js';
import type { AlignedFace } from '../embed/index.js';
import { ImageError, type ImageProblem, type ReadLimits } from '../images/index.js';
import type { FoundFace, ModelFacts } from '../pipeline/pipeline.js';

interface FinderAsk {
  detector: Uint8Array;
  strict: boolean;
  limits: Partial<ReadLimits>;
}

/** What a worker can be asked, and what it answers; functions can't travel. */
export interface Calls {
  open: { ask: FinderAsk & { embedder: Uint8Array; mirror: boolean }; answer: ModelFacts };
  /** The detector alone. */
  openFinder: { ask: FinderAsk; answer: undefined };
  detect: { ask: { image: unknown; options: DetectOptions }; answer: FoundFace[] };
  embed: { ask: AlignedFace; answer: Float32Array };
}

export type CallName = keyof Calls;

export type Ask = {
  [K in CallName]: { readonly id: number; readonly call: K; readonly ask: Calls[K]['ask'] };
}[CallName];

export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: SentError });

/** An error, as it travels. */
export interface SentError {
  readonly message: string;
  readonly problem?: ImageProblem;
}

export const sentError = (error: unknown): SentError => ({
  message: error instanceof Error ? error.message : String(error),
  ...(error instanceof ImageError && { problem: error.problem }),
});

export const receivedError = ({ message, problem }: SentError): Error =>
  problem === undefined ? new Error(message) : new ImageError(problem, message);
