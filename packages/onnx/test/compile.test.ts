import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compareRuns,
  compileGraph,
  decodeModel,
  encodeModel,
  type Graph,
  GraphBuilder,
  openModel,
  PASSES,
  stepKinds,
} from '@pocketnet/onnx';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENGINE_FORMS } from './engine-forms.js';
import { smallNetwork } from './graphs.js';
import { anyNetwork, LayerBuilder, numbers, SAMPLES } from './pass-graphs.js';

const data = process.env.POCKETNET_DATA;

/** The largest difference, relative, of any output in any build of the engine to ONNX Runtime's. */
async function differences(
  graph: Graph,
  [channels, height, width]: readonly [number, number, number],
  { seed = 1, scale = 1, batch = 2, onnx = encodeModel(graph) } = {},
): Promise<Record<string, number>> {
  const [input] = graph.inputs;
  const image = numbers(seed)(batch * channels * height * width).map((value) => scale * value);
  const model = await openModel(onnx, { threads: 1 });
  const { bytes } = compileGraph(graph);
  const worst: Record<string, number> = {};
  const each = channels * height * width;
  for (let i = 0; i < batch; i++) {
    const one = image.slice(i * each, (i + 1) * each);
    const expected = await model.run({ [input?.name ?? '']: { data: one, dims: [1, channels, height, width] } });
    for (const [form, open] of Object.entries(ENGINE_FORMS)) {
      const plan = await open(bytes, { height, width });
      const all = plan.run(image, batch);
      for (const { name, dims } of plan.outputs) {
        const own = all[name] as Float32Array;
        const size = own.length / batch;
        const { data: reference, dims: theirs } = expected[name] ?? { data: [], dims: [] };
        expect(theirs.slice(1)).toEqual(dims);
        const { maxRelative } = compareRuns(reference as Float32Array, own.subarray(i * size, (i + 1) * size));
        worst[form] = Math.max(worst[form] ?? 0, maxRelative);
      }
      plan.close();
    }
  }
  await model.close();
  return worst;
}

async function expectSame(graph: Graph, size: readonly [number, number, number], options = {}): Promise<void> {
  const found = await differences(graph, size, options);
  for (const [form, worst] of Object.entries(found)) expect(worst, form).toBeLessThan(1e-4);
}

const layers = (channels: number, side: number, body: (b: LayerBuilder, x: string) => string): Graph => {
  const b = new LayerBuilder(channels + side);
  return b.build(body(b, b.input(channels, side)));
};

