import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readPlanMetadata } from '@pocketnet/engine';
import { readPlan, writePlan } from '@pocketnet/engine/plan';
import { calibrate, falseMatchesByGroup } from '@pocketnet/evaluate';
import { Random } from '@pocketnet/files';
import { calibratedPlan, calibrateSource, type SourceCalibration } from '@pocketnet/lab/calibration';
import { planFingerprint, ratesOf, readCalibration } from 'pocketnet';
import { describe, expect, it } from 'vitest';

const plan = readFileSync(
  fileURLToPath(new URL('../../../models/pocketnet-s-128/pocketnet-s-128.pnet', import.meta.url)),
);
const [PEOPLE, EACH, WIDTH] = [60, 4, 8];

/** Embeddings of people, and the cosines of all strangers. */
const random = new Random(5);
const centres = Array.from({ length: PEOPLE * WIDTH }, () => random.normal());
const data = Float32Array.from(
  { length: PEOPLE * EACH * WIDTH },
  (_, i) => (centres[Math.floor(i / WIDTH / EACH) * WIDTH + (i % WIDTH)] ?? 0) + 0.5 * random.normal(),
);
const labels = Array.from({ length: PEOPLE * EACH }, (_, i) => Math.floor(i / EACH));
const matrix = { rows: PEOPLE * EACH, cols: WIDTH, data };

function cosinesOfStrangers(): number[] {
  const found: number[] = [];
  for (let i = 0; i < matrix.rows; i++)
    for (let j = 0; j < i; j++) {
      if (labels[i] === labels[j]) continue;
      const [a, b] = [i, j].map((row) => data.subarray(row * WIDTH, (row + 1) * WIDTH)) as [Float32Array, Float32Array];
      const dot = (u: Float32Array, v: Float32Array): number =>
        u.reduce((sum, value, k) => sum + value * (v[k] ?? 0), 0);
      found.push(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
    }
  return found;
}

async function measured(): Promise<SourceCalibration> {
  return calibrateSource(
    {
      name: 'embeddings',
      embed: async () => ({ images: matrix, problems: [] }),
      close: async () => {},
    } as never,
    { name: 'people', length: matrix.rows, identities: PEOPLE, label: (i: number) => labels[i] } as never,
    { matchCurve: true, flip: false },
  );
}

describe('a calibrated plan', () => {
  it('carries the curve of the pairs, and stays the same model', async () => {
    const bytes = calibratedPlan(plan, await measured(), { data: 'people' }, 'a.pnet');
    expect(planFingerprint(bytes)).toBe(planFingerprint(plan));
    const calibration = readCalibration(readPlanMetadata(bytes).model);
    if (!calibration) throw new Error('it has none');
    const rates = ratesOf('m', calibration);
    const strangers = cosinesOfStrangers();
    expect(rates.pairs).toBe(strangers.length);
    for (const cosine of [0.1, 0.3, 0.5, 0.7]) {
      const share = strangers.filter((each) => each >= cosine).length / strangers.length;
      expect(Math.abs(Math.log(rates.rateAt(cosine).rate / share)), `at ${cosine}`).toBeLessThan(0.15);
    }
    expect(rates.cosineFor(0.01).supported).toBe(true);
    expect(rates.missRateAt(0.5)).toBeGreaterThan(0);
  });

  it('takes the worst group beside its curve, and refuses it before', async () => {
    const result = await measured();
    const groups = labels.map((label) => (label % 3 === 0 ? 'thirds' : 'others'));
    const threshold = result.calibration.thresholds[0]?.threshold ?? 0.5;
    const grouped = {
      ...result,
      groups: falseMatchesByGroup(matrix, labels, [{ name: 'kind', groups }], [threshold]),
    };
    const { model: bare } = readPlanMetadata(plan);
    expect(bare.calibration).toBeDefined();
    expect(() => calibratedPlan(plan, { ...grouped, flipped: false }, { data: 'x' }, 'a.pnet')).toThrow(
      /a\.pnet has no match curve yet/,
    );
    const bytes = calibratedPlan(
      calibratedPlan(plan, result, { data: 'people' }, 'a'),
      grouped,
      { data: 'x', naming: 'mine' },
      'a',
    );
    expect(readCalibration(readPlanMetadata(bytes).model)?.worstGroup).toMatchObject({
      naming: 'mine',
      grouping: 'kind',
    });
  });

  it('carries the curve of an arithmetic beside the one of floats, which holds for all others', async () => {
    const result = await measured();
    const tenth = { ...result, matchCurve: result.matchCurve.slice(0, 3) };
    const own = readPlan(plan);
    const bare = writePlan({ ...own, metadata: { ...own.metadata, model: {} } });
    const floats = calibratedPlan(bare, result, { data: 'people' }, 'a');
    const both = calibratedPlan(floats, tenth, { data: 'people', arithmetic: 'int8' }, 'a');
    const { model } = readPlanMetadata(both);
    const all = readCalibration(readPlanMetadata(floats).model);
    expect(readCalibration(model)).toEqual(all);
    expect(readCalibration(model, 'int16')).toEqual(all);
    expect(readCalibration(model, 'int8')?.points).toEqual(all?.points.slice(0, 3));
    expect(planFingerprint(both)).toBe(planFingerprint(plan));
  });

  it('has a threshold for rates of three errors only where that is asked for', () => {
    const [usual] = calibrate(matrix, labels, { fmrTargets: [1e-4] }).thresholds;
    const [rough] = calibrate(matrix, labels, { fmrTargets: [2e-4], enoughErrors: 3 }).thresholds;
    expect(usual?.threshold).toBeNull();
    expect(rough?.threshold).toBeGreaterThan(0);
  });
});
