import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLoader, openSource } from '@pocketnet/data';
import { afterAll, describe, expect, test } from 'vitest';
import { cifar10Batch } from './format-fixtures.js';

const root = mkdtempSync(join(tmpdir(), 'cifar-'));
afterAll(() => rmSync(root, { recursive: true }));

writeFileSync(join(root, 'data_batch_1.bin'), cifar10Batch([3, 9]));
writeFileSync(join(root, 'data_batch_2.bin'), cifar10Batch([0, 5, 1]));
writeFileSync(join(root, 'test_batch.bin'), cifar10Batch([7]));

describe("CIFAR-10's binary files", () => {
  test('open as one source, their pictures pixel by pixel', () => {
    const source = openSource(root);
    expect(Array.from({ length: source.length }, (_, i) => source.label(i))).toEqual([3, 9, 0, 5, 1]);
    expect(source.identities).toBe(10);
    const { width, height, data } = source.picture?.(3) ?? {};
    expect([width, height]).toEqual([32, 32]);
    expect([...(data?.subarray(3 * 40, 3 * 41) ?? [])]).toEqual([5, 8, 1]); // row 1, column 8
    expect([...source.read(0).subarray(0, 2)]).toEqual([0xff, 0xd8]);
    source.close();
    expect(openSource(join(root, 'test_batch.bin')).length).toBe(1);
  });

  test('load as batches', async () => {
    const loader = createLoader(root, { batch: 5, size: 32, workers: 0, shuffle: false });
    for await (const { images, labels } of loader.epoch(0)) {
      expect([...labels]).toEqual([3, 9, 0, 5, 1]);
      expect(images[0]).toBeCloseTo((3 - 127.5) / 127.5, 6);
    }
    await loader.close();
  });

  test('are refused by file and record when they are something else', () => {
    const broken = (name: string, bytes: Buffer): string => {
      writeFileSync(join(root, name), bytes);
      return join(root, name);
    };
    expect(() => openSource(broken('data_batch_8.bin', cifar10Batch([10])))).toThrow(/data_batch_8\.bin.*0.*class 10/);
    expect(() => openSource(broken('data_batch_9.bin', cifar10Batch([1]).subarray(1)))).toThrow(
      /data_batch_9\.bin.*3072 bytes/,
    );
    rmSync(join(root, 'data_batch_8.bin'));
    rmSync(join(root, 'data_batch_9.bin'));
  });
});
