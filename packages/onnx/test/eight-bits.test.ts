import type { Arithmetic } from '@pocketnet/engine';
import { type Plan, writePlan } from '@pocketnet/engine/plan';
import {
  compareRuns,
  compileGraph,
  encodeModel,
  type Graph,
  missingRuntimes,
  OBSERVERS,
  observePlan,
  openModel,
  quantisePlan,
} from '@pocketnet/onnx';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENGINE_FORMS } from './engine-forms.js';
import { smallNetwork } from './graphs.js';
import { anyNetwork, LayerBuilder, numbers } from './pass-graphs.js';

/** How far, relative to the largest number, outputs of random layers may lie from those in floats. */
const BOUNDS: Readonly<Record<Arithmetic, number>> = { float: 0.1, int16: 0.1, int8: 0.3, int7: 0.5 };

const [open] = Object.values(ENGINE_FORMS) as [(typeof ENGINE_FORMS)[string]];
const minmax = OBSERVERS.find(({ name }) => name === 'minmax') as (typeof OBSERVERS)[number];

async function quantised(graph: Graph, images: readonly Float32Array[]): Promise<{ plan: Plan; floats: Plan }> {
  const { plan } = compileGraph(graph);
  return { plan: quantisePlan(plan, await observePlan(plan, images, open), minmax), floats: plan };
}

const layers = (channels: number, side: number, body: (b: LayerBuilder, x: string) => string): Graph => {
  const b = new LayerBuilder(channels + side);
  return b.build(body(b, b.input(channels, side)));
};

/** Every build's outputs in an arithmetic. */
async function outputs(plan: Plan, arithmetic: Arithmetic, image: Float32Array): Promise<Record<string, Float32Array>> {
  const bytes = writePlan(plan);
  const found: Record<string, Float32Array> = {};
  for (const [form, openForm] of Object.entries(ENGINE_FORMS)) {
    const opened = await openForm(bytes, { arithmetic });
    expect(opened.arithmetic).toBe(arithmetic);
    found[form] = Object.values(opened.run(image))[0] as Float32Array; // one output
    opened.close();
  }
  return found;
}

