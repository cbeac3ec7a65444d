import type { OpenedPlan, OpenOptions } from '@pocketnet/engine';
import { ENUMS, NONE, type Plan, type PlanTensor, writePlan } from '@pocketnet/engine/plan';
import { describe, expect, it } from 'vitest';
import { source, step, sumsPlan } from './plans.js';

type Open = (bytes: Uint8Array, options?: OpenOptions) => Promise<OpenedPlan>;

const CHANNELS = 3;
const KERNEL = 3;

interface Window {
  readonly height: number;
  readonly width: number;
  readonly stride: number;
  /** Of each side. */
  readonly before: number;
  readonly after: number;
}

/** Each channel summed under windows of 3×3 of the image. */
function windowPlan({ height, width, stride, before, after }: Window): Plan {
  const taps = KERNEL * KERNEL;
  const blocks = Math.ceil((taps * CHANNELS) / 16);
  const weight = new Float32Array(blocks * 16 * 16);
  for (let tap = 0; tap < taps; tap++) for (let c = 0; c < CHANNELS; c++) weight[(CHANNELS * tap + c) * 16 + c] = 1;
  const window = { kernelHeight: KERNEL, kernelWidth: KERNEL, strideY: stride, strideX: stride };
  const pads = { top: before, left: before, bottom: after, right: after };
  const own = sumsPlan({ height, width, multiple: 1 });
  return {
    ...own,
    tensors: [{ dtype: 'float32', data: weight }],
    sources: [source({ kind: ENUMS.source.patch, blocks, ...window, ...pads }), source({ buffer: 0 })],
    steps: [step({ weight: 0 }), step({ kind: ENUMS.step.output, firstSource: 1, buffer: NONE, channels: CHANNELS })],
  };
}

function windowOracle(planes: Float32Array, { height, width, stride, before, after }: Window): number[] {
  const places = (side: number): number => Math.floor((side + before + after - KERNEL) / stride) + 1;
  const [rows, columns] = [places(height), places(width)];
  const inside = (y: number, x: number): boolean => y >= 0 && y < height && x >= 0 && x < width;
  return Array.from({ length: CHANNELS * rows * columns }, (_, i) => {
    const [c, row, column] = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
    let sum = 0;
    for (let ky = 0; ky < KERNEL; ky++)
      for (let kx = 0; kx < KERNEL; kx++) {
        const [y, x] = [row * stride + ky - before, column * stride + kx - before];
        if (inside(y, x)) sum += planes[(c * height + y) * width + x] ?? 0;
      }
    return sum;
  });
}

/** How a node takes what it copies. */
type Side = 'point' | 'activated' | 'depthwise' | 'deep';

const SOURCES: Readonly<Record<Side, Parameters<typeof source>[0]>> = {
  point: {},
  activated: { preKind: ENUMS.activation.relu },
  depthwise: {
    ...{ kind: ENUMS.source.depth, weight: 2, weightScales: 1, postLevels: 0 },
    ...{ kernelHeight: 1, kernelWidth: 3, left: 1, right: 1 },
  },
  deep: {
    ...{ kind: ENUMS.source.depth, weight: 3, weightScales: 1, postLevels: 0 },
    ...{ kernelHeight: 1, kernelWidth: 5, dilationX: 3, left: 6, right: 6 },
  },
};

/** Nodes that all copy a buffer, each in its way, in weights of eight bits; and an output of each. */
function besidePlan(height: number, width: number, sides: readonly Side[]): Plan {
  const tensor = (dtype: 'int8' | 'float32', data: number[]): PlanTensor =>
    dtype === 'int8' ? { dtype, data: Int8Array.from(data) } : { dtype, data: Float32Array.from(data) };
  const lanes = Array.from({ length: 16 }, (_, lane) => lane);
  const identity = new Array<number>(256).fill(0);
  for (const k of lanes) identity[(Math.floor(k / 4) * 16 + k) * 4 + (k % 4)] = 1;
  const middle = (taps: number) =>
    Array.from({ length: taps }, (_, tap) => lanes.map(() => Number(2 * tap + 1 === taps)));
  const own = sumsPlan({ height, width, multiple: 1 });
  const node = { weight: 4, weightScales: 1 };
  return {
    ...own,
    metadata: {
      ...own.metadata,
      arithmetics: ['int16', 'int8'],
      outputs: sides.map((_, i) => ({ name: `${i}`, axes: ['channels', 'height', 'width'] as const })),
    },
    tensors: [
      tensor('float32', [...lanes.map(() => 1), ...lanes.map(() => 0)]), // levels: the integers themselves
      tensor(
        'float32',
        lanes.map(() => 1),
      ),
      tensor('int8', middle(3).flat()),
      tensor('int8', middle(5).flat()),
      tensor('int8', identity),
    ],
    buffers: [0, ...sides].map(() => ({ blocks: 1, levels: 0 })),
    sources: [
      source({ kind: ENUMS.source.patch }),
      ...sides.map((side) => source({ buffer: 0, ...SOURCES[side] })),
      ...sides.map((_, i) => source({ buffer: i + 1 })),
    ],
    steps: [
      step(node),
      ...sides.map((_, i) => step({ ...node, firstSource: i + 1, buffer: i + 1 })),
      ...sides.map((_, i) =>
        step({ kind: ENUMS.step.output, firstSource: 1 + sides.length + i, buffer: NONE, channels: CHANNELS }),
      ),
    ],
  };
}

/** What every build of the engine does where windows leave the image and where steps run side by side. */
export function edgesContract(form: string, open: Open): void {
  describe(`the engine at edges, ${form}`, () => {
    it('sees zeros beyond the image, however small it is, at every stride and padding', async () => {
      for (const width of [1, 2, 3, 5])
        for (const height of [1, 4])
          for (const stride of [1, 2, 3])
            for (const [before, after] of [
              [1, 1],
              [0, 2],
              [2, 0],
              [2, 2],
            ] as const) {
              const window = { height, width, stride, before, after };
              if (Math.min(height, width) + before + after < KERNEL) continue;
              const planes = Float32Array.from({ length: CHANNELS * height * width }, (_, i) => i + 1);
              const plan = await open(writePlan(windowPlan(window)));
              expect([...(plan.run(planes).sums ?? [])], JSON.stringify(window)).toEqual(windowOracle(planes, window));
              plan.close();
            }
    });

    it.each(['float', 'int16', 'int8'] as const)(
      'gives steps that run side by side what each would give alone, in %s',
      async (arithmetic) => {
        for (const [height, width, sides] of [
          [1, 60, ['point', 'depthwise']], // one takes tiles of 56 pixels, the other of 30
          [1, 60, ['point', 'activated', 'deep']],
          [4, 20, ['activated', 'depthwise']], // the first has no line of pixels, the second has
          [4, 20, ['depthwise', 'deep']],
          [3, 57, ['activated', 'deep', 'depthwise']],
          [1, 1, ['point', 'depthwise']],
        ] as [number, number, Side[]][]) {
          const pixels = Uint8Array.from({ length: CHANNELS * height * width }, (_, i) => (i * 37 + 11) % 256);
          const planes = Array.from({ length: pixels.length }, (_, i) => {
            const [c, at] = [Math.floor(i / (height * width)), i % (height * width)];
            return pixels[CHANNELS * at + c] ?? 0;
          });
          const plan = await open(writePlan(besidePlan(height, width, sides)), { arithmetic });
          for (const [name, values] of Object.entries(plan.run(pixels)))
            expect([...values], `${height}x${width} ${sides.join()}, output ${name}`).toEqual(planes);
          plan.close();
        }
      },
    );
  });
}
