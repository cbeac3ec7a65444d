import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePth, FormatError, writePth } from '@pocketnet/torch/io';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './io-samples.js';

const folder = temporaryFolder();
const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/**
 * A legacy file around a hand-made pickle: it has no checksums, so a hostile one needs nothing more.
 * Storage "0" is four bytes of zeros.
 */
function hostile(pickle: string): Uint8Array {
  const header = '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}X\x0d\0\0\0little_endian\x88s.';
  return latin(`${header}\x80\x02${pickle}.\x80\x02](X\x01\0\0\x000e.\x04${'\0'.repeat(7)}\0\0\0\0`);
}

const storage = '(U\x07storagectorch\nByteStorage\nU\x010U\x03cpuK\x04NtQ';
const tensor = (shape: string, strides: string, offset = 'K\0') =>
  `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${offset}(${shape}t(${strides}t\x89NtR`;
/** Names the storage and drops it again, so that the file is whole. */
const used = `${storage}0`;
const dictionary = (value: string) => `}U\x01w${value}s`;

describe('a hostile pickle', () => {
  test('is built by the helper as a readable file when it is honest', () => {
    const { tensors } = decodePth(hostile(dictionary(tensor('K\x02K\x02', 'K\x01K\x02'))), 'honest');
    expect(tensors.get('w')).toEqual({ dtype: 'uint8', shape: [2, 2], data: new Uint8Array(4) });
  });

  test.each([
    ['os.system', 'cos\nsystem\nU\x02ls\x85R', /pickles os\.system, which is not loaded/],
    ['builtins.eval, by stack', 'U\x08builtinsU\x04eval\x93U\x011\x85R', /pickles builtins\.eval/],
    ['a name of Object.prototype', 'ctorch\ntoString\n', /pickles torch\.toString/],
    ['a call of data', 'K\x01)R', /not a function/],
    ['state for something else than a dictionary', ']}b', /needs a dictionary/],
    ['an opcode of its own', '\xfe', /opcode 0xfe/],
    ['a stack that is empty', '0', /takes a value that is not there/],
    ['a tensor beyond its storage', dictionary(tensor('K\x05', 'K\x01')), /"w" reaches element 4 of a storage of 4/],
    ['an offset beyond its storage', dictionary(tensor('K\x01', 'K\x01', 'K\x04')), /reaches element 4/],
    ['2^62 bytes out of one', dictionary(tensor('J\0\0\0\x40J\0\0\0\x40', 'K\0K\0')), /too many elements/],
    ['gigabytes out of one byte', dictionary(tensor('J\0\0\0\x40', 'K\0')), /expands to far more/],
    ['a negative side', dictionary(tensor('J\xff\xff\xff\xff', 'K\x01')), /not whole numbers/],
    ['a text longer than the file', 'X\xff\xff\xff\x7fabc', /truncated/],
    ['a list that holds itself', `${used}]q\0h\0a`, /endlessly or too deeply/],
    // Thirty dictionaries, each holding the next one twice: a billion paths out of a few hundred bytes.
    ['a billion paths', `${used}}q\0${'}(U\x01ah\0U\x01bh\0uq\0'.repeat(30)}`, /endlessly or too deeply/],
  ])('with %s is refused at once', (_, pickle, message) => {
    const begin = performance.now();
    const decode = () => decodePth(hostile(pickle), 'hostile.pth');
    expect(decode).toThrow(FormatError);
    expect(decode).toThrow(message);
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});

describe('a hostile zip', () => {
  const path = join(folder, 'small.pth');
  writePth(path, {
    tensors: new Map(
      ['a', 'b'].map((name) => [name, { dtype: 'uint8' as const, shape: [8], data: new Uint8Array(8) }]),
    ),
    metadata: {},
  });
  const whole = new Uint8Array(readFileSync(path));
  const directory = whole.findIndex((_, i) => latin('PK\x01\x02').every((byte, k) => whole[i + k] === byte));

  test.each([
    ['claims a compressed entry', 10, [8], /compressed \(method 8\)/],
    ['claims an encrypted entry', 8, [1], /encrypted/],
    ['claims a size beyond the file', 20, [0, 0, 0, 0x70], /reaches past the end/],
    ['points a header beyond the file', 42, [0xff, 0xff, 0xff, 0x7f], /points outside the file/],
    ['lets entries overlap', 20, [0, 2, 0, 0], /overlaps another one|reaches past/],
  ])('that %s is refused', (_, offset, bytes, message) => {
    const copy = whole.slice();
    copy.set(bytes, directory + offset);
    expect(() => decodePth(copy, 'zip')).toThrow(FormatError);
    expect(() => decodePth(copy, 'zip')).toThrow(message);
  });
});
