import { type Arithmetic, readPlanHeader } from '@pocketnet/engine';
import { RECORDS, sealPlan, writePlan } from '@pocketnet/engine/plan';
import { compileGraph, OBSERVERS, observePlan, quantisePlan } from '@pocketnet/onnx';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../testing/cpu-time.js';
import { ENGINE_FORMS } from './engine-forms.js';
import { anyNetwork, LayerBuilder, numbers } from './pass-graphs.js';

/** How many plans each build is given: POCKETNET_FUZZ=100000 for a long look. */
const plans = Number(process.env.POCKETNET_FUZZ ?? 1500);
const seed = Number(process.env.POCKETNET_SEED ?? Date.now() % 1e6);

/** Plans of all kinds of steps, small. */
const originals: { bytes: Uint8Array; image: Float32Array; arithmetics: Arithmetic[] }[] = Array.from(
  { length: 12 },
  (_, i) => {
    const channels = [3, 5, 20][i % 3] ?? 3;
    const b = new LayerBuilder(i);
    const choices = Array.from({ length: 5 }, (_, k) => 3 * i + 7 * k);
    const graph = b.build(anyNetwork(b, b.input(channels, 9), channels, choices));
    const { bytes } = compileGraph(graph, { store: i % 2 ? 'float16' : 'float32' });
    return { bytes, image: numbers(i)(channels * 81), arithmetics: ['float'] };
  },
);

/** The same with weights of eight bits, for integers; of the image's channels no more than a picture has. */
for (let i = 0; i < 6; i++) {
  const channels = [3, 1][i % 2] ?? 3;
  const b = new LayerBuilder(i);
  const choices = Array.from({ length: 4 }, (_, k) => 5 * i + 7 * k);
  const { plan } = compileGraph(b.build(anyNetwork(b, b.conv(b.input(channels, 9), [20, channels, 3]), 20, choices)));
  const image = numbers(i)(channels * 81);
  const [open] = Object.values(ENGINE_FORMS) as [(typeof ENGINE_FORMS)[string]];
  const observer = OBSERVERS[0] as (typeof OBSERVERS)[number];
  const bytes = writePlan(quantisePlan(plan, await observePlan(plan, [image], open), observer));
  originals.push({ bytes, image, arithmetics: ['float', 'int16', 'int8', 'int7'] });
}

/** Values that boundaries are made of. */
const EDGES = [
  0, 1, 2, 3, 15, 16, 17, 63, 64, 255, 256, 4096, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

/** The plan with a few words of its header or tables changed, and sometimes a byte of anything; sealed again, mostly. */
function mutated(bytes: Uint8Array, draw: () => number): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const header = readPlanHeader(bytes);
  const tables = (['tensor', 'buffer', 'source', 'step'] as const).map((name) => {
    const offset = header[`${name}sOffset` as 'stepsOffset'];
    return { offset, words: header[`${name}Count` as 'stepCount'] * Object.keys(RECORDS[name]).length };
  });
  tables.push({ offset: 0, words: Object.keys(RECORDS.header).length });
  for (let change = 0; change <= draw() * 3; change++) {
    const { offset, words } = tables[Math.floor(draw() * tables.length)] as (typeof tables)[number];
    const at = offset + 4 * Math.floor(draw() * words);
    const old = view.getUint32(at, true);
    const values = [
      EDGES[Math.floor(draw() * EDGES.length)] ?? 0,
      old + 1,
      old - 1,
      old ^ (1 << (draw() * 32)),
      draw() * 40,
    ];
    view.setUint32(at, values[Math.floor(draw() * values.length)] ?? 0, true);
  }
  if (draw() < 0.1) copy[Math.floor(draw() * copy.length)] = draw() * 256;
  if (draw() < 0.98) sealPlan(copy);
  return draw() < 0.02 ? copy.subarray(0, draw() * copy.length) : copy;
}

describe.each(Object.entries(ENGINE_FORMS))(`hostile plans (seed ${seed}), %s`, (_, open) => {
  it('are refused or computed, in bounded time, and harm no other', { timeout: 3_600_000 }, async () => {
    const [first] = originals as [(typeof originals)[number]];
    const good = await open(first.bytes);
    const before = good.run(first.image);
    const draw = numbers(seed);
    const one = (): number => Math.abs(draw(1)[0] ?? 0);
    let [refused, computed, slowest] = [0, 0, 0];
    for (let i = 0; i < plans; i++) {
      const { bytes, image, arithmetics } = originals[i % originals.length] as (typeof originals)[number];
      const arithmetic = arithmetics[Math.floor(one() * arithmetics.length)] ?? 'float';
      const begun = cpuTime();
      try {
        const sides = one() < 0.1 ? { height: Math.floor(one() * 40), width: Math.floor(one() * 40) } : {};
        const plan = await open(mutated(bytes, one), {
          ...{ ...sides, arithmetic },
          limits: { bytes: 2 ** 25, work: 2 ** 26 },
        });
        try {
          const [input] = plan.inputs;
          const size = input?.dims.reduce((product, n) => product * n, 1) ?? 0;
          const hostile = Float32Array.from({ length: size }, (_, k) =>
            one() < 0.01 ? Number.NaN : (image[k % image.length] ?? 0),
          );
          plan.run(hostile);
          computed++;
        } finally {
          plan.close();
        }
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).name, (error as Error).stack).not.toBe('RuntimeError'); // a trap of WebAssembly
        refused++;
      }
      slowest = Math.max(slowest, cpuTime() - begun);
    }
    expect(refused).toBeGreaterThan(plans / 10);
    expect(computed).toBeGreaterThan(plans / 20);
    expect(slowest).toBeLessThan(5000);
    expect(good.run(first.image)).toEqual(before);
    good.close();
    if (process.env.POCKETNET_FUZZ) console.log({ plans, refused, computed, slowest: Math.round(slowest) });
  });
});
