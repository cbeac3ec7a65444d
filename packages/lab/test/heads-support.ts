import { checkConfig, type Head, type HeadConfig, type HeadGroup } from '@pocketnet/lab';
import { backward, keep, manualSeed, ops, scope, type Tensor, tensor } from '@pocketnet/torch';

export type Float = 'float32' | 'float64';

/** Reproducible numbers in [-1, 1]. */
export function numbers(count: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Rows of a matrix in row-major order, scaled to unit length. */
export const unitRows = (values: readonly number[], width: number): number[] =>
  values.map((value, i) => {
    const start = i - (i % width);
    return value / Math.hypot(...values.slice(start, start + width));
  });

export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

/** A column of a matrix in row-major order. */
export const columnOf = (matrix: readonly number[], width: number, column: number): number[] =>
  matrix.filter((_, i) => i % width === column);

export const values = (given: Tensor | null): number[] => (given ? Array.from(given.toArray(), Number) : []);

/** The checked head section of an experiment, defaults filled in. */
export function headConfig(kind: string, options: object = {}): HeadConfig {
  const head = { kind, ...options };
  const teacher = { models: 'any.onnx' };
  const experiment = { network: 'any', data: { train: 'any' }, batch: 2, maxSteps: 1, lr: 1, head, teacher };
  return checkConfig(experiment, 'test').config.head as HeadConfig; // given above, hence not null
}

export interface Batch {
  embeddings: readonly number[];
  labels: readonly number[];
  /** Unit rows; without them, some that are no one's. */
  targets?: readonly number[];
}

/** Loss and gradients of a head, times a weight. What it draws, it draws from a seed. */
export function derive(
  head: Head,
  { embeddings, labels, targets }: Batch,
  dtype: Float,
  { weight = 1, seed = 5 }: { weight?: number; seed?: number } = {},
) {
  return scope(() => {
    for (const parameter of head.parameters()) parameter.grad = null;
    const shape = [labels.length, embeddings.length / labels.length];
    const input = tensor(embeddings, shape, dtype);
    input.requiresGrad = true;
    const teacher = tensor(targets ?? unitRows(numbers(embeddings.length, 77), shape[1] ?? 1), shape, dtype);
    manualSeed(seed);
    head.observe(ops.detach(input), [{ share: 1, labels: Int32Array.from(labels), targets: teacher }]);
    const loss = head.loss(input, tensor(labels, [labels.length], 'int64'));
    backward(ops.mulScalar(loss, weight));
    return {
      loss: loss.item(),
      shape: loss.shape,
      embeddings: values(input.grad),
      kernel: head.parameters().flatMap((parameter) => values(parameter.grad)),
    };
  });
}

/** Class centres [embedding, classes], learned or not: all the state that our heads have. */
export function centresOf(head: Head): Tensor {
  const [centres] = head.stateDict().values();
  if (!centres) throw new Error('This head has no centres.');
  return centres;
}

/** Loads class centres [embedding, classes] into a head. */
export function withCentres<H extends Head>(
  head: H,
  centres: readonly number[],
  shape: readonly number[],
  dtype: Float = 'float32',
): H {
  scope(() => {
    const [name = ''] = head.stateDict().keys();
    head.loadStateDict(new Map([[name, tensor(centres, shape, dtype)]]));
  });
  return head;
}

/** Derivatives of a function of some numbers by central differences. */
export function differences(at: readonly number[], f: (moved: readonly number[]) => number, h = 1e-6): number[] {
  return at.map((value, i) => (f(at.with(i, value + h)) - f(at.with(i, value - h))) / (2 * h));
}

export const largest = (numbers: readonly number[]): number => Math.max(...numbers.map(Math.abs));

/** The largest difference of two lists, in units of the largest expected number. */
export function error(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return largest(actual.map((value, i) => value - (expected[i] ?? Number.NaN))) / largest(expected);
}

interface Call {
  kind: 'sum' | 'max' | 'gather';
  dtype: string;
  tensor: Tensor;
}

class Waiting extends Error {
  constructor(readonly call: Call) {
    super('This rank waits for the others.');
  }
}

export interface Simulation<T> {
  /** What the body returned on every rank. */
  results: T[];
  /** What every rank gave into the collectives, in order, such as `gather int64 [4]`. */
  traffic: string[];
}

/**
 * Ranks within one process and thread. A rank that meets a collective whose outcome is not known yet is abandoned there; when all
 * are, its outcome is computed and all start again. So a body must do the same each time, and seed what it draws.
 */
export function simulateRanks<T>(size: number, body: (group: HeadGroup) => T): Simulation<T> {
  const outcomes: Call[] = [];
  const traffic: string[] = [];
  for (;;) {
    const waiting: Call[] = [];
    const results: T[] = [];
    for (let rank = 0; rank < size; rank++) {
      try {
        results.push(scope(() => body(replayingGroup(rank, size, outcomes))));
      } catch (problem) {
        if (!(problem instanceof Waiting)) throw problem;
        waiting.push(problem.call);
      }
    }
    const [first] = waiting;
    if (!first) return { results, traffic };
    const kinds = new Set(waiting.map(({ kind, dtype, tensor }) => `${kind} ${dtype} [${tensor.shape}]`));
    if (waiting.length !== size || kinds.size !== 1)
      throw new Error(`${waiting.length} of ${size} ranks wait, at ${[...kinds].join(' and ')}.`);
    const tensors = waiting.map(({ tensor }) => tensor);
    traffic.push(...kinds);
    outcomes.push({ ...first, tensor: keep(combine(first.kind, tensors)) });
  }
}

function replayingGroup(rank: number, size: number, outcomes: readonly Call[]): HeadGroup {
  let next = 0;
  const meet = (kind: Call['kind'], tensor: Tensor): Tensor => {
    const outcome = outcomes[next++];
    if (!outcome) throw new Waiting({ kind, dtype: tensor.dtype, tensor: keep(ops.clone(tensor)) });
    return outcome.tensor;
  };
  return {
    rank,
    size,
    allReduce: (tensor, op) => void ops.copy_(tensor, meet(op, tensor)),
    allGather: (tensor) => ops.clone(meet('gather', tensor)),
  };
}

function combine(kind: Call['kind'], tensors: readonly Tensor[]): Tensor {
  if (kind === 'gather') return ops.cat(tensors);
  return tensors.reduce((a, b) => (kind === 'sum' ? ops.add(a, b) : ops.where(ops.greater(ops.sub(a, b), 0), a, b)));
}
