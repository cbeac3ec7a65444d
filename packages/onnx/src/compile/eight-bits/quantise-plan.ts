import { ENUMS, LANES, NONE, type Plan, type PlanRecord, type PlanTensor } from '@pocketnet/engine/plan';
import { fromHalf, toHalf } from '@pocketnet/files';
import type { Observer } from '../../quantise/observers.js';
import { activatedLevels, activationOf, type Level, levelsOf, packLevels } from './levels.js';
import type { Seen } from './observe-plan.js';
import { depthLoss, eightBitDepth, eightBitProduct, productLoss } from './weights.js';

type Source = PlanRecord<'source'>;
type Step = PlanRecord<'step'>;

/**
 * The plan with weights of eight bits and the levels that integers between its steps have, so that it can be computed in integers as well
 * as in floats.
 *
 * @param plan with its weights in floats
 * @param seen of its values, in floats
 * @param observer what chooses a lane's range of what was seen of it
 */
export function quantisePlan(plan: Plan, seen: Seen, observer: Observer): Plan {
  return new Quantiser(plan, seen, observer).quantised();
}

/** What integers of a lane stand for, and the mean of its values. */
interface Lane extends Level {
  readonly mean: number;
}

class Quantiser {
  readonly #tensors: PlanTensor[];
  readonly #levels: readonly (readonly Level[])[]; // by buffer

