import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPlan } from '@pocketnet/engine';
import { boardFolder } from '@pocketnet/engine/board';
import { compileGraph, stepKinds } from '@pocketnet/onnx';
import { afterAll, describe, expect, it } from 'vitest';
import { buildFolder, measure, writeFolder } from '../../engine/test/board/build.js';
import { lacking, PROCESSORS } from '../../engine/test/board/processors.js';
import { anyNetwork, LayerBuilder, SAMPLES } from './pass-graphs.js';

const SIDE = 13;
const place = mkdtempSync(join(tmpdir(), 'pocketnet-boards-'));
afterAll(() => rmSync(place, { recursive: true }));

/** Networks that between them have all kinds of steps and of sources. */
const NETWORKS: Readonly<Record<string, (b: LayerBuilder, x: string) => string>> = {
  enlarged: (b, x) => {
    const scales = b.graph.initializer('scales', 'float32', [4], Float32Array.of(1, 1, 2, 2));
    const how = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    return b.node('Resize', [b.pointwise(x, 3, 4), '', scales], how);
  },
  'seen through wide windows': (b, x) => SAMPLES['merge-depthwise']?.(b, x, 3) ?? x,
  'of dense convolutions': (b, x) => SAMPLES['prelu-conv']?.(b, x, 3) ?? x,
  ...Object.fromEntries(
    [1, 2, 3].map((i) => [
      `at random ${i}`,
      (b: LayerBuilder, x: string) =>
        anyNetwork(
          b,
          x,
          3,
          [1, 2, 3, 4, 5].map((k) => 5 * i + 7 * k),
        ),
    ]),
  ),
};
const networks = Object.entries(NETWORKS).map(([name, make], i) => {
  const b = new LayerBuilder(i);
  return {
    name,
    graph: b.build(make(b, b.input(3, SIDE))),
    store: i % 2 ? ('float16' as const) : ('float32' as const),
  };
});

const [native] = PROCESSORS;
const missing = native ? lacking(native) : 'none';

describe.skipIf(missing !== undefined)(`C for boards, natively${missing ? `: ${missing}` : ''}`, () => {
  it('is tried with every kind of step', () => {
    const kinds = new Set(networks.flatMap(({ graph }) => Object.keys(stepKinds(compileGraph(graph).plan))));
    expect([...kinds].sort()).toEqual(['combine', 'image', 'node', 'output', 'pool', 'resize', 'spatial']);
  });

  it.each(networks)(
    'gives a network the numbers that the engine has, to the bit ($name)',
    async ({ name, graph, store }) => {
      if (!native) return;
      const { bytes } = compileGraph(graph, { store });
      const rgb = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) => (i * 73 + (i % 7) * 31) % 256);
      const plan = await openPlan(bytes, { form: 'simd' });
      const [expected] = Object.values(plan.run(rgb));
      plan.close();
      const to = join(place, name.replaceAll(' ', '-'));
      writeFolder(await boardFolder(bytes), to);
      const quick = { ...native, flags: ['-O1'] };
      expect(measure(buildFolder(to, quick), quick, rgb).embedding).toEqual(expected);
    },
  );
});
