import { openPlan } from '@pocketnet/engine';
import { compileGraph, encodeModel, type Graph, GraphBuilder, openModel } from '@pocketnet/onnx';
import { describe, expect, it } from 'vitest';
import { numbers } from './pass-graphs.js';

type Body = (b: GraphBuilder, x: string) => string;

/** A graph of an image of 4 channels, whose sides may be left open. */
function graphOf(side: number | null, ...bodies: Body[]): Graph {
  const b = new GraphBuilder('edges');
  const x = b.input('x', 'float32', ['batch', 4, side, side]);
  for (const body of bodies) b.output(body(b, x), 'float32', ['batch', null, null, null]);
  return b.build();
}

const constant = (b: GraphBuilder, name: string, values: number[]): string =>
  b.initializer(name, 'float32', [values.length], Float32Array.from(values));

const doubled =
  (attributes: Record<string, string>): Body =>
  (b, x) =>
    b.node('Resize', [x, constant(b, 'roi', []), constant(b, 'scales', [1, 1, 4, 4])], {
      mode: 'nearest',
      ...attributes,
    });

async function expectSame(graph: Graph, side: number): Promise<void> {
  const data = numbers(5)(4 * side * side);
  const model = await openModel(encodeModel(graph), { threads: 1 });
  const expected = await model.run({ x: { data, dims: [1, 4, side, side] } });
  await model.close();
  const plan = await openPlan(compileGraph(graph).bytes);
  const own = plan.run(data);
  for (const { name, dims } of plan.outputs) {
    expect([1, ...dims], name).toEqual(expected[name]?.dims);
    for (const [i, value] of (own[name] ?? []).entries())
      expect(value, name).toBeCloseTo(Number(expected[name]?.data[i]), 4);
  }
  plan.close();
}

describe('a compiled graph, at the edges of what is compiled', () => {
  it('takes the nearest pixel as the graph says, or refuses', async () => {
    for (const nearest_mode of ['round_prefer_floor', 'round_prefer_ceil'])
      await expectSame(graphOf(5, doubled({ coordinate_transformation_mode: 'half_pixel', nearest_mode })), 5);
    await expectSame(graphOf(5, doubled({ coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' })), 5);
    for (const [coordinate_transformation_mode, nearest_mode] of [
      ['half_pixel', 'floor'],
      ['half_pixel', 'ceil'],
      ['asymmetric', 'ceil'],
      ['align_corners', 'floor'],
    ] as const)
      expect(
        () => compileGraph(graphOf(5, doubled({ coordinate_transformation_mode, nearest_mode }))),
        `${coordinate_transformation_mode}, ${nearest_mode}`,
      ).toThrow('resizes otherwise');
  });

  it('pools with dilation and a size that is rounded up as the graph does, or refuses', async () => {
    const pooled = (side: number) =>
      graphOf(side, (b, x) =>
        b.node('MaxPool', [x], { kernel_shape: [2, 2], dilations: [2, 2], strides: [2, 2], ceil_mode: 1 }),
      );
    await expectSame(pooled(7), 7);
    expect(() => compileGraph(pooled(8))).toThrow('ceil_mode');
  });

  it('gives every output its own values, in whatever order it is best computed', async () => {
    // What the wide map is taken by goes at once, its own output too; the narrow one's stands first.
    const graph = graphOf(
      6,
      (b, x) => {
        const weight = b.initializer('w', 'float32', [40, 4, 3, 3], numbers(1)(40 * 36) as Float32Array<ArrayBuffer>);
        const wide = b.node('Conv', [x, weight], { pads: [1, 1, 1, 1] }, { output: 'wide' });
        const narrow = b.initializer('n', 'float32', [3, 40, 1, 1], numbers(2)(120) as Float32Array<ArrayBuffer>);
        return b.node('Conv', [wide, narrow]);
      },
      () => 'wide',
    );
    await expectSame(graph, 6);
  });

  it('refuses windows over a whole map where the image may be of any size', () => {
    const pooled: Body = (b, x) => b.node('GlobalAveragePool', [x]);
    const dense: Body = (b, x) =>
      b.node('Gemm', [
        b.node('Flatten', [x]),
        b.initializer('w', 'float32', [4 * 640 * 640, 1], numbers(3)(4 * 640 * 640)),
      ]);
    for (const body of [pooled, dense]) {
      expect(() => compileGraph(graphOf(null, body))).toThrow('--size');
      if (body === pooled) compileGraph(graphOf(null, body), { size: [8, 8] });
    }
  });
});
