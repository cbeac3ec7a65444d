import { openPlan } from '@pocketnet/engine';
import { readPlan, writePlan } from '@pocketnet/engine/plan';
import fc from 'fast-check';
import {
  alreadyAligned,
  calibrationText,
  cosineOf,
  type ModelCalibration,
  openPocketNet,
  type PlanOpener,
  type PocketNet,
  ratesOf,
  readCalibration,
  type Template,
  templateOf,
} from 'pocketnet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detector, embedder } from './support/models.js';
import { photoOf } from './support/photos.js';

const calibration: ModelCalibration = {
  ...{ mirrored: true, data: 'test', people: 100, genuinePairs: 500, impostorPairs: 30_000 },
  points: [
    { cosine: 0, fmr: 0.5, low: 0.4, high: 0.6, fnmr: 0 },
    { cosine: 0.2, fmr: 0.05, low: 0.04, high: 0.06, fnmr: 0.01 },
    { cosine: 0.4, fmr: 0.001, low: 0.0005, high: 0.002, fnmr: 0.1 },
    { cosine: 0.5, fmr: 0.0001, low: 0.00001, high: 0.0004, fnmr: 0.2 },
  ],
  worstGroup: { naming: 'somebody', grouping: 'age', group: '0 to 19', times: 4.2, interval: [3, 5], data: 'other' },
};
const rates = ratesOf('m', calibration);
const cosine = fc.double({ min: -1, max: 1, noNaN: true });

describe('match rates', () => {
  it('fall as the cosine rises, inside of their intervals, and never below three in the pairs', () => {
    fc.assert(
      fc.property(cosine, cosine, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((at) => rates.rateAt(at));
        expect(low?.rate).toBeGreaterThanOrEqual(high?.rate ?? 2);
        for (const each of [low, high]) {
          expect(each?.rate).toBeGreaterThanOrEqual(3 / 30_000);
          expect(each?.rate).toBeGreaterThanOrEqual(each?.interval[0] ?? 2);
          expect(each?.rate).toBeLessThanOrEqual(each?.interval[1] ?? -1);
        }
      }),
    );
  });

  it('are the measured ones at the measured cosines, and the way back leads there', () => {
    for (const { cosine: at, fmr, fnmr } of calibration.points) {
      expect(rates.rateAt(at).rate).toBeCloseTo(fmr, 10);
      expect(rates.cosineFor(fmr).cosine).toBeCloseTo(at, 10);
      expect(rates.missRateAt(at)).toBeCloseTo(fnmr ?? -1, 10);
    }
    fc.assert(
      fc.property(fc.double({ min: 0.0001, max: 0.5, noNaN: true }), (rate) => {
        const { cosine: found, supported } = rates.cosineFor(rate);
        expect(supported).toBe(true);
        expect(Math.log(rates.rateAt(found).rate)).toBeCloseTo(Math.log(rate), 6);
      }),
    );
  });

  it('say where the pairs say no more', () => {
    expect(rates.rateAt(0.9)).toEqual({ rate: 0.0001, interval: [0, 0.0004], supported: false });
    expect(rates.rateAt(0.45).supported).toBe(true);
    expect(rates.cosineFor(1e-6)).toEqual({ cosine: 0.5, supported: false });
    expect(rates.rateAt(-0.5).rate).toBe(1);
  });

  it('are read from a plan: its calibration first, then the card of either format', () => {
    expect(readCalibration({ calibration: calibrationText(calibration) })).toEqual(calibration);
    expect(readCalibration({})).toBeUndefined();
    expect(readCalibration({ card: '{"format":"pocketnet-card/9"}' })).toBeUndefined();
    const thresholds = {
      ...{ file: 'a.onnx', data: 'train', pairs: '12 genuine and 3000 impostor pairs of 9 people' },
      thresholds: [{ threshold: 0.3, fmr: { low: 0.005, estimate: 0.01, high: 0.02 }, fnmr: null }],
    };
    for (const card of [{ calibration: thresholds }, { calibrations: [thresholds] }])
      expect(readCalibration({ card: JSON.stringify(card), measured_as: 'a.onnx' })).toMatchObject({
        ...{ impostorPairs: 3000, people: 9 },
        points: [{ cosine: 0.3, fmr: 0.01, low: 0.005, high: 0.02, fnmr: null }],
      });
    expect(() => readCalibration({ calibration: '{"format":"pocketnet-calibration/1"}' })).toThrow(
      /Calibrate it again/,
    );
    const falling = { ...calibration, points: calibration.points.toReversed() };
    for (const text of [calibrationText(falling), '{"format":"pocketnet-calibration/2","points":[{}]}', 'null'])
      expect(() => readCalibration({ calibration: text })).toThrow(/Calibrate it again/);
  });

  it('come back as they were kept, also of the format that named each number', () => {
    const first = JSON.stringify({ format: 'pocketnet-calibration/1', ...calibration });
    for (const text of [calibrationText(calibration), first])
      expect(readCalibration({ calibration: text })).toEqual(calibration);
  });
});

