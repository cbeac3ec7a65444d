import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dtypeBytes, elementCount, Random, type StoredDtype, type StoredTensors } from '@pocketnet/files';
import { afterAll } from 'vitest';

/** A folder that is gone after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-files-'));
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

/** Every dtype, a scalar, an empty tensor, and names that a JavaScript object would reorder or lose. */
export function sampleTensors(seed: number): StoredTensors {
  const random = new Random(seed);
  const tensors: StoredTensors['tensors'] = new Map();
  const add = (name: string, dtype: StoredDtype, shape: number[]) => {
    const data = Uint8Array.from({ length: elementCount(shape) * dtypeBytes[dtype] }, () =>
      dtype === 'bool' ? random.int(2) : random.int(256),
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

/** Bytes written as characters. */
export const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/**
 * A legacy `.pth` file around a hand-made pickle: it has no checksums, so a hostile one needs nothing more.
 * Storage "0" is four bytes of zeros.
 */
export function legacyPth(pickle: string): Uint8Array {
  const header = '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}X\x0d\0\0\0little_endian\x88s.';
  return latin(`${header}\x80\x02${pickle}.\x80\x02](X\x01\0\0\x000e.\x04${'\0'.repeat(7)}\0\0\0\0`);
}

const storage = '(U\x07storagectorch\nByteStorage\nU\x010U\x03cpuK\x04NtQ';
/** A tensor of that storage; shape, strides and offset as opcodes. */
export const pickledTensor = (shape: string, strides: string, offset = 'K\0'): string =>
  `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${offset}(${shape}t(${strides}t\x89NtR`;
/** Names the storage and drops it again, so that the file is whole. */
export const usedStorage = `${storage}0`;