describe('a compiled graph', () => {
  it.each(PASSES.map(({ name }) => name))('computes what the graph does that the pass %s is about', async (name) => {
    for (const channels of [2, 5, 17, 35])
      await expectSame(
        layers(channels, 10, (b, x) => SAMPLES[name]?.(b, x, channels) ?? x),
        [channels, 10, 10],
      );
  });

  it('computes what any network does, whatever its channels and sides', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(100), { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 5, max: 70 }),
        async (choices, channels, side) => {
          const graph = layers(channels, side, (b, x) => anyNetwork(b, x, channels, choices));
          await expectSame(graph, [channels, side, side]);
        },
      ),
      { numRuns: 60 },
    );
  });

  const side = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 66 }));

  it('computes convolutions of every kernel, stride, padding and group', { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          kernel: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
          strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
          pads: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
          dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
          group: fc.constantFrom(1, 2, 4, 'depthwise' as const),
          wide: fc.integer({ min: 1, max: 9 }),
          onImage: fc.boolean(),
          size: fc.tuple(side, side),
        }),
        async ({ kernel, strides, pads, dilations, group, wide, onImage, size: [height, width] }) => {
          const channels = onImage ? 3 : 4 * wide;
          const groups = onImage ? 1 : group === 'depthwise' ? channels : group;
          const out = groups === channels ? channels : 4 * ((wide % 5) + 1);
          const b = new GraphBuilder('conv');
          const image = b.input('x', 'float32', ['batch', channels, height, width]);
          const x = onImage ? image : b.node('Relu', [image]);
          const draw = numbers(wide);
          const shape = [out, channels / groups, ...kernel];
          const weight = b.initializer('w', 'float32', shape, draw(shape.reduce((product, n) => product * n, 1)));
          const bias = b.initializer('b', 'float32', [out], draw(out));
          const own = onImage ? [1, 1] : [...dilations];
          const fits = [height, width].every(
            (side, i) => side + (pads[i] ?? 0) + (pads[i + 2] ?? 0) > ((kernel[i as 0 | 1] ?? 1) - 1) * (own[i] ?? 1), // at one place at least
          );
          fc.pre(fits);
          const attributes = {
            kernel_shape: [...kernel],
            strides: [...strides],
            pads: [...pads],
            dilations: own,
            group: groups,
          };
          b.output(b.node('Conv', [x, weight, bias], attributes), 'float32', ['batch', out, null, null]);
          await expectSame(b.build(), [channels, height, width]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('computes pools, resizing, sums, differences, products, extremes and activations', async () => {
    const graph = layers(19, 12, (b, x) => {
      const pooled = b.node('AveragePool', [x], {
        kernel_shape: [3, 3],
        strides: [2, 2],
        pads: [1, 1, 1, 1],
        count_include_pad: 0,
      });
      const padded = b.node('AveragePool', [x], {
        kernel_shape: [3, 3],
        strides: [2, 2],
        pads: [1, 1, 1, 1],
        count_include_pad: 1,
      });
      const least = b.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
      const scales = b.graph.initializer('scales', 'float32', [4], Float32Array.of(1, 1, 2, 2));
      const none = b.graph.initializer('roi', 'float32', [0], new Float32Array(0));
      const large = b.node('Resize', [b.node('Sub', [pooled, padded]), none, scales], {
        ...{ mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      });
      const product = b.node('Mul', [large, b.node('Sigmoid', [x])]);
      const bounds = [-0.5, 0.75].map((value, i) =>
        b.graph.initializer(`c${i}`, 'float32', [], Float32Array.of(value)),
      );
      const clipped = b.node('Clip', [b.node('Max', [product, x]), ...bounds]);
      const leaky = b.node('LeakyRelu', [b.node('Min', [clipped, product])], { alpha: 0.1 });
      const one = b.graph.initializer('one', 'float32', [], Float32Array.of(1));
      return b.concat(
        leaky,
        b.node('Div', [
          b.node('Sub', [one, x]),
          b.graph.initializer('two', 'float32', [19, 1, 1], new Float32Array(19).fill(2)),
        ]),
        b.node('Resize', [least, none, scales], {
          mode: 'nearest',
          coordinate_transformation_mode: 'asymmetric',
          nearest_mode: 'floor',
        }),
      );
    });
    await expectSame(graph, [19, 12, 12]);
  });

  it('computes sigmoids to a millionth of themselves, where ONNX Runtime’s are off by as much as they are', async () => {
    const b = new GraphBuilder('sigmoid');
    b.output(b.node('Sigmoid', [b.input('x', 'float32', ['batch', 1, 40, 40])]), 'float32', ['batch', 1, 40, 40]);
    const { bytes } = compileGraph(b.build());
    const image = Float32Array.from({ length: 1600 }, (_, i) => i / 20 - 40);
    for (const [form, open] of Object.entries(ENGINE_FORMS)) {
      const [own = []] = Object.values((await open(bytes)).run(image));
      const worst = Math.max(...image.map((x, i) => Math.abs((own[i] ?? 0) * (1 + Math.exp(-x)) - 1)));
      expect(worst, form).toBeLessThan(1e-6);
    }
  });

  it('ends in a vector by a global pool, a flattened map or a depthwise convolution over all of it', async () => {
    await expectSame(smallNetwork(), [3, 6, 6]);
    await expectSame(
      layers(21, 7, (b, x) => b.pointwise(b.node('GlobalAveragePool', [b.prelu(x, 21)]), 21, 5, { bias: true })),
      [21, 7, 7],
    );
  });

  it('says what it cannot compile, where, and what to do', () => {
    const refusals: [string, (b: LayerBuilder, x: string) => string][] = [
      [
        'Node "Softmax_1" (Softmax) is not among the engine’s operators'.replace('’', "'"),
        (b, x) => b.node('Softmax', [x]),
      ],
      ['needs a constant of float32 as input 1', (b, x) => b.node('PRelu', [x, b.node('Relu', [x])])],
      ['has no broadcasting', (b, x) => b.node('Mul', [x, b.node('GlobalAveragePool', [x])])],
      ['pads automatically', (b, x) => b.node('MaxPool', [x], { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER' })],
      [
        'resizes otherwise',
        (b, x) =>
          b.node(
            'Resize',
            [
              x,
              b.graph.initializer('r', 'float32', [0], new Float32Array(0)),
              b.graph.initializer('s', 'float32', [4], Float32Array.of(1, 1, 2, 2)),
            ],
            { mode: 'linear' },
          ),
      ],
    ];
    for (const [why, body] of refusals) expect(() => compileGraph(layers(4, 8, body)), why).toThrow(why);
    expect(() => compileGraph(smallNetwork(), { size: [8, 8] })).toThrow('takes images of 6×6 alone');
  });

  it('stores weights as halves, and then computes as with halved weights', async () => {
    const graph = layers(18, 8, (b, x) => b.pointwise(b.depthwise(b.prelu(x, 18), 18, 3), 18, 20));
    const [whole, half] = (['float32', 'float16'] as const).map((store) => compileGraph(graph, { store }).bytes);
    expect(half?.length).toBeLessThan((whole?.length ?? 0) * 0.75);
    const image = numbers(3)(18 * 64);
    const runs = await Promise.all(
      [whole, half].map(async (bytes) => {
        const plan = await (Object.values(ENGINE_FORMS)[0] as (typeof ENGINE_FORMS)[string])(bytes as Uint8Array);
        return Object.values(plan.run(image))[0] as Float32Array;
      }),
    );
    expect(compareRuns(runs[0] as Float32Array, runs[1] as Float32Array).maxRelative).toBeLessThan(2e-3);
  });
});

describe('models through openModel', () => {
  const feeds = { image: { data: numbers(4)(2 * 108), dims: [2, 3, 6, 6] } };

  it('are the same in the engine, whether they come as ONNX or as a plan', async () => {
    const graph = smallNetwork();
    const onnx = encodeModel(graph, { metadata: { network: 'small' } });
    const plan = compileGraph(graph, { metadata: { network: 'small' } }).bytes;
    const reference = await (await openModel(onnx, { threads: 1 })).run(feeds);
    for (const [bytes, options] of [
      [onnx, { runtime: 'engine' }],
      [onnx, { runtime: 'engine-native' }],
      [plan, {}],
      [plan, { runtime: 'engine' }],
    ] as const) {
      const model = await openModel(bytes, options);
      expect(model.metadata.network).toBe('small');
      expect(model.inputs).toEqual([{ name: 'image', dtype: 'float32', shape: ['batch', 3, 6, 6] }]);
      const own = await model.run(feeds);
      expect(own.embedding?.dims).toEqual([2, 5]);
      const relative = compareRuns(
        reference.embedding?.data as Float32Array,
        own.embedding?.data as Float32Array,
      ).maxRelative;
      expect(relative).toBeLessThan(1e-5);
      await model.close();
    }
    await expect(openModel(plan, { runtime: 'native' })).rejects.toThrow('compiled for the engine');
  });
});

describe.skipIf(!data)('on the networks that people have', () => {
  const faces = join(data ?? '', 'faces');
  it.each([
    ['teachers/mobilefacenet.onnx', 112],
    ['teachers/fr_feature.onnx', 112],
    ['detectors/yunet_n_dynamic.onnx', 160],
  ])('%s is computed as ONNX Runtime does', async (file, side) => {
    const path = join(faces, file);
    expect(existsSync(path)).toBe(true);
    const onnx = readFileSync(path);
    const { graph } = decodeModel(onnx, path);
    const detector = file.includes('yunet');
    // What a detector takes: bytes as they are. Of noise its last sigmoids are near 0, where ONNX Runtime's are approximate.
    const found = await differences(graph, [3, side, side], { onnx, batch: 1, scale: detector ? 127 : 1 });
    for (const [form, worst] of Object.entries(found)) expect(worst, form).toBeLessThan(detector ? 1e-2 : 1e-4);
  });

  it('a detector sees photos of any size', () => {
    const path = join(faces, 'detectors/yunet_n_dynamic.onnx');
    const { plan } = compileGraph(decodeModel(readFileSync(path), path).graph);
    expect(plan.image).toMatchObject({ channels: 3, height: 0, width: 0, multiple: 32 });
    expect(stepKinds(plan).output).toBe(12);
  });
});
