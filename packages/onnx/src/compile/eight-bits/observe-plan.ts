import type { OpenedPlan } from '@pocketnet/engine';
import { ENUMS, LANES, NONE, type Plan, type PlanRecord, writePlan } from '@pocketnet/engine/plan';
import { Histogram } from '../../quantise/histogram.js';

type Step = PlanRecord<'step'>;
type Source = PlanRecord<'source'>;

/** What was seen of a plan's values in floats, lane by lane. */
export interface Seen {
  /** By buffer. */
  readonly buffers: readonly (readonly Histogram[])[];
  /** By source: of what a depthwise convolution makes; undefined of others. */
  readonly sources: readonly (readonly Histogram[] | undefined)[];
}

/** Opens a plan, to see its values with. */
export type OpenProbe = (bytes: Uint8Array) => Promise<Pick<OpenedPlan, 'run' | 'close'>>;

/** Bins of one lane's histogram. */
const BINS = 512;

/**
 * Runs a plan, which computes in floats, and counts the values of every lane of every buffer and depthwise convolution. For that the
 * plan is given an output behind each step, and a step of its own for each depthwise convolution inside a node.
 *
 * @param images floats or bytes, as an opened plan takes them
 */
export async function observePlan(
  plan: Plan,
  images: Iterable<Float32Array | Uint8Array> | AsyncIterable<Float32Array | Uint8Array>,
  open: OpenProbe,
  onProgress?: (images: number) => void,
): Promise<Seen> {
  const probe = probed(plan);
  const histograms = (blocks: number) => Array.from({ length: blocks * LANES }, () => new Histogram(BINS));
  const buffers = plan.buffers.map(({ blocks }) => histograms(blocks));
  const sources = plan.sources.map(({ kind, blocks }) =>
    kind === ENUMS.source.depth ? histograms(blocks) : undefined,
  );
  const opened = await open(writePlan(probe.plan));
  try {
    let count = 0;
    for await (const image of images) {
      const results = opened.run(image);
      for (const [i, { source, buffer, block }] of probe.watched.entries()) {
        const values = results[String(i)] ?? new Float32Array(0);
        const seen = source === undefined ? buffers[buffer]?.slice(block * LANES) : sources[source];
        countLanes(seen ?? [], values, probe.lanes[i] ?? 0);
      }
      count++;
      onProgress?.(count);
    }
    if (count === 0) throw new Error('There are no pictures to calibrate with. Give at least one.');
  } finally {
    opened.close();
  }
  return { buffers, sources };
}

function countLanes(histograms: readonly Histogram[], values: Float32Array, lanes: number): void {
  const pixels = values.length / lanes;
  for (let lane = 0; lane < lanes; lane++) histograms[lane]?.add(values.subarray(lane * pixels, (lane + 1) * pixels));
}

interface Watched {
  readonly source: number | undefined;
  readonly buffer: number;
  readonly block: number;
}

/** The plan with an output for all that is watched, by number. */
function probed(plan: Plan): { plan: Plan; watched: Watched[]; lanes: number[] } {
  const steps: Step[] = [];
  const sources: Source[] = [];
  const buffers = [...plan.buffers];
  const watched: Watched[] = [];
  const lanes: number[] = [];
  const add = (step: Step, taken: readonly Source[]): void => {
    steps.push({ ...step, firstSource: sources.length, sourceCount: taken.length });
    sources.push(...taken);
  };
  const watch = (step: Step, source: number | undefined): void => {
    const { buffer, block, blocks } = step;
    add({ ...plainStep(step), kind: ENUMS.step.output, buffer: NONE, block: 0, channels: blocks * LANES }, [
      pointOf(plan, buffer, block, blocks),
    ]);
    watched.push({ source, buffer, block });
    lanes.push(blocks * LANES);
  };
  for (const step of plan.steps) {
    if (step.kind === ENUMS.step.output) continue;
    const own = plan.sources.slice(step.firstSource, step.firstSource + step.sourceCount);
    for (const [i, source] of own.entries()) {
      if (step.kind !== ENUMS.step.node || source.kind !== ENUMS.source.depth) continue;
      const buffer = buffers.push({ blocks: source.blocks, levels: NONE }) - 1;
      const alone = { ...plainStep(step), kind: ENUMS.step.spatial, buffer, block: 0, blocks: source.blocks };
      add(alone, [{ ...source, postLevels: NONE }]);
      watch(alone, step.firstSource + i);
    }
    add(step, own);
    watch(step, undefined);
  }
  const outputs = watched.map((_, i) => ({ name: String(i), axes: ['channels', 'height', 'width'] as const }));
  return { plan: { ...plan, metadata: { ...plan.metadata, outputs }, buffers, sources, steps }, watched, lanes };
}

/** A step without weights, addend and activation. */
const plainStep = (step: Step): Step => ({
  ...step,
  ...{ weight: NONE, weightScales: NONE, bias: NONE, addendBuffer: NONE, addendBlock: 0, mode: 0, channels: 0 },
  ...{ postKind: ENUMS.activation.none, postTensor: NONE, postLow: 0, postHigh: 0 },
});

/** A source that takes blocks as they are. */
const pointOf = ({ sources }: Plan, buffer: number, block: number, blocks: number): Source => ({
  ...(sources[0] as Source), // there is one: a plan has an output, which has a source
  ...{ kind: ENUMS.source.point, buffer, block, blocks, kernelHeight: 1, kernelWidth: 1 },
  ...{ strideY: 1, strideX: 1, dilationY: 1, dilationX: 1, top: 0, left: 0, bottom: 0, right: 0 },
  ...{ preKind: ENUMS.activation.none, preTensor: NONE, preLow: 0, preHigh: 0, preLevels: NONE },
  ...{ weight: NONE, weightScales: NONE, bias: NONE, postLevels: NONE },
  ...{ postKind: ENUMS.activation.none, postTensor: NONE, postLow: 0, postHigh: 0 },
});
