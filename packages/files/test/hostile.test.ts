import { decodePth, encodePth, FileError, joinBytes, numpyClasses, readPickle } from '@pocketnet/files';
import { describe, expect, test } from 'vitest';
import { cpuTime } from '../../../testing/cpu-time.js';
import { latin, legacyPth, pickledTensor, usedStorage } from './samples.js';

const dictionary = (value: string) => `}U\x01w${value}s`;
const times = (piece: string, count: number) => piece.repeat(count);

describe('a hostile pickle', () => {
  test('is built by the helper as a readable file when it is honest', () => {
    const { tensors } = decodePth(legacyPth(dictionary(pickledTensor('K\x02K\x02', 'K\x01K\x02'))), 'honest');
    expect(tensors.get('w')).toEqual({ dtype: 'uint8', shape: [2, 2], data: new Uint8Array(4) });
  });

  test.each([
    ['os.system', 'cos\nsystem\nU\x02ls\x85R', /pickles os\.system, which is not loaded/],
    ['builtins.eval, by stack', 'U\x08builtinsU\x04eval\x93U\x011\x85R', /pickles builtins\.eval/],
    ['a name of Object.prototype', 'ctorch\ntoString\n', /pickles torch\.toString/],
    ['a call of data', 'K\x01)R', /not a function/],
    ['state for something else than a dictionary', ']}b', /sets the state of something that has none/],
    ['an opcode of its own', '\xfe', /opcode 0xfe/],
    ['a stack that is empty', '0', /takes a value that is not there/],
    [
      'a tensor beyond its storage',
      dictionary(pickledTensor('K\x05', 'K\x01')),
      /"w" reaches element 4 of a storage of 4/,
    ],
    ['an offset beyond its storage', dictionary(pickledTensor('K\x01', 'K\x01', 'K\x04')), /reaches element 4/],
    ['2^62 bytes out of one', dictionary(pickledTensor('J\0\0\0\x40J\0\0\0\x40', 'K\0K\0')), /too many elements/],
    ['gigabytes out of one byte', dictionary(pickledTensor('J\0\0\0\x40', 'K\0')), /expands to far more/],
    ['a negative side', dictionary(pickledTensor('J\xff\xff\xff\xff', 'K\x01')), /not whole numbers/],
    ['a text longer than the file', 'X\xff\xff\xff\x7fabc', /truncated/],
    [
      'a device of lists in lists in lists',
      `${usedStorage}]q\0${times('](h\0h\0eq\0', 40)}ctorch\ndevice\nh\0\x85R}`,
      /no tensors/,
    ],
    [
      'a storage called by lists in lists',
      `(U\x07storagectorch\nByteStorage\n]q\0${times('](h\0h\0eq\0', 40)}U\x03cpuK\x04NtQ`,
      /no storage/,
    ],
    ['a class called by lists in lists', `]q\0${times('](h\0h\0eq\0', 40)}h\0\x93`, /no text/],
    [
      'one list made into endless dictionaries',
      `(${times('U\x01aU\x01b\x86', 10_000)}lq\0${times('ccollections\nOrderedDict\nh\0\x85R', 10_000)}`,
      /two OrderedDicts from one list/,
    ],
    ['a list that holds itself', `${usedStorage}]q\0h\0a`, /endlessly or too deeply/],
    // Thirty dictionaries, each holding the next one twice: a billion paths out of a few hundred bytes.
    ['a billion paths', `${usedStorage}}q\0${'}(U\x01ah\0U\x01bh\0uq\0'.repeat(30)}`, /endlessly or too deeply/],
  ])('with %s is refused at once', (_, pickle, message) => {
    const file = legacyPth(pickle);
    const decode = () => decodePth(file, 'hostile.pth');
    const begin = cpuTime();
    expect(decode).toThrow(FileError);
    expect(cpuTime() - begin).toBeLessThan(1000);
    expect(decode).toThrow(message);
  });
});

describe('a hostile zip', () => {
  const whole = joinBytes(
    encodePth(
      {
        tensors: new Map(
          ['a', 'b'].map((name) => [name, { dtype: 'uint8' as const, shape: [8], data: new Uint8Array(8) }]),
        ),
        metadata: {},
      },
      'small.pth',
    ),
  );
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
    expect(() => decodePth(copy, 'zip')).toThrow(FileError);
    expect(() => decodePth(copy, 'zip')).toThrow(message);
  });
});

describe('a pickle of plain data', () => {
  const text = `X\x00\x00\x10\x00${times('a', 2 ** 20)}q\x00`;

  test.each([
    ['a system call', 'cposix\nsystem\n(U\x04idt\x85R.', /its pickle asks for "posix\.system"/],
    ['eval, by its old name', 'c__builtin__\neval\n(U\x041+1 tR.', /asks for "builtins\.eval"/],
    ['a class of numpy, called', 'cnumpy\nndarray\n)R.', /calls numpy\.ndarray/],
    ['a persistent id', 'K\x01Q.', /outside itself/],
    [
      'one long text encoded over and over',
      `\x80\x02${text}${times('c_codecs\nencode\nh\x00X\x06\x00\x00\x00latin1\x86R0', 20_000)}Q.`,
      /outside itself/,
    ],
    [
      'a shape of 50,000 axes',
      `\x80\x02(${times('K\x01', 50_000)}tq\x00${times('cnumpy.core.numeric\n_frombuffer\n(U\x01acnumpy\ndtype\n(U\x02u1tRh\x00tR0', 2_000)}.`,
      /without a shape/,
    ],
    ['200,000 marks', `\x80\x02${times('(', 200_000)}${times('t', 200_000)}q\x00`, /truncated/],
    ['300,000 tuples in each other', `\x80\x02]${times('\x85', 300_000)}`, /truncated/],
    ['bytes of 2^63', '\x80\x05\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc.', /truncated/],
    ['a number of 500,000 digits', `\x80\x02L${times('9', 500_000)}L\n.`, /as a whole number/],
    ['a number of 2^19 bytes', `\x80\x02\x8b\x00\x00\x08\x00${times('\xff', 2 ** 19)}.`, /too large/],
    ['a protocol of the future', '\x80\x09N.', /protocol/],
  ])('with %s is refused soon and in little memory', (_, pickle, message) => {
    const file = latin(pickle);
    const decode = () => readPickle(file, 'x.bin', numpyClasses);
    const before = process.memoryUsage().arrayBuffers;
    const begin = cpuTime();
    expect(decode).toThrow(FileError);
    expect(cpuTime() - begin).toBeLessThan(2000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 2 ** 20);
    expect(decode).toThrow(message);
  });
});
