import { ENUMS, NONE, type Plan, type PlanRecord } from '@pocketnet/engine/plan';

const NO_ACTIVATION = { kind: ENUMS.activation.none, tensor: NONE, low: 0, high: 0 };
const prefixed = (prefix: 'pre' | 'post', { kind, tensor, low, high }: typeof NO_ACTIVATION) => ({
  [`${prefix}Kind`]: kind,
  [`${prefix}Tensor`]: tensor,
  [`${prefix}Low`]: low,
  [`${prefix}High`]: high,
});

export const source = (own: Partial<PlanRecord<'source'>>): PlanRecord<'source'> =>
  ({
    ...{ kind: ENUMS.source.point, buffer: NONE, block: 0, blocks: 1 },
    ...{ kernelHeight: 1, kernelWidth: 1, strideY: 1, strideX: 1, dilationY: 1, dilationX: 1 },
    ...{
      top: 0,
      left: 0,
      bottom: 0,
      right: 0,
      weight: NONE,
      weightScales: NONE,
      bias: NONE,
      preLevels: NONE,
      postLevels: NONE,
    },
    ...prefixed('pre', NO_ACTIVATION),
    ...prefixed('post', NO_ACTIVATION),
    ...own,
  }) as PlanRecord<'source'>; // every field is there

export const step = (own: Partial<PlanRecord<'step'>>): PlanRecord<'step'> =>
  ({
    ...{
      kind: ENUMS.step.node,
      firstSource: 0,
      sourceCount: 1,
      buffer: 0,
      block: 0,
      blocks: 1,
      weight: NONE,
      weightScales: NONE,
      bias: NONE,
    },
    ...{ addendBuffer: NONE, addendBlock: 0, mode: 0, channels: 0, ...prefixed('post', NO_ACTIVATION) },
    ...own,
  }) as PlanRecord<'step'>; // likewise

/** Sums of each 2×2 pixels of an image of three channels, one output for each, plus 1: conv 2×2 with stride 2 and a bias. */
export function sumsPlan(
  sides: { height: number; width: number; multiple: number } = { height: 4, width: 6, multiple: 1 },
): Plan {
  const weight = new Float32Array(16 * 16);
  for (let tap = 0; tap < 4; tap++) for (let c = 0; c < 3; c++) weight[(3 * tap + c) * 16 + c] = 1;
  const window = { kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2 };
  return {
    metadata: {
      input: { name: 'image' },
      outputs: [{ name: 'sums', axes: ['channels', 'height', 'width'] }],
      model: { network: 'sums' },
    },
    image: { channels: 3, ...sides, blueFirst: false, scale: [1, 1, 1], shift: [0, 0, 0] },
    tensors: [
      { dtype: 'float32', data: weight },
      { dtype: 'float16', data: new Float32Array(16).fill(1) },
    ],
    buffers: [{ blocks: 1, levels: NONE }],
    sources: [source({ kind: ENUMS.source.patch, ...window }), source({ buffer: 0 })],
    steps: [step({ weight: 0, bias: 1 }), step({ kind: ENUMS.step.output, firstSource: 1, buffer: NONE, channels: 3 })],
  };
}

/** What that plan computes, by its definition. */
export function sumsOracle(planes: Float32Array, height: number, width: number): Float32Array {
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
  return Float32Array.from({ length: 3 * rows * columns }, (_, i) => {
    const [c, y, x] = [Math.floor(i / (rows * columns)), Math.floor((i % (rows * columns)) / columns), i % columns];
    const at = (dy: number, dx: number): number => planes[(c * height + 2 * y + dy) * width + 2 * x + dx] ?? 0;
    return 1 + at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1);
  });
}
