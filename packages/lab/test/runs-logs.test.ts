import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { formatDuration, MetricsWriter, readMetrics, startProgress, TrainingLog } from '../src/runs/index.js';

const root = mkdtempSync(join(tmpdir(), 'pocketnet-runs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const fresh = (name: string) => join(mkdtempSync(join(root, 'run-')), name);

describe('metrics.jsonl', () => {
  test('a resumed run holds each step once, and drops a half-written line', () => {
    const path = fresh('metrics.jsonl');
    const first = new MetricsWriter(path);
    for (const step of [10, 20, 30, 40]) first.write({ step, loss: step });
    first.close();
    appendFileSync(path, '{"step":50,"lo');
    const second = new MetricsWriter(path, 20);
    for (const step of [30, 40, 50]) second.write({ step, loss: -step });
    second.close();
    expect(readMetrics(path)).toEqual([
      { step: 10, loss: 10 },
      { step: 20, loss: 20 },
      { step: 30, loss: -30 },
      { step: 40, loss: -40 },
      { step: 50, loss: -50 },
    ]);
  });

  test('a fresh run begins anew, and resuming without a file begins one', () => {
    const path = fresh('metrics.jsonl');
    new MetricsWriter(path, 7).close();
    const first = new MetricsWriter(path);
    first.write({ step: 1 });
    first.close();
    new MetricsWriter(path).close();
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test('a line stands in the file as soon as it is written, and NaN stays readable', () => {
    const path = fresh('metrics.jsonl');
    const writer = new MetricsWriter(path);
    writer.write({ step: 1, loss: Number.NaN });
    expect(readMetrics(path)).toEqual([{ step: 1, loss: 'NaN' }]);
    writer.close();
  });

  test('a bad line is an error with its number', () => {
    const path = fresh('metrics.jsonl');
    writeFileSync(path, '{"step":1}\n{"loss":1}\n');
    expect(() => readMetrics(path)).toThrow(/metrics\.jsonl: line 2 is not a JSON object with a "step"/);
  });
});

describe('training.log', () => {
  test("holds InsightFace's lines, character by character, and a resumed run appends", () => {
    const path = fresh('training.log');
    const now = () => new Date(2026, 10, 24, 0, 0, 0, 123);
    const log = new TrainingLog(path, now);
    log.training({ speed: 1234.56, loss: 12.3456, learningRate: 0.1, epoch: 0, step: 50, hours: 3 });
    log.close();
    const resumed = new TrainingLog(path, now);
    resumed.verification({
      set: 'lfw',
      step: 5686,
      xNorm: 12.65,
      accuracy: 0.9307,
      accuracyStd: 0.01234,
      highest: 0.9307,
    });
    resumed.close();
    expect(readFileSync(path, 'utf8').split('\n')).toEqual([
      'Training: 2026-11-24 00:00:00,123-Speed 1234.56 samples/sec   Loss 12.3456   LearningRate 0.1000   Epoch: 0   Global Step: 50   Fp16 Grad Scale: 1   Required: 3 hours',
      'Training: 2026-11-24 00:00:00,123-[lfw][5686]XNorm: 12.65',
      'Training: 2026-11-24 00:00:00,123-[lfw][5686]Accuracy-Flip: 0.93070+-0.01234',
      'Training: 2026-11-24 00:00:00,123-[lfw][5686]Accuracy-Highest: 0.93070',
      '',
    ]);
  });
});

describe('progress', () => {
  /** A stream that keeps what is written, and a clock that is set by hand. */
  function stage(isTTY: boolean) {
    const written: string[] = [];
    const clock = { milliseconds: 0 };
    const stream = { isTTY, columns: 60, write: (text: string) => written.push(text) };
    return { written, clock, stream, now: () => clock.milliseconds };
  }

  test('prints one plain line per interval where there is no terminal: rate, time left, values', () => {
    const { written, clock, stream, now } = stage(false);
    const progress = startProgress({ label: 'train', total: 1000, interval: 10, stream, now });
    for (let step = 1; step <= 250; step++) {
      clock.milliseconds += 100;
      progress.update(step, { loss: 12.34567 });
    }
    expect(written).toEqual([
      'train 100/1000 steps · 10% · 10.0 steps/s · 1m 30s left · loss 12.35\n',
      'train 200/1000 steps · 20% · 10.0 steps/s · 1m 20s left · loss 12.35\n',
    ]);
    progress.finish();
    expect(written.at(-1)).toBe('train 250 steps in 25s · 10.0 steps/s · loss 12.35\n');
  });

  test('tells the time left once it learns how much there is to do, and leaves no line where nothing was done', () => {
    const { written, clock, stream, now } = stage(false);
    const progress = startProgress({ label: 'pack', unit: 'images', stream, now });
    clock.milliseconds += 20_000;
    progress.advance(40, 100);
    expect(written).toEqual(['pack 40/100 images · 40% · 2.00 images/s · 30s left\n']);
    startProgress({ label: 'pack', unit: 'images', stream, now }).finish();
    const one = startProgress({ label: 'pack', unit: 'images', total: 1, stream, now });
    one.update(1);
    one.finish();
    expect(written).toHaveLength(1);
  });

  test('rewrites one line on a terminal, at most ten times a second, within its width', () => {
    const { written, clock, stream, now } = stage(true);
    const progress = startProgress({ label: 'evaluate', total: 500, unit: 'images', stream, now });
    for (let step = 1; step <= 100; step++) {
      clock.milliseconds += 10;
      progress.update(step, { accuracy: 0.5, 'another long value': 'x'.repeat(50) });
    }
    expect(written.length).toBe(10);
    for (const text of written) {
      expect(text.startsWith('\r\x1b[K')).toBe(true);
      expect(text).not.toContain('\n');
      expect(text.length).toBeLessThanOrEqual(60 + 3);
    }
    progress.note('a checkpoint was written');
    expect(written.at(-2)).toBe('\r\x1b[Ka checkpoint was written\n');
    expect(written.at(-1)).toContain('evaluate 100/500 images');
  });

  test('a resumed run counts only its own steps for the rate', () => {
    const { written, clock, stream, now } = stage(false);
    const progress = startProgress({ label: 'train', total: 2000, start: 1000, interval: 1, stream, now });
    clock.milliseconds = 10_000;
    progress.update(1100);
    expect(written).toEqual(['train 1100/2000 steps · 55% · 10.0 steps/s · 1m 30s left\n']);
  });

  test('without a total it shows no share and no time left', () => {
    const { written, clock, stream, now } = stage(false);
    const progress = startProgress({ label: 'read', unit: 'records', interval: 1, stream, now });
    clock.milliseconds = 2000;
    progress.update(10);
    expect(written).toEqual(['read 10 records · 5.00 records/s\n']);
  });

  test.each([
    [0, '0s'],
    [59.4, '59s'],
    [59.6, '1m 00s'],
    [245, '4m 05s'],
    [3 * 3600 + 20 * 60, '3h 20m'],
    [52 * 3600, '2d 04h'],
    [Number.POSITIVE_INFINITY, '?'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