describe('templates', () => {
  it('are of unit length, and those that were kept come back bit for bit', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 9 }), (values) => {
        const length = Math.hypot(...values);
        fc.pre(length > 1e-3);
        const { vector } = templateOf(
          'm',
          values.map((value) => value / length),
        );
        expect(templateOf('m', vector).vector).toEqual(vector);
        const halves = Array.from(vector, (value) => Math.round(value * 2048) / 2048);
        expect(Math.hypot(...templateOf('m', halves).vector)).toBeCloseTo(1, 6);
      }),
    );
  });

  it('are refused where they are none', () => {
    expect(() => templateOf('m', [1, 1])).toThrow(/has the length 1, not 1\.41/);
    expect(() => templateOf('m', [Number.NaN, 1])).toThrow(/not NaN/);
  });

  it('of two models have no cosine', () => {
    const [a, b, c] = [templateOf('m', [1, 0]), templateOf('n', [1, 0]), templateOf('m', [1, 0, 0])];
    expect(() => cosineOf(a, b)).toThrow(/of two models \(m and n\)/);
    expect(() => cosineOf(a, c)).toThrow(/hold 2 and 3 numbers, though both say that they are of the model m/);
    expect(cosineOf(a, a)).toBe(1);
  });
});

describe('the released network', () => {
  let net: PocketNet;
  const templates: Template[] = [];
  beforeAll(async () => {
    net = await openPocketNet({ detector, embedder });
    for (const [identity, sample] of [
      [1, 0],
      [1, 1],
      [3, 0], // drawn people are more alike than real ones: some pass for one another
    ] as const) {
      const photo = photoOf(240, 240, [{ identity, sample, x: 60, y: 60, side: 112 }]);
      const [face] = await net.detect(photo);
      if (face) templates.push(await net.embed(net.align(photo, face)));
    }
  });
  afterAll(() => net.close());
  const [one, again, other] = [0, 1, 2].map((i) => () => templates[i] as Template) as [
    () => Template,
    () => Template,
    () => Template,
  ];

  it('finds two pictures of one person more alike than two people, in cosine and in words', () => {
    const same = net.compare(one(), again());
    const different = net.compare(one(), other());
    expect(same.cosine).toBeGreaterThan(different.cosine);
    expect(net.compare(one(), one())).toMatchObject({ verdict: 'same', supported: false });
    expect(net.compare(one(), one()).sentence).toMatch(
      /^The same person: fewer than one stranger in [\d,]+ looks as alike\./,
    );
    expect(same.oneIn).toBeGreaterThan(different.oneIn ?? Number.POSITIVE_INFINITY);
  });

  it('says of how many strangers one scores so, by the pairs of its card alone', () => {
    const { oneIn = 0 } = net.compare(one(), one());
    expect(oneIn).toBeLessThanOrEqual((net.rates?.pairs ?? 0) / 3);
    expect(net.rates?.pairs).toBe(742_800);
    const { usual, strict } = net.thresholds();
    expect(usual).toBeGreaterThan(0.2);
    expect(strict).toBeGreaterThan(usual);
    expect(net.thresholds({ usual: 1000, strict: 1000 }).usual).toBe(strict);
    expect(() => net.thresholds({ usual: 10, strict: 2 })).toThrow(/the second no less/);
  });

  it('calls nobody the same more strictly than its pairs can tell, and says so', () => {
    const beyond = { usual: 10, strict: 1e9 };
    expect(() => net.thresholds(beyond)).toThrow(
      /One stranger in 1,000,000,000 is rarer than this model's 742,800 measured pairs can tell: ask for one in 240,000 at most/,
    );
    const { verdict, sentence } = net.compare(one(), one(), beyond);
    expect(verdict).toBe('unsure');
    expect(sentence).toMatch(/^Perhaps the same person: .* is rarer than this model's/);
    expect(net.compare(one(), one(), { usual: 10, strict: 200_000 }).verdict).toBe('same');
    expect(() => net.compare(one(), one(), { usual: 10, strict: 2 })).toThrow(/the second no less/);
  });

  it('is sure, unsure, or sure of the contrary, by both thresholds', () => {
    const { usual, strict } = net.thresholds();
    const at = (wanted: number): Template => {
      const { vector } = one();
      // Any unit vector at right angles, to turn towards.
      const step = vector.map((_, i) => (i === 0 ? -(vector[1] ?? 0) : i === 1 ? (vector[0] ?? 0) : 0));
      const length = Math.hypot(...step);
      const sine = Math.sqrt(1 - wanted * wanted);
      return net.template(Array.from(vector, (value, i) => wanted * value + (sine * (step[i] ?? 0)) / length));
    };
    expect(net.compare(one(), at(strict + 0.01)).verdict).toBe('same');
    expect(net.compare(one(), at(strict - 0.01)).verdict).toBe('unsure');
    expect(net.compare(one(), at(usual - 0.01)).verdict).toBe('different');
  });

  it('takes nothing but aligned faces, and compares nothing but its own templates', async () => {
    const photo = photoOf(112, 112, [{ identity: 1, x: 0, y: 0, side: 112 }]);
    // @ts-expect-error a picture is no aligned face, whatever its size
    await net.embed(photo);
    await expect(net.embed(photoOf(100, 112, []) as never)).rejects.toThrow(/an aligned face of 112 x 112/);
    expect(() => alreadyAligned(photoOf(100, 112, []))).toThrow(/not 100 x 112/);
    // @ts-expect-error numbers are no template
    expect(() => net.compare(one(), { model: 'other', vector: one().vector })).toThrow(/of two models/);
    expect(() => net.compare(one(), net.template([1, 0, 0]))).toThrow(/hold 128 and 3 numbers.*Embed that face again/);
    const foreign = templateOf('other', one().vector);
    expect(() => net.compare(foreign, foreign)).toThrow(/of two models/);
  });

  it('is another model without the mirror image, and says that it is not calibrated so', async () => {
    const single = await openPocketNet({ detector, embedder, mirror: false });
    const crop = alreadyAligned(photoOf(112, 112, [{ identity: 1, x: 0, y: 0, side: 112 }]));
    const template = await single.embed(crop);
    expect(single.model).not.toBe(net.model);
    expect(single.compare(template, template)).toMatchObject({ cosine: expect.closeTo(1, 5), verdict: 'unsure' });
    expect(single.compare(template, template).sentence).toMatch(/not calibrated.*pocketnet calibrate/);
    expect(() => single.thresholds()).toThrow(/not calibrated/);
    single.close();
    single.close();
    await expect(single.embed(crop)).rejects.toThrow(/is closed/);
  });

  it('holds nothing open where its calibration is damaged', async () => {
    const plan = readPlan(embedder);
    const curves = { calibration: '{}', calibration_int8: '{}', calibration_int16: '{}' };
    const damaged = writePlan({
      ...plan,
      metadata: { ...plan.metadata, model: { ...plan.metadata.model, ...curves } },
    });
    let held = 0;
    const counted: PlanOpener = async (bytes, options) => {
      const opened = await openPlan(bytes, options);
      held++;
      const close = () => {
        held--;
        opened.close();
      };
      return { ...opened, run: (pixels) => opened.run(pixels), close };
    };
    await expect(openPocketNet({ detector, embedder: damaged, engine: counted })).rejects.toThrow(/Calibrate it again/);
    expect(held).toBe(0);
  });

  it('gives a mirrored crop the template of the crop', async () => {
    const crop = photoOf(112, 112, [{ identity: 1, x: 0, y: 0, side: 112 }]);
    const mirror = { ...crop, data: new Uint8Array(crop.data.length) };
    for (let i = 0; i < 112 * 112; i++)
      for (let c = 0; c < 3; c++)
        mirror.data[3 * i + c] = crop.data[3 * (i - (i % 112) + 111 - (i % 112)) + c] as number; // inside
    const [a, b] = [await net.embed(alreadyAligned(crop)), await net.embed(alreadyAligned(mirror))];
    expect(cosineOf(a, b)).toBeGreaterThan(0.999999);
  });
});
