import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dtypeBytes, elementCount, type StoredDtype, type StoredTensors } from '@pocketnet/torch/io';
import { afterAll } from 'vitest';

/** A folder that is gone after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-io-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Debian's Python; PyTorch is asked for by name, and tests that need it skip without. */
const python = '/usr/bin/python3';
export const hasPyTorch = spawnSync(python, ['-c', 'import torch']).status === 0;

/** Runs a Python program in a folder and returns what it printed. */
export function runPython(folder: string, program: string): string {
  return execFileSync(python, ['-c', program], { cwd: folder, encoding: 'utf8' });
}

/** mulberry32: a small seeded generator of numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every dtype, a scalar, an empty tensor, and names that a JavaScript object would reorder or lose. */
export function sampleTensors(seed: number): StoredTensors {
  const random = seeded(seed);
  const tensors: StoredTensors['tensors'] = new Map();
  const add = (name: string, dtype: StoredDtype, shape: number[]) => {
    const data = Uint8Array.from({ length: elementCount(shape) * dtypeBytes[dtype] }, () =>
      dtype === 'bool' ? Math.floor(random() * 2) : Math.floor(random() * 256),
    );
    tensors.set(name, { dtype, shape, data });
  };
  for (const dtype of Object.keys(dtypeBytes) as StoredDtype[]) add(`layer.${dtype}`, dtype, [3, 1, 5]);
  add('10', 'float32', [2]);
  add('2', 'int16', [3]);
  add('__proto__', 'uint8', [1]);
  add('scalar', 'int64', []);
  add('empty', 'float32', [0, 7]);
  add('gewicht "ä" \u{1f600}\n', 'float64', [300]);
  return { tensors, metadata: { network: 'pocketnet-s-128', note: 'ünï "quoted"' } };
}

/** A changed copy: flipped, overwritten, cut, repeated or inserted bytes. */
export function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const at = () => Math.floor(random() * bytes.length);
  const copy = bytes.slice();
  const kind = Math.floor(random() * 5);
  if (kind === 0) return copy.subarray(0, at());
  if (kind === 1) {
    const [from, to] = [at(), at()];
    copy.copyWithin(to, from, from + 32);
    return copy;
  }
  if (kind === 2) {
    const cut = at();
    return Uint8Array.from([...bytes.subarray(0, cut), ...bytes.subarray(cut + Math.ceil(random() * 16))]);
  }
  const extremes = [0, 1, 0x7f, 0x80, 0xff];
  for (let i = Math.ceil(random() * 6); i > 0; i--) {
    copy[at()] = kind === 3 ? Math.floor(random() * 256) : (extremes[Math.floor(random() * 5)] ?? 0);
  }
  return copy;
}