  constructor(
    readonly plan: Plan,
    readonly seen: Seen,
    readonly observer: Observer,
  ) {
    // Slopes and biases are as fine in halves, of which they are few.
    this.#tensors = plan.tensors.map((tensor) =>
      tensor.dtype !== 'int8' && tensor.data.every((value) => Math.abs(value) <= 65504)
        ? { dtype: 'float16', data: tensor.data.map((value) => fromHalf(toHalf(value))) }
        : tensor,
    );
    this.#levels = seen.buffers.map((lanes) => levelsOf(lanes, observer));
  }

  quantised(): Plan {
    const { plan } = this;
    const arithmetics = ['float', 'int16', 'int8', 'int7'] as const;
    const floats = this.#floatBuffers();
    const buffers = plan.buffers.map(({ blocks }, i) => ({
      blocks,
      levels: floats.has(i) ? NONE : this.#add(packLevels(this.#levels[i] ?? [])),
    }));
    const sources = [...plan.sources];
    const steps = plan.steps.map((step) => {
      if (step.kind !== ENUMS.step.node && step.kind !== ENUMS.step.spatial) return step;
      const stacked: Lane[] = [];
      for (let i = step.firstSource; i < step.firstSource + step.sourceCount; i++) {
        const made = this.#source(plan.sources[i] as Source, i, step); // as many as the step says
        sources[i] = made.source;
        stacked.push(...made.stacked);
      }
      return step.kind === ENUMS.step.node ? this.#node(step, stacked) : step;
    });
    return { ...plan, metadata: { ...plan.metadata, arithmetics }, ...this.#used(buffers, sources, steps) };
  }

  /** What only outputs take stays in floats: embeddings. */
  #floatBuffers(): Set<number> {
    const { steps, sources } = this.plan;
    const taken = new Set<number>();
    for (const { kind, firstSource, sourceCount, buffer: made, addendBuffer } of steps) {
      if (kind === ENUMS.step.output) continue;
      if (addendBuffer !== NONE) taken.add(made); // sums of integers are integers
      for (const { buffer } of sources.slice(firstSource, firstSource + sourceCount)) taken.add(buffer);
      taken.add(addendBuffer);
    }
    return new Set(this.plan.buffers.flatMap((_, i) => (taken.has(i) ? [] : [i])));
  }

  /** A source with its levels, and each lane that it stacks. */
  #source(source: Source, index: number, step: Step): { source: Source; stacked: readonly Lane[] } {
    if (source.kind === ENUMS.source.patch) return { source, stacked: this.#imageLanes(source) };
    const { buffer, block, blocks } = source;
    const own = (this.#levels[buffer] ?? []).slice(block * LANES, (block + blocks) * LANES);
    const isActivated = source.preKind !== ENUMS.activation.none;
    const values = this.#floats(source.preTensor);
    const activation = { kind: source.preKind, values, low: source.preLow, high: source.preHigh };
    const { levels, follow } = isActivated ? activatedLevels(own, activation) : { levels: own, follow: true };
    const seen = (this.seen.buffers[buffer] ?? []).slice(block * LANES, (block + blocks) * LANES);
    const taken = levels.map((level, lane) => ({
      ...level,
      mean: seen[lane]?.meanOf(activationOf(activation, lane)) ?? 0,
    }));
    const preLevels = follow ? NONE : this.#add(packLevels(levels));
    if (source.kind === ENUMS.source.dense) {
      const taps = source.kernelHeight * source.kernelWidth;
      const stacked = Array.from({ length: blocks * taps }, (_, segment) => {
        const first = Math.floor(segment / taps) * LANES;
        return taken.slice(first, first + LANES);
      });
      return { source: { ...source, preLevels }, stacked: stacked.flat() };
    }
    if (source.kind !== ENUMS.source.depth) return { source: { ...source, preLevels }, stacked: taken };
    const taps = source.kernelHeight * source.kernelWidth;
    const floats = this.#floats(source.weight) ?? new Float32Array(0);
    const rounded = eightBitDepth(floats, taps);
    const loss = depthLoss(
      floats,
      rounded,
      taps,
      taken.map(({ mean }) => mean),
    );
    const made = this.seen.sources[index] ?? [];
    const madeLevels = levelsOf(made, this.observer);
    const inNode = step.kind === ENUMS.step.node;
    const quantised = {
      ...source,
      preLevels,
      weight: this.#tensors.push({ dtype: 'int8', data: rounded.whole }) - 1,
      weightScales: this.#add(rounded.scales),
      bias: this.#corrected(source.bias, loss),
      postLevels: inNode ? this.#add(packLevels(madeLevels)) : NONE,
    };
    const stacked = madeLevels.map((level, lane) => ({ ...level, mean: made[lane]?.meanOf((value) => value) ?? 0 }));
    return { source: quantised, stacked };
  }

  /** A channel's step is a byte's; pictures are about as bright as dark. */
  #imageLanes({ blocks }: Source): Lane[] {
    const { channels, scale } = this.plan.image;
    return Array.from({ length: blocks * LANES }, (_, lane) => ({
      ...{ scale: scale[(lane % channels) % 3] ?? 1, zero: 0, mean: 0 },
    }));
  }

  #node(step: Step, stacked: readonly Lane[]): Step {
    const floats = this.#floats(step.weight) ?? new Float32Array(0);
    const rounded = eightBitProduct(floats, stacked);
    const means = stacked.map(({ mean }) => mean);
    const weight = this.#tensors.push({ dtype: 'int8', data: rounded.whole }) - 1;
    const bias = this.#corrected(step.bias, productLoss(floats, rounded, stacked, means));
    return { ...step, weight, weightScales: this.#add(rounded.scales), bias };
  }

  /** A bias that gives back what rounded weights lose on average. */
  #corrected(bias: number, loss: Float32Array): number {
    const own = this.#floats(bias);
    return this.#add(loss.map((lost, i) => lost + (own?.[i] ?? 0)));
  }

  /** As they were, before any became halves. */
  #floats(index: number): Float32Array | undefined {
    const tensor = this.plan.tensors[index];
    return tensor && tensor.dtype !== 'int8' ? tensor.data : undefined;
  }

  #add(data: Float32Array): number {
    return this.#tensors.push({ dtype: 'float16', data }) - 1;
  }

  /** The tables, of tensors only those that something names. */
  #used(buffers: readonly PlanRecord<'buffer'>[], sources: readonly Source[], steps: readonly Step[]) {
    const kept = new Map<number, number>();
    const tensors: PlanTensor[] = [];
    const keep = (index: number): number => {
      const tensor = this.#tensors[index];
      if (!tensor) return index; // none
      const known = kept.get(index) ?? tensors.push(tensor) - 1;
      kept.set(index, known);
      return known;
    };
    const keptIn = <T extends object>(record: T, fields: readonly (keyof T)[]): T => ({
      ...record,
      ...Object.fromEntries(fields.map((field) => [field, keep(record[field] as number)])),
    });
    return {
      buffers: buffers.map((buffer) => keptIn(buffer, ['levels'])),
      sources: sources.map((source) =>
        keptIn(source, ['preTensor', 'preLevels', 'weight', 'weightScales', 'bias', 'postTensor', 'postLevels']),
      ),
      steps: steps.map((step) => keptIn(step, ['weight', 'weightScales', 'bias', 'postTensor'])),
      tensors,
    };
  }
}
