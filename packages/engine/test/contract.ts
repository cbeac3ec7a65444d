import type { OpenedPlan, OpenOptions } from '@pocketnet/engine';
import { ENUMS, NONE, sealPlan, writePlan } from '@pocketnet/engine/plan';
import { describe, expect, it } from 'vitest';
import { source, step, sumsOracle, sumsPlan } from './plans.js';

/** What every build of the engine does, in WebAssembly and natively. */
export function engineContract(
  form: string,
  open: (bytes: Uint8Array, options?: OpenOptions) => Promise<OpenedPlan>,
): void {
  describe(`the engine, ${form}`, () => {
    const bytes = writePlan(sumsPlan());
    const planes = Float32Array.from({ length: 3 * 4 * 6 }, (_, i) => i);

    it('computes images one by one and several at a time', async () => {
      const plan = await open(bytes);
      expect(plan.form).toBe(form);
      expect(plan.inputs).toEqual([{ name: 'image', dims: [3, 4, 6] }]);
      expect(plan.outputs).toEqual([{ name: 'sums', dims: [3, 2, 3] }]);
      expect(plan.metadata.model.network).toBe('sums');
      const expected = sumsOracle(planes, 4, 6);
      expect(plan.run(planes).sums).toEqual(expected);
      const twice = plan.run(Float32Array.from([...planes, ...planes.map((value) => -value)]), 2).sums ?? [];
      expect([...twice]).toEqual([
        ...expected,
        ...sumsOracle(
          planes.map((value) => -value),
          4,
          6,
        ),
      ]);
      plan.close();
    });

    it('normalises bytes of RGB and RGBA, in the order of colours that the network has', async () => {
      for (const blueFirst of [false, true]) {
        const own = sumsPlan();
        const scale = [0.5, 2, 1] as const;
        const shift = [0, 1, -3] as const;
        const plan = await open(
          writePlan({ ...own, image: { ...own.image, blueFirst, scale: [...scale], shift: [...shift] } }),
        );
        const pixel = (i: number, c: number): number => (37 * i + 11 * c) % 256;
        const planar = Float32Array.from({ length: 72 }, (_, i) => {
          const [c, at] = [Math.floor(i / 24), i % 24];
          return (scale[c] ?? 0) * pixel(at, blueFirst ? 2 - c : c) + (shift[c] ?? 0);
        });
        for (const per of [3, 4]) {
          const picture = Uint8Array.from({ length: 24 * per }, (_, i) => pixel(Math.floor(i / per), i % per));
          expect(plan.run(picture).sums).toEqual(sumsOracle(planar, 4, 6));
          expect(plan.run(new Uint8ClampedArray(picture)).sums).toEqual(sumsOracle(planar, 4, 6));
        }
        plan.close();
      }
    });

    it('takes the sizes that a plan leaves open, in multiples of what it says', async () => {
      const any = writePlan(sumsPlan({ height: 0, width: 0, multiple: 2 }));
      await expect(open(any)).rejects.toThrow('takes images of any height');
      await expect(open(any, { height: 3, width: 4 })).rejects.toThrow('multiples of 2');
      for (const [height, width] of [
        [2, 2],
        [16, 130],
        [34, 6],
      ] as const) {
        const plan = await open(any, { height, width });
        const image = Float32Array.from({ length: 3 * height * width }, (_, i) => i % 19);
        expect(plan.run(image).sums).toEqual(sumsOracle(image, height, width));
        plan.close();
      }
      await expect(open(bytes, { height: 8, width: 6 })).rejects.toThrow('it takes 4 alone');
    });

    it('refuses images that do not fit, and any after it is closed', async () => {
      const plan = await open(bytes, { name: 'a.pnet' });
      expect(() => plan.run(planes.subarray(1))).toThrow('a.pnet: 71 floats for 1 images of 4x6');
      expect(() => plan.run(new Uint8Array(48))).toThrow('it takes 3 floats');
      expect(() => plan.run(planes, 0)).toThrow('a.pnet');
      plan.close();
      plan.close();
      expect(() => plan.run(planes)).toThrow('is closed');
    });

    it('says why it refuses a plan', async () => {
      const own = sumsPlan();
      const [first = source({}), last = source({})] = own.sources;
      const [node = step({}), output = step({})] = own.steps;
      const refusals: [string, Parameters<typeof writePlan>[0]][] = [
        [
          'Step 0: A tensor that it needs',
          { ...own, tensors: [own.tensors[1] ?? own.tensors[0]].flatMap((t) => t ?? []) },
        ],
        ['Source 1: It reads what no earlier step', { ...own, steps: [output, node] }],
        ['Step 1: It writes what another', { ...own, steps: [node, node, output] }],
        ['Source 1: It lies outside', { ...own, sources: [first, { ...last, block: 1 }] }],
        ['Source 0: Its kernel', { ...own, sources: [{ ...first, strideX: 0 }, last] }],
        ['Source 0: Nothing is left', { ...own, sources: [{ ...first, kernelHeight: 5, blocks: 2 }, last] }],
        ['It has no output', { ...own, steps: [node] }],
        ['Step 0: It is of a kind', { ...own, steps: [{ ...node, kind: 99 }, output] }],
        ['Buffer 0: It holds more', { ...own, buffers: [{ blocks: 5000, levels: NONE }] }],
      ];
      for (const [why, plan] of refusals)
        await expect(open(writePlan(plan), { name: 'b.pnet' }), why).rejects.toThrow(
          `b.pnet: the engine refuses it. ${why}`,
        );
      const broken = bytes.slice();
      broken[broken.length - 1] = 1;
      await expect(open(broken)).rejects.toThrow('checksum');
      await expect(open(bytes, { limits: { bytes: 1000 } })).rejects.toThrow('more memory than allowed');
      await expect(open(bytes, { limits: { work: 10 } })).rejects.toThrow('compute longer');
    });

    it('refuses sizes, limits and arithmetics that are none', async () => {
      const any = writePlan(sumsPlan({ height: 0, width: 0, multiple: 2 }));
      await expect(open(any, { height: 2 ** 32 + 4, width: 4 })).rejects.toThrow('a height of 4294967300');
      await expect(open(any, { height: 2, width: 16386 })).rejects.toThrow('a width of 16386');
      await expect(open(bytes, { arithmetic: 'int9' as 'int8' })).rejects.toThrow('"int9" is no arithmetic');
      await expect(open(bytes, { arithmetic: 'toString' as 'int8' })).rejects.toThrow('"toString" is no arithmetic');
      await expect(open(bytes, { limits: { bytes: Number.NaN } })).rejects.toThrow('a limit of NaN');
      await expect(open(bytes, { limits: { work: -1 } })).rejects.toThrow('a limit of -1');
      const plan = await open(bytes, { limits: { bytes: Infinity, work: Infinity } });
      expect(plan.run(planes).sums).toEqual(sumsOracle(planes, 4, 6));
      plan.close();
    });

    it('gives weights of any kind their step: slopes, scales and clips on the way in and out', async () => {
      const own = sumsPlan();
      const slope = new Float32Array(16).fill(-0.5);
      const plan = await open(
        writePlan({
          ...own,
          tensors: [...own.tensors, { dtype: 'float32', data: slope }],
          steps: [
            { ...(own.steps[0] ?? step({})), postKind: ENUMS.activation.prelu, postTensor: 2 },
            { ...(own.steps[1] ?? step({})), postKind: ENUMS.activation.clip, postLow: 2, postHigh: 40 },
          ],
        }),
      );
      const image = planes.map((value) => (value % 2 ? -value : value / 4));
      const expected = sumsOracle(image, 4, 6).map((value) =>
        Math.min(40, Math.max(2, value < 0 ? -0.5 * value : value)),
      );
      expect(plan.run(image).sums).toEqual(expected);
      plan.close();
    });

    it('is unharmed by a plan that fails beside it', async () => {
      const plan = await open(bytes);
      const before = plan.run(planes).sums;
      for (let at = 12; at < bytes.length; at += 3) {
        const other = bytes.slice();
        other[at] = 255 - (other[at] ?? 0);
        sealPlan(other);
        const opened = await open(other).catch(() => undefined);
        if (opened?.inputs[0]?.dims.join() === '3,4,6') opened.run(planes);
        opened?.close();
      }
      expect(plan.run(planes).sums).toEqual(before);
      plan.close();
    });
  });
}
