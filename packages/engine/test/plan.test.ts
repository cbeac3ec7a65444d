import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type FloatTensor,
  type Plan,
  planFingerprint,
  RECORDS,
  readPlan,
  readPlanHeader,
  readPlanMetadata,
  sealPlan,
  writePlan,
} from '@pocketnet/engine/plan';
import { crc32c } from '@pocketnet/files';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planHeader } from '../dist/plan/c-header.js';
import { sumsPlan } from './plans.js';

describe('the plan file', () => {
  it('is described to C by what TypeScript says', () => {
    const header = readFileSync(fileURLToPath(new URL('../c/plan.h', import.meta.url)), 'utf8');
    expect(header, 'run node packages/engine/scripts/plan-header.mjs').toBe(planHeader());
  });

  it('is read as it was written, and written the same again', () => {
    const bytes = writePlan(sumsPlan());
    const plan = readPlan(bytes);
    expect(plan).toEqual(sumsPlan());
    expect(writePlan(plan)).toEqual(bytes);
    const within = Buffer.concat([Buffer.from('before'), bytes]).subarray(6); // as files are read: part of a larger memory
    expect(readPlan(within)).toEqual(sumsPlan());
  });

  it('has a fingerprint of its steps and weights, whatever it says of itself', () => {
    const own = sumsPlan();
    const print = planFingerprint(writePlan(own));
    expect(print).toMatch(/^[0-9a-f]{32}$/);
    const longer = { ...own.metadata.model, card: 'a longer card' };
    expect(planFingerprint(writePlan({ ...own, metadata: { ...own.metadata, model: longer } }))).toBe(print);
    const [first, ...others] = own.tensors as [FloatTensor];
    const changed = first.data.map((value, i) => (i === 5 ? value + 1 : value));
    expect(planFingerprint(writePlan({ ...own, tensors: [{ ...first, data: changed }, ...others] }))).not.toBe(print);
  });

  it('has the fingerprint of what it holds, wherever its sections lie', () => {
    const bytes = writePlan(sumsPlan());
    const header = readPlanHeader(bytes);
    const gap = 64;
    const wider = new Uint8Array(bytes.length + gap);
    wider.set(bytes.subarray(0, header.tensorsOffset));
    wider.set(bytes.subarray(header.tensorsOffset), header.tensorsOffset + gap);
    const view = new DataView(wider.buffer);
    const grow = (at: number): void => view.setUint32(at, view.getUint32(at, true) + gap, true);
    const fields = Object.keys(RECORDS.header);
    for (const field of ['size', 'tensorsOffset', 'buffersOffset', 'sourcesOffset', 'stepsOffset'])
      grow(4 * fields.indexOf(field));
    for (let i = 0; i < header.tensorCount; i++) grow(header.tensorsOffset + gap + 16 * i + 4);
    sealPlan(wider);
    expect(readPlan(wider)).toEqual(sumsPlan());
    expect(planFingerprint(wider)).toBe(planFingerprint(bytes));
    wider[wider.length - 1] = 77;
    expect(() => planFingerprint(wider)).toThrow('checksum');
  });

  it('is refused by name where it is cut short, changed or of another version', () => {
    const bytes = writePlan(sumsPlan());
    expect(() => readPlan(bytes.subarray(0, 50), 'a.pnet')).toThrow('a.pnet: It is shorter than');
    expect(() => readPlan(bytes.subarray(0, -1), 'a.pnet')).toThrow('cut short or has grown');
    const changed = bytes.slice();
    changed[200] = 255 - (changed[200] ?? 0);
    expect(() => readPlan(changed)).toThrow('checksum is wrong');
    const later = bytes.slice();
    later[4] = 9;
    expect(() => readPlan(later)).toThrow('another version');
    expect(() => readPlan(new Uint8Array(500))).toThrow('no PocketNet plan');
  });

  it('is refused where it says what it can be computed in by other than names', () => {
    for (const arithmetics of [7, 'int8', [8], ['int9'], { int8: true }]) {
      const metadata = { ...sumsPlan().metadata, arithmetics } as unknown as Plan['metadata'];
      expect(() => readPlanMetadata(writePlan({ ...sumsPlan(), metadata }), 'a.pnet')).toThrow('a.pnet: its metadata');
    }
    expect(
      readPlanMetadata(writePlan({ ...sumsPlan(), metadata: { ...sumsPlan().metadata, arithmetics: [] } })),
    ).toBeDefined();
  });

  it('takes no more memory than its file, though its tensors lie over each other', () => {
    const own = sumsPlan();
    const data = new Float32Array(1 << 18);
    const bytes = writePlan({
      ...own,
      tensors: Array.from({ length: 3 }, () => ({ dtype: 'float32' as const, data })),
    });
    const { tensorsOffset } = readPlanHeader(bytes);
    const view = new DataView(bytes.buffer);
    const first = view.getUint32(tensorsOffset + 4, true);
    const cut = bytes.slice(0, first + 4 * data.length); // all three at the place of the first
    const short = new DataView(cut.buffer);
    for (let i = 0; i < 3; i++) short.setUint32(tensorsOffset + 16 * i + 4, first, true);
    short.setUint32(4 * Object.keys(RECORDS.header).indexOf('size'), cut.length, true);
    sealPlan(cut);
    expect(() => readPlan(cut, 'a.pnet')).toThrow('a.pnet, tensor 1: ');
  });

  it('has no fingerprint where its tables go beyond it, and that is said', () => {
    const bytes = writePlan(sumsPlan());
    const fields = Object.keys(RECORDS.header);
    for (const [field, count] of [
      ['stepCount', 2 ** 31],
      ['tensorCount', 2 ** 30],
    ] as const) {
      const longer = bytes.slice();
      new DataView(longer.buffer).setUint32(4 * fields.indexOf(field), count, true);
      sealPlan(longer);
      expect(() => planFingerprint(longer), field).toThrow(/^the plan: /);
    }
  });

  it('is refused by the reader, or read, whatever is changed in it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = writePlan(sumsPlan());
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        sealPlan(bytes);
        try {
          readPlan(bytes);
        } catch (error) {
          expect((error as Error).message).toMatch(/^the plan/);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('CRC-32C', () => {
  it('has the value that its standard gives for the digits 1 to 9', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });
});