describe('a plan with weights of eight bits', () => {
  it.each(['int16', 'int8', 'int7'] as const)(
    'gives the same bits in %s in every build, near to floats, whatever its layers',
    { timeout: 240_000 },
    async (arithmetic) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(100), { minLength: 1, maxLength: 6 }),
          fc.integer({ min: 1, max: 3 }),
          fc.integer({ min: 5, max: 60 }),
          async (choices, channels, side) => {
            const graph = layers(channels, side, (b, x) =>
              b.pointwise(
                anyNetwork(b, b.conv(x, [5, channels, 3], { bias: true }), 5, choices),
                widthAfter(choices),
                4,
              ),
            );
            const draw = numbers(side);
            const images = Array.from({ length: 3 }, () => draw(channels * side * side));
            const { plan, floats } = await quantised(graph, images);
            const [image] = images as [Float32Array];
            const reference = Object.values((await open(writePlan(floats))).run(image))[0] as Float32Array;
            const all = Object.entries(await outputs(plan, arithmetic, image));
            const [[, first]] = all as [[string, Float32Array]];
            for (const [form, own] of all) expect(own, form).toEqual(first);
            expect(compareRuns(reference, first).maxRelative).toBeLessThan(BOUNDS[arithmetic]);
          },
        ),
        // affine after a sum: a fused multiply-add rounded it differently where a processor has one
        { numRuns: 25, examples: [[[89, 82, 18, 66], 3, 60]] },
      );
    },
  );

  it('is still computed in floats, with the weights that it has', async () => {
    const graph = layers(3, 20, (b, x) => b.pointwise(b.depthwise(b.prelu(b.conv(x, [18, 3, 3]), 18), 18, 3), 18, 20));
    const image = numbers(7)(3 * 400);
    const { plan, floats } = await quantised(graph, [image]);
    const reference = Object.values((await open(writePlan(floats))).run(image))[0] as Float32Array;
    for (const [form, own] of Object.entries(await outputs(plan, 'float', image)))
      expect(compareRuns(reference, own).maxRelative, form).toBeLessThan(0.03);
    expect(writePlan(plan).length).toBeLessThan(writePlan(floats).length * 0.6);
    expect(plan.metadata.arithmetics).toContain('int8');
  });

  it('loses nothing on average by the rounding of its weights', async () => {
    const graph = layers(40, 12, (b, x) => b.pointwise(b.prelu(b.pointwise(x, 40, 48), 48), 48, 40));
    const draw = numbers(12);
    const images = Array.from({ length: 4 }, () => draw(40 * 144));
    const { plan, floats } = await quantised(graph, images);
    const [rounded, exact] = [await open(writePlan(plan), { arithmetic: 'float' }), await open(writePlan(floats))];
    const lost = new Float64Array(40);
    let largest = 0;
    for (const image of images) {
      const [own, reference] = [rounded, exact].map((opened) => Object.values(opened.run(image))[0] as Float32Array);
      for (const [i, value] of (reference as Float32Array).entries()) {
        const channel = Math.floor(i / 144);
        lost[channel] = (lost[channel] ?? 0) + (value - (own?.[i] ?? 0)) / (144 * images.length);
        largest = Math.max(largest, Math.abs(value));
      }
    }
    expect(Math.max(...lost.map(Math.abs)) / largest).toBeLessThan(6e-4); // 2e-3 where biases are not corrected
  });

  it('sees a picture’s bytes as it sees the floats that they stand for', async () => {
    const bytes = Uint8Array.from({ length: 108 }, (_, i) => (i * 37) % 256);
    const planar = Float32Array.from({ length: 108 }, (_, i) => {
      const [c, at] = [Math.floor(i / 36), i % 36];
      return ((bytes[3 * at + c] ?? 0) - 127.5) / 127.5;
    });
    const { plan } = await quantised(smallNetwork(), [planar]);
    for (const [form, openForm] of Object.entries(ENGINE_FORMS))
      for (const arithmetic of ['int16', 'int8', 'int7'] as const) {
        const opened = await openForm(writePlan(plan), { arithmetic });
        expect(opened.run(bytes), `${form}, ${arithmetic}`).toEqual(opened.run(planar));
        opened.close();
      }
  });

  it('is opened in what is fastest in each build unless said, and by its bits in what was asked for', async () => {
    const image = numbers(4)(108);
    const { plan, floats } = await quantised(smallNetwork(), [image]);
    const usual: Record<string, Arithmetic[]> = {
      ...{ relaxed: ['int7', 'int16'], simd: ['int16'] }, // by whether the dot product is right
      ...{ vnni: ['int8'], avx512: ['int16'], avx2: ['float'], sse4: ['int16'] },
    };
    for (const [form, openForm] of Object.entries(ENGINE_FORMS)) {
      const [integers, alone] = [await openForm(writePlan(plan)), await openForm(writePlan(floats))];
      expect({ ...usual, neon: ['int16'] }[form], form).toContain(integers.arithmetic);
      expect(alone.arithmetic, form).toBe('float');
      integers.close();
      alone.close();
    }
    const feeds = { image: { data: image, dims: [1, 3, 6, 6] } };
    const missing = await missingRuntimes();
    for (const runtime of (['engine', 'engine-native'] as const).filter((each) => missing[each] === undefined))
      for (const arithmetic of ['int16', 'int8', 'int7'] as const) {
        const model = await openModel(writePlan(plan), { runtime, arithmetic });
        const { embedding } = await model.run(feeds);
        await model.close();
        const [expected] = Object.values(await outputs(plan, arithmetic, image));
        expect(embedding?.data, `${runtime}, ${arithmetic}`).toEqual(expected);
      }
    await expect(openModel(encodeModel(smallNetwork()), { runtime: 'native', arithmetic: 'int8' })).rejects.toThrow(
      'int8 is an arithmetic of the engine, not of native. Compile the model',
    );
  });

  it('says so where a plan lacks what integers stand for', async () => {
    const { bytes } = compileGraph(smallNetwork());
    for (const openForm of Object.values(ENGINE_FORMS))
      await expect(openForm(bytes, { arithmetic: 'int8', name: 'a.pnet' })).rejects.toThrow(
        'a.pnet: the engine refuses it. Step 0: It cannot be computed in integers',
      );
  });
});

/** Channels that `anyNetwork` ends with, of five. */
function widthAfter(choices: readonly number[]): number {
  let width = 5;
  for (const choice of choices) {
    if (choice % 9 === 7) width = 2 + (choice % 4);
    if (choice % 9 === 8) width = 2 + 2 * width;
    if (width > 12) width = 3;
  }
  return width;
}
