import { openPlan } from '@pocketnet/engine';
import { boardFolder } from '@pocketnet/engine/board';
import { ENUMS, NONE, type Plan, writePlan } from '@pocketnet/engine/plan';
import { describe, expect, it } from 'vitest';
import { floatLiteral } from '../dist/board/constants.js';
import { leastMemoryOrder, reordered } from '../dist/board/order.js';
import { source, step, sumsPlan } from './plans.js';

const seed = Number(process.env.POCKETNET_SEED ?? Date.now() % 1e6);

/** Numbers from 0 to 1 (mulberry32). */
function draws(state: number): () => number {
  let at = state;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let t = Math.imul(at ^ (at >>> 15), 1 | at);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Steps that take some earlier buffers each and make one: the image, copies and sums, and an output at the end. */
function randomPlan(draw: () => number, count: number): Plan {
  const point = (buffer: number) => source({ buffer });
  const sources: Plan['sources'][number][] = [];
  const steps: Plan['steps'][number][] = [step({ kind: ENUMS.step.image, sourceCount: 0, buffer: 0 })];
  const taken = new Set<number>();
  for (let b = 1; b < count; b++) {
    const takes = [...new Set([b - 1 - Math.floor(draw() * Math.min(b, 4)), Math.floor(draw() * b)])].map((n) =>
      Math.max(n, 0),
    );
    steps.push(
      step({
        kind: ENUMS.step.combine,
        firstSource: sources.length,
        sourceCount: takes.length,
        buffer: b,
        mode: takes.length === 2 ? ENUMS.combine.add : ENUMS.combine.copy,
      }),
    );
    for (const buffer of takes) taken.add(buffer);
    sources.push(...takes.map(point));
  }
  for (const b of Array.from({ length: count }, (_, i) => i).filter((b) => !taken.has(b))) {
    steps.push(step({ kind: ENUMS.step.output, firstSource: sources.length, buffer: NONE, channels: 3 }));
    sources.push(point(b));
  }
  const buffers = Array.from({ length: count }, () => ({ blocks: 1, levels: NONE }));
  return { ...sumsPlan(), tensors: [], buffers, sources, steps };
}

/** Most bytes alive at once, by definition. */
function peakOf({ steps, sources }: Plan, bytes: readonly number[]): number {
  const uses = steps.map(({ firstSource, sourceCount, buffer }) => [
    ...sources.slice(firstSource, firstSource + sourceCount).map((s) => s.buffer),
    buffer,
  ]);
  return Math.max(
    ...uses.map((_, i) =>
      bytes.reduce((sum, size, b) => {
        const lives =
          uses.slice(0, i + 1).some((used) => used.includes(b)) && uses.slice(i).some((used) => used.includes(b));
        return sum + (lives ? size : 0);
      }, 0),
    ),
  );
}

/** Every order in which steps can run; outputs keep theirs. */
function* orders(plan: Plan, done: readonly number[] = []): Generator<number[]> {
  if (done.length === plan.steps.length) yield [...done];
  const written = new Set(done.map((i) => plan.steps[i]?.buffer));
  const nextOutput = plan.steps.findIndex(({ kind }, i) => kind === ENUMS.step.output && !done.includes(i));
  for (const [i, { kind, firstSource, sourceCount }] of plan.steps.entries()) {
    const waits = done.includes(i) || (kind === ENUMS.step.output && i !== nextOutput);
    const sources = plan.sources.slice(firstSource, firstSource + sourceCount);
    if (!waits && sources.every(({ buffer }) => written.has(buffer))) yield* orders(plan, [...done, i]);
  }
}

describe(`the order that needs least memory (seed ${seed})`, () => {
  const draw = draws(seed);

  it('is the best of all, where all can be tried', () => {
    for (let round = 0; round < 20; round++) {
      const plan = randomPlan(draw, 6);
      const bytes = plan.buffers.map(() => Math.ceil(draw() * 9));
      const found = peakOf(reordered(plan, leastMemoryOrder(plan, bytes)), bytes);
      const best = Math.min(...[...orders(plan)].map((order) => peakOf(reordered(plan, order), bytes)));
      expect(found, JSON.stringify({ steps: plan.steps, bytes })).toBe(best);
    }
  });

  it('holds every step once, after what it needs, and outputs in their order', () => {
    const plan = randomPlan(draw, 40);
    const order = leastMemoryOrder(
      plan,
      plan.buffers.map(() => Math.ceil(draw() * 9)),
    );
    expect(order.toSorted((a, b) => a - b)).toEqual([...plan.steps.keys()]);
    const written = new Set<number>();
    const { steps, sources } = reordered(plan, order);
    for (const { firstSource, sourceCount, buffer } of steps) {
      for (const s of sources.slice(firstSource, firstSource + sourceCount)) expect(written).toContain(s.buffer);
      written.add(buffer);
    }
    const outputs = order.filter((i) => plan.steps[i]?.kind === ENUMS.step.output);
    expect(outputs).toEqual(outputs.toSorted((a, b) => a - b));
  });
});

describe('a constant in C', () => {
  it('is the float that it stands for, to the bit, with a point or an exponent', () => {
    const draw = draws(seed);
    const floats = new Float32Array(Uint32Array.from({ length: 20_000 }, () => draw() * 2 ** 32).buffer);
    for (const value of [0, -0, 1, Math.fround(1e30), 2 ** -149, ...floats].filter(Number.isFinite)) {
      const text = floatLiteral(value);
      expect(text).toMatch(/^-?\d+(\.\d+)?(e[+-]\d+)?f$/);
      expect(text).toMatch(/[.e]/);
      expect(Math.fround(Number.parseFloat(text)), text).toBe(value);
    }
  });
});

describe("a board's folder", () => {
  it('holds no C that the plan does not need: none that opens plans, no kind of step that it lacks', async () => {
    const { files } = await boardFolder(writePlan(sumsPlan()), { licence: 'as you like' });
    const names = [...files.keys()];
    expect(names).toEqual(
      expect.arrayContaining(['README.md', 'LICENSE', 'Makefile', 'main.c', 'pocketnet.h', 'engine/node.c']),
    );
    for (const name of ['check', 'memory', 'scratch', 'open', 'pool', 'resize', 'wasm', 'search'])
      expect(names).not.toContain(`engine/${name}.c`);
    expect(files.get('LICENSE')).toBe('as you like');
  });

  it('is written with steps in an order that the engine takes, where another needs less memory', async () => {
    const own = sumsPlan();
    const node = (firstSource: number, buffer: number) => step({ weight: 0, bias: 1, firstSource, buffer });
    const large = { kernelHeight: 2, kernelWidth: 2, strideY: 1, strideX: 1, bottom: 1, right: 1 };
    const point = (buffer: number) => source({ buffer });
    // Two chains that meet; as they stand, both large maps live at once.
    const plan: Plan = {
      ...own,
      buffers: Array.from({ length: 5 }, () => ({ blocks: 1, levels: NONE })),
      sources: [
        source({ kind: ENUMS.source.patch, ...large }),
        source({ kind: ENUMS.source.patch, ...large }),
        source({ buffer: 0, strideY: 2, strideX: 3 }),
        source({ buffer: 1, strideY: 2, strideX: 3 }),
        point(2),
        point(3),
        point(4),
      ],
      steps: [
        node(0, 0),
        node(1, 1),
        step({ kind: ENUMS.step.combine, firstSource: 2, buffer: 2 }),
        step({ kind: ENUMS.step.combine, firstSource: 3, buffer: 3 }),
        step({ kind: ENUMS.step.combine, mode: ENUMS.combine.add, firstSource: 4, sourceCount: 2, buffer: 4 }),
        step({ kind: ENUMS.step.output, firstSource: 6, buffer: NONE, channels: 3 }),
      ],
    };
    const { files, figures } = await boardFolder(writePlan(plan));
    expect(files.get('network.c')).toContain('static const pn_step steps[]');
    const machine = await openPlan(writePlan(plan));
    expect(figures.arenaBytes).toBeLessThan(machine.arenaBytes);
    machine.close();
  });

  it('keeps what a model says of itself within its line of a comment', async () => {
    const own = sumsPlan();
    const model = { network: 'mine\n#error "not a comment" \\', licence: 'none\n## mine' };
    const { files } = await boardFolder(writePlan({ ...own, metadata: { ...own.metadata, model } }));
    const [first, second] = (files.get('pocketnet.h') ?? '').split('\n');
    expect(first).toMatch(/^\/\/ mine #error .*point the same way\.$/);
    expect(second).toBe('#pragma once');
    const titles = (files.get('README.md') ?? '').split('\n').filter((line) => line.startsWith('#'));
    expect(titles).not.toContain('#error "not a comment" \\ in C');
    expect(titles).not.toContain('## mine');
  });

  it('is refused to plans that embed no picture, with what to do', async () => {
    const own = sumsPlan();
    const refused = (plan: Plan) => expect(boardFolder(writePlan(plan), { name: 'a.pnet' })).rejects;
    await refused({ ...own, image: { ...own.image, height: 0, width: 0 } }).toThrow(
      'a.pnet: it takes images of any size. Compile',
    );
    await refused({ ...own, image: { ...own.image, channels: 4 } }).toThrow('a.pnet: it takes 4 channels');
    await refused({ ...own, steps: own.steps.slice(0, 1) }).toThrow('a.pnet: it has 0 outputs');
    await refused({ ...own, buffers: [{ blocks: 5000, levels: NONE }] }).toThrow(
      'a.pnet: the engine refuses it. Buffer 0: It holds more',
    );
  });
});
