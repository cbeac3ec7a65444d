import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPlan } from '@pocketnet/engine';
import { boardFolder } from '@pocketnet/engine/board';
import { writePlan } from '@pocketnet/engine/plan';
import { compileGraph, OBSERVERS, type Observer, observePlan, quantisePlan, stepKinds } from '@pocketnet/onnx';
import { afterAll, describe, expect, it } from 'vitest';
import { buildFolder, measure, writeFolder } from '../../engine/test/board/build.js';
import { lacking, PROCESSORS, type Processor } from '../../engine/test/board/processors.js';
import { anyNetwork, LayerBuilder, numbers, SAMPLES } from './pass-graphs.js';

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

  /** A plan's folder, built, and the engine's own numbers of a picture. */
  const both = async (name: string, bytes: Uint8Array, arithmetic: 'float' | 'int8') => {
    const rgb = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) => (i * 73 + (i % 7) * 31) % 256);
    const plan = await openPlan(bytes, { form: 'simd', arithmetic });
    const [expected] = Object.values(plan.run(rgb));
    plan.close();
    const to = join(place, `${name} ${arithmetic}`.replaceAll(' ', '-'));
    writeFolder(await boardFolder(bytes), to);
    const quick = { ...(native as Processor), flags: ['-O1'] }; // skipped without one
    return { expected, made: measure(buildFolder(to, quick), quick, rgb).embedding };
  };

  it.each(networks)(
    'gives a network the numbers that the engine has, to the bit ($name)',
    async ({ name, graph, store }) => {
      const { expected, made } = await both(name, compileGraph(graph, { store }).bytes, 'float');
      expect(made).toEqual(expected);
    },
  );

  it.each(networks)(
    'computes in eight bits what the engine does, to the bit, or refuses what that refuses ($name)',
    async ({ name, graph }) => {
      const { plan } = compileGraph(graph);
      const images = [1, 2].map((seed) => numbers(seed)(3 * SIDE * SIDE));
      const [observer] = OBSERVERS;
      const seen = await observePlan(plan, images, (bytes) => openPlan(bytes));
      const whole = writePlan(quantisePlan(plan, seen, observer as Observer));
      const refused = await openPlan(whole, { arithmetic: 'int8' }).then(() => undefined, String);
      if (refused !== undefined) return expect(boardFolder(whole)).rejects.toThrow('cannot be computed in integers');
      const { expected, made } = await both(name, whole, 'int8');
      expect(made).toEqual(expected);
    },
  );
});
