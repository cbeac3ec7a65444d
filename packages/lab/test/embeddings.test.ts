import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatedPairs } from '@pocketnet/data';
import {
  type Embedder,
  type EmbeddingSource,
  embedderSource,
  embedSet,
  imageKeys,
  openEmbeddings,
  pairImages,
  readEmbeddings,
  readNpy,
} from '@pocketnet/lab';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'lab-embeddings-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

const pairs = generatedPairs({ pairs: 6, identities: 4, size: 16 });
const set = pairImages('faces', pairs);
const count = set.length;

/** A network that any image goes through in no time: sums of thirds of the picture. */
const thirds: Embedder = {
  name: 'thirds',
  dimension: 3,
  size: 16,
  embed: async (images, n) => {
    const per = images.length === 0 ? 0 : 16 * 16 * 3;
    return Float32Array.from({ length: n * 3 }, (_, i) => {
      const start = Math.floor(i / 3) * per + (i % 3) * (per / 3);
      return images.subarray(start, start + per / 3).reduce((sum, value, k) => sum + value * Math.sin(k), 0);
    });
  },
  close: async () => {},
};

type Descr = '<f2' | '<f4' | '<f8' | '>f4';

/** A `.npy` as numpy.save writes it. */
function npy(
  values: readonly number[],
  shape: readonly number[],
  descr: Descr | string = '<f4',
  version = 1,
  order = 'False',
): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape.join(', ')},), }`.replace(/,,/, ',');
  const start = version === 1 ? 10 : 12;
  const header = Buffer.from(`${text.padEnd(64 * Math.ceil((start + text.length + 1) / 64) - start - 1)}\n`, 'latin1');
  const head = Buffer.alloc(start);
  head.write('\x93NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(header.length, 8);
  else head.writeUInt32LE(header.length, 8);
  const bytes = descr.endsWith('8') ? 8 : descr.endsWith('2') ? 2 : 4;
  const data = Buffer.alloc(values.length * bytes);
  values.forEach((value, i) => {
    if (descr === '<f8') data.writeDoubleLE(value, 8 * i);
    else if (descr === '>f4') data.writeFloatBE(value, 4 * i);
    else if (descr === '<f2') data.writeUInt16LE(value, 2 * i);
    else data.writeFloatLE(value, 4 * i);
  });
  return Buffer.concat([head, header, data]);
}

function safetensors(tensors: Record<string, { dtype: string; shape: number[]; data: Buffer }>): Buffer {
  let at = 0;
  const entries = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    at += data.length;
    return [name, { dtype, shape, data_offsets: [at - data.length, at] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...Object.values(tensors).map(({ data }) => data)]);
}

const floats = (values: readonly number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
let truth: { images: number[]; flips: number[] };

beforeAll(async () => {
  const { images, flips } = await embedSet(thirds, set);
  truth = { images: [...images.data], flips: [...(flips?.data ?? [])] };
  writeFileSync(file('e.npy'), npy(truth.images, [count, 3]));
  writeFileSync(file('f.npy'), npy(truth.flips, [count, 3], '<f8', 2));
  const matrix = (values: number[]) => ({ dtype: 'F32', shape: [count, 3], data: floats(values) });
  writeFileSync(
    file('e.safetensors'),
    safetensors({ embeddings: matrix(truth.images), mirrored: matrix(truth.flips) }),
  );
  mkdirSync(file('matrices'));
  writeFileSync(file('matrices/faces.npy'), npy(truth.images, [count, 3], '<f4', 3));
  writeFileSync(file('matrices/faces.mirrored.npy'), npy(truth.flips, [count, 3], '>f4'));
});

/** Every kind of source, of the same embeddings; the suite below runs over it. */
const sources: Record<string, () => Promise<EmbeddingSource>> = {
  'a network': async () => embedderSource(thirds),
  'a matrix in .npy, with one of the mirror images': () => openEmbeddings(file('e.npy'), { mirrored: file('f.npy') }),
  'matrices in .safetensors': () => openEmbeddings(file('e.safetensors')),
  'a folder of matrices named after their sets': () => openEmbeddings(file('matrices')),
};

describe.each(Object.entries(sources))('%s', (_, open) => {
  it('gives one row an image, in the order of the set, of images and mirror images', async () => {
    const source = await open();
    expect(source.name).not.toBe('');
    const { images, flips, problems } = await source.embed(set);
    expect([images.rows, images.cols]).toEqual([count, 3]);
    for (const [i, value] of truth.images.entries()) expect(images.data[i]).toBeCloseTo(value, 5);
    for (const [i, value] of truth.flips.entries()) expect(flips?.data[i]).toBeCloseTo(value, 5);
    expect(problems).toEqual([]);
    await source.close();
  });
});

describe('a matrix', () => {
  it('of another length than the set is refused with both numbers and the order', async () => {
    writeFileSync(file('short.npy'), npy([1, 2, 3], [1, 3]));
    const source = await openEmbeddings(file('short.npy'));
    await expect(source.embed(set)).rejects.toThrow(/short\.npy holds 1 embeddings; faces has 12 images.*2i \+ 1/);
  });

  it('names the rows that are not finite, and those of zeros', async () => {
    const holed = truth.images.map((value, i) => (i === 7 ? Number.NaN : Math.floor(i / 3) === 4 ? 0 : value));
    writeFileSync(file('holed.npy'), npy(holed, [count, 3]));
    const { problems } = await (await openEmbeddings(file('holed.npy'))).embed(set);
    expect(problems).toEqual([
      { index: 2, reason: 'Image 2: its embedding is not finite.', fault: 'embedding' },
      { index: 4, reason: 'Image 4: its embedding is zero.', fault: 'embedding' },
    ]);
  });

  it('and a folder that lacks a set say which', async () => {
    const source = await openEmbeddings(file('matrices'));
    await expect(source.embed({ ...set, name: 'calfw' })).rejects.toThrow(/calfw\.npy/);
  });

  it('of mirror images must fit that of the images', async () => {
    writeFileSync(file('wide.npy'), npy([1, 2, 3, 4], [1, 4]));
    await expect(openEmbeddings(file('e.npy'), { mirrored: file('wide.npy') })).rejects.toThrow(/12 x 3.*1 x 4/);
  });
});

describe('.npy', () => {
  const reading = (bytes: Buffer) => {
    writeFileSync(file('x.npy'), bytes);
    return readNpy(file('x.npy'));
  };

  it.each([
    ['float16', npy([0x3c00, 0xc000, 0x0001, 0x7bff], [2, 2], '<f2'), [1, -2, 2 ** -24, 65504]],
    ['float32 of the other byte order', npy([1.5, -2.5], [1, 2], '>f4'), [1.5, -2.5]],
    ['float64', npy([1 / 3, 1e300], [2, 1], '<f8', 3), [1 / 3, 1e300]],
  ])('reads %s', (_, bytes, values) => {
    expect([...reading(bytes).data]).toEqual(values);
  });

  it.each([
    ['integers', npy([1], [1, 1], '<i4'), /its array is of int32, not float16/],
    ['columns first', npy([1, 2], [1, 2], '<f4', 1, 'True'), /Fortran order/],
    ['three axes', npy([1, 2], [1, 2, 1]), /its shape is \(1, 2, 1\)/],
    ['a version of the future', npy([1], [1, 1], '<f4', 9), /version 9/],
    ['too few numbers', npy([1], [40, 128]), /\(40, 128\) of float32, which take 20480 bytes; it holds 4/],
    ['another file', Buffer.from('no array at all'), /no \.npy file/],
  ])('refuses %s with the file and the reason', (_, bytes, message) => {
    expect(() => reading(bytes)).toThrow(/x\.npy/);
    expect(() => reading(bytes)).toThrow(message);
  });

  it('and .safetensors, damaged anywhere, are read or refused with a sentence', () => {
    const whole = {
      npy: npy([1, 2, 3, 4], [2, 2]),
      safetensors: safetensors({ embeddings: { dtype: 'F32', shape: [2, 2], data: floats([1, 2, 3, 4]) } }),
    };
    fc.assert(
      fc.property(
        fc.constantFrom('npy' as const, 'safetensors' as const),
        fc.nat(),
        fc.nat(255),
        fc.boolean(),
        (kind, place, byte, cut) => {
          const bytes = Buffer.from(whole[kind]);
          const at = place % bytes.length;
          bytes[at] = byte;
          const path = file(`damaged.${kind}`);
          writeFileSync(path, cut ? bytes.subarray(0, at) : bytes);
          try {
            const { data, rows, cols } = kind === 'npy' ? readNpy(path) : readEmbeddings(path).images;
            expect(data.length).toBe(rows * cols);
          } catch (error) {
            expect(String(error)).toContain(path);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('embedding a set', () => {
  it('names damaged images, embeds the others, and leaves NaN for the damaged', async () => {
    const damaged = { ...set, read: (index: number) => (index === 3 ? Uint8Array.of(0xff, 0xd8, 1) : set.read(index)) };
    const { images, problems } = await embedSet(thirds, damaged, { batch: 4 });
    expect(problems.map(({ index }) => index)).toEqual([3]);
    expect(problems[0]?.reason).toMatch(/faces/);
    for (let i = 0; i < count; i++) {
      const row = [...images.data.subarray(3 * i, 3 * i + 3)];
      if (i === 3) expect(row.every(Number.isNaN)).toBe(true);
      else for (const [k, value] of row.entries()) expect(value).toBeCloseTo(truth.images[3 * i + k] ?? 0, 5);
    }
  });

  it('without mirror images gives none', async () => {
    const { flips, faces } = await embedSet(thirds, set, { flip: false });
    expect(flips).toBeUndefined();
    expect(faces).toBe(new Set(imageKeys(set).keys).size);
  });
});

it('what gives no embeddings is refused with what does', async () => {
  await expect(openEmbeddings('a.tflite')).rejects.toThrow(/a\.tflite.*no such file.*\.onnx.*\.npy/);
  await expect(openEmbeddings('m.onnx', { mirrored: 'f.npy' })).rejects.toThrow(/m\.onnx is no matrix/);
});
