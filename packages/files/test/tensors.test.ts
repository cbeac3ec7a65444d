import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeSafetensors,
  encodeSafetensors,
  FileError,
  joinBytes,
  type StoredTensors,
  safetensorsNames,
} from '@pocketnet/files';
import { readTensors, writeTensors } from '@pocketnet/files/node';
import { describe, expect, test } from 'vitest';
import { sampleTensors, temporaryFolder } from './samples.js';

const folder = temporaryFolder();
const encoded = (stored: StoredTensors) => joinBytes(encodeSafetensors(stored, 'memory'));

/** A safetensors file of this header and body, right or wrong. */
function fileOf(header: unknown, body = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

const entry = (dtype: string, shape: unknown, ...offsets: unknown[]) => ({ dtype, shape, data_offsets: offsets });

describe('safetensors', () => {
  test('every dtype, odd names, empty tensors and metadata come back as they went, in order', () => {
    const stored = sampleTensors(1);
    const back = decodeSafetensors(encoded(stored), 'memory');
    expect(back).toEqual(stored);
    expect([...back.tensors.keys()]).toEqual([...stored.tensors.keys()]);
  });

  test('data starts on multiples of 8 even where the file has them elsewhere', () => {
    for (const tensor of decodeSafetensors(encoded(sampleTensors(2)), 'memory').tensors.values()) {
      expect(tensor.data.byteOffset % 8).toBe(0);
    }
  });

  test('the file that is written is the bytes that are encoded', () => {
    const path = join(folder, 'a.safetensors');
    writeTensors(path, sampleTensors(3));
    expect(new Uint8Array(readFileSync(path))).toEqual(encoded(sampleTensors(3)));
    expect(readTensors(path)).toEqual(sampleTensors(3));
  });

  test.each([
    ['an unknown dtype', { a: entry('F8', [1], 0, 1) }, 1, /"a".*dtype "F8" is not one of F64/],
    ['a size that does not fit', { a: entry('F32', [2], 0, 4) }, 4, /takes 8 bytes, data_offsets span 4/],
    ['an overlap', { a: entry('U8', [4], 0, 4), b: entry('U8', [4], 2, 6) }, 6, /"b".*overlaps/],
    ['a hole', { a: entry('U8', [1], 0, 1), b: entry('U8', [1], 3, 4) }, 4, /hole of 2 bytes/],
    ['a truncated body', { a: entry('U8', [9], 0, 9) }, 8, /truncated/],
    ['left-over bytes', { a: entry('U8', [1], 0, 1) }, 2, /left over/],
    ['a negative side', { a: entry('U8', [-1], 0, 1) }, 1, /"shape"/],
    ['a fractional offset', { a: entry('U8', [1], 0.5, 1.5) }, 1, /"data_offsets"/],
    ['a shape beyond all memory', { a: entry('F64', [2 ** 40, 2 ** 40], 0, 8) }, 8, /too many elements/],
    ['metadata that is no text', { __metadata__: { a: 1 } }, 0, /object of strings/],
    ['a header that is a list', [], 0, /not a JSON object/],
    ['a header that is no JSON', '{"a":', 0, /not JSON/],
  ])('%s is refused by file and field', (_, header, bodyBytes, message) => {
    const decode = () => decodeSafetensors(fileOf(header, new Uint8Array(bodyBytes)), 'bad.safetensors');
    expect(decode).toThrow(FileError);
    expect(decode).toThrow(message);
    expect(decode).toThrow(/^bad\.safetensors: /);
  });

  test('a header length beyond the file allocates nothing and is refused', () => {
    const bytes = fileOf({});
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 63n, true);
    expect(() => decodeSafetensors(bytes, 'x')).toThrow(/claims 9223372036854775808 bytes/);
    expect(() => decodeSafetensors(bytes.subarray(0, 7), 'x')).toThrow(/only 7 bytes/);
  });

  test('a tensor whose bytes do not fit its shape is not written', () => {
    const tensors = new Map([['w', { dtype: 'float32' as const, shape: [2], data: new Uint8Array(4) }]]);
    expect(() => encoded({ tensors, metadata: {} })).toThrow(/"w" cannot be written.*8 bytes.*has 4/);
  });

  test('names its tensors by its head alone', () => {
    const whole = encoded(sampleTensors(4));
    expect(new Set(safetensorsNames(whole.subarray(0, 4096)))).toEqual(new Set(sampleTensors(4).tensors.keys()));
    expect(safetensorsNames(whole.subarray(0, 40))).toBeUndefined();
    expect(safetensorsNames(new TextEncoder().encode('a page of text'))).toBeUndefined();
  });
});

const golden = process.env.POCKETNET_DATA ? join(process.env.POCKETNET_DATA, 'golden') : undefined;

describe.skipIf(!golden)('the golden safetensors files (POCKETNET_DATA)', () => {
  const names = golden ? readdirSync(golden).filter((name) => name.endsWith('.safetensors')) : [];

  test.each(names)('%s, written by Python, is read and survives our own writing', (name) => {
    const stored = readTensors(join(golden ?? '', name));
    expect(stored.tensors.size).toBeGreaterThan(0);
    const back = decodeSafetensors(encoded(stored), name);
    expect([...back.tensors.keys()]).toEqual([...stored.tensors.keys()]);
    for (const [key, { dtype, shape, data }] of stored.tensors) {
      const other = back.tensors.get(key);
      expect([other?.dtype, other?.shape]).toEqual([dtype, shape]);
      expect(Buffer.compare(other?.data ?? new Uint8Array(), data), key).toBe(0);
    }
  });
});

describe('tensor files', () => {
  test.each(['.safetensors', '.pth', '.pt', '.PTH'])('%s is written and read back', (extension) => {
    const path = join(folder, `any${extension}`);
    writeTensors(path, sampleTensors(5));
    expect(readTensors(path).tensors).toEqual(sampleTensors(5).tensors);
  });

  test.each(['.safetensors', '.pth'])('%s is read under any name', (extension) => {
    const stored = sampleTensors(6);
    writeTensors(join(folder, `named${extension}`), stored);
    for (const name of [
      'model.ckpt',
      'model.pth.tar',
      'pytorch_model.bin',
      'model',
      'model.safetensors',
      'model.pth',
    ]) {
      copyFileSync(join(folder, `named${extension}`), join(folder, name));
      expect(readTensors(join(folder, name)).tensors, name).toEqual(stored.tensors);
    }
  });

  test('another extension, a missing file and a folder are refused by name', () => {
    const other = join(folder, 'weights.onnx');
    expect(() => writeTensors(other, sampleTensors(1))).toThrow(
      /weights\.onnx: "\.onnx" is no ending.*\.safetensors, \.pth/,
    );
    writeFileSync(other, 'a page of text');
    expect(() => readTensors(other)).toThrow(/weights\.onnx: is no file of tensors/);
    expect(() => readTensors(join(folder, 'none.pth'))).toThrow(/none\.pth: cannot be read: does not exist/);
    expect(() => readTensors(folder)).toThrow(/is a folder where a file is expected\. Name a file in it/);
  });
});
