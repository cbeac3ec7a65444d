import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readEvents, readScalars, TensorBoardWriter } from '../src/runs/index.js';
import { maskedCrc32c } from '../src/runs/tfrecord.js';

const root = mkdtempSync(join(tmpdir(), 'pocketnet-events-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = () => mkdtempSync(join(root, 'run-'));

describe('CRC-32C of a record', () => {
  test('is masked as TFRecord stores it: the length of a 24-byte record, as TensorFlow writes it', () => {
    expect(maskedCrc32c(Uint8Array.from([24, 0, 0, 0, 0, 0, 0, 0]))).toBe(0x224b7fa3);
  });
});

describe('a TensorBoard event file', () => {
  test('begins with the very bytes that TensorBoard writes for its version event', () => {
    const writer = new TensorBoardWriter(folder(), { now: () => 0 });
    writer.close();
    const bytes = readFileSync(writer.path);
    // The familiar beginning of every event file: 24 bytes follow, and their length's masked CRC.
    expect(bytes.subarray(0, 12).toString('hex')).toBe('1800000000000000a37f4b22');
    // double wall_time = 1, string file_version = 3
    const event = Buffer.concat([Buffer.from([9, 0, 0, 0, 0, 0, 0, 0, 0, 26, 13]), Buffer.from('brain.Event:2')]);
    expect(bytes.subarray(12, 36)).toEqual(event);
    expect(bytes.readUInt32LE(12 + event.length)).toBe(maskedCrc32c(event));
  });

  test('gives back scalars, texts, times and steps, and is named by time and host', () => {
    const run = folder();
    const writer = new TensorBoardWriter(run, { now: () => 1_795_478_400.25 });
    writer.scalar('train/loss', 12.5, 50);
    writer.scalar('train/loss', Number.NaN, 2 ** 40);
    writer.text('config', 'network: pocketnet-s-128 – größer', 0);
    writer.close();
    expect(readdirSync(run)).toEqual([`events.out.tfevents.1795478400.${hostname()}`]);
    const time = 1_795_478_400.25;
    expect(readEvents(writer.path)).toEqual([
      { time, step: 0, content: { kind: 'version' } },
      { time, step: 50, content: { kind: 'scalar', tag: 'train/loss', value: 12.5 } },
      { time, step: 2 ** 40, content: { kind: 'scalar', tag: 'train/loss', value: Number.NaN } },
      { time, step: 0, content: { kind: 'text', tag: 'config', text: 'network: pocketnet-s-128 – größer' } },
    ]);
  });

  test('can be read after a flush, while it is still being written', () => {
    const writer = new TensorBoardWriter(folder());
    writer.scalar('a', 1, 1);
    expect(readEvents(writer.path)).toHaveLength(1);
    writer.flush();
    expect(readEvents(writer.path)).toHaveLength(2);
    writer.close();
  });

  test('cut anywhere, as by a kill, it gives the whole events before the cut', () => {
    const writer = new TensorBoardWriter(folder());
    for (let step = 0; step < 5; step++) writer.scalar('loss', step, step);
    writer.close();
    const whole = readFileSync(writer.path);
    const all = readEvents(writer.path);
    for (let length = 0; length < whole.length; length++) {
      const cut = join(root, 'cut');
      writeFileSync(cut, whole.subarray(0, length));
      const events = readEvents(cut);
      expect(events).toEqual(all.slice(0, events.length));
      expect(events.length).toBeLessThan(all.length);
    }
  });

  test('a changed byte is an error that names file and record', () => {
    const writer = new TensorBoardWriter(folder());
    writer.scalar('loss', 1, 1);
    writer.close();
    const bytes = readFileSync(writer.path);
    bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 1;
    writeFileSync(writer.path, bytes);
    expect(() => readEvents(writer.path)).toThrow(/tfevents.*: record 1: its data is damaged/);
  });

  test('a resumed run shows each step once, even within the same second', () => {
    const run = folder();
    const now = () => 1000;
    const first = new TensorBoardWriter(run, { now });
    for (const step of [1, 2, 3, 4]) first.scalar('loss', step, step);
    first.close();
    const second = new TensorBoardWriter(run, { now, resumedStep: 2 });
    for (const step of [3, 4, 5]) second.scalar('loss', step * 10, step);
    second.close();
    expect(readScalars(run, 'loss').map(({ step, value }) => [step, value])).toEqual([
      [1, 1],
      [2, 2],
      [3, 30],
      [4, 40],
      [5, 50],
    ]);
  });
});
