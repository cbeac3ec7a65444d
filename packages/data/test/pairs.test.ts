import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPairs, writePairs } from '@pocketnet/data';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jpegShells, temporaryFolder } from './format-fixtures.js';

const folder = temporaryFolder();

function python(script: string, ...args: string[]): string | undefined {
  try {
    return execFileSync('python3', ['-c', script, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 26,
    });
  } catch {
    return undefined;
  }
}

const hasPython = python('print(1)') !== undefined;
const hasNumpy = python('import numpy') !== undefined;

/** Python: `images` are four encodings of three bytes each, one of them empty of ASCII; `wrap` makes an entry of each. */
const dump = (entry: string, answers: string) => `
import pickle, sys
raw = [bytes([255, 216, i, 10]) for i in range(4)]
${entry}
${answers}
for protocol in range(6):
    pickle.dump((images, same), open(sys.argv[1] + str(protocol), 'wb'), protocol=protocol)`;

const EXPECTED = { images: [0, 1, 2, 3].map((i) => Uint8Array.of(255, 216, i, 10)), same: [true, false] };

const plain = (path: string) => {
  const { images, same } = readPairs(path);
  return { images: images.map((image) => Uint8Array.from(image)), same };
};

describe('pairs (.bin)', () => {
  it('come back as they were written', () => {
    const path = join(folder, 'any.bin');
    const image = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.array(fc.tuple(image, image, fc.boolean()), { minLength: 1, maxLength: 20 }), (pairs) => {
        const set = {
          images: pairs.flatMap((pair) => [pair[0], pair[1]]),
          same: pairs.map(([, , same]) => same),
        };
        writePairs(path, set);
        expect(plain(path)).toEqual(set);
      }),
      { numRuns: 100 },
    );
  });

  it('hold an image that many pairs use once, and give it back as one array', () => {
    const path = join(folder, 'shared.bin');
    const [a = new Uint8Array(), b = new Uint8Array()] = jpegShells(2);
    writePairs(path, { images: [a, b, a, a], same: [false, true] });
    const { images } = readPairs(path);
    expect(images[0]).toBe(images[2]);
    expect(new Set(images).size).toBe(2);
    expect(images[0]?.buffer).toBe(images[1]?.buffer); // views, not copies
  });

  it('refuse what is no set of pairs, in a sentence', () => {
    const path = join(folder, 'wrong.bin');
    const complaints: [string, RegExp][] = [
      ['', /truncated: it wants 1 bytes of the 0/],
      ['not a pickle', /opcode 0x6e/],
      ['\x80\x02]].', /no list|list of images and a list of booleans/],
      ['\x80\x02](U\x01aU\x01be](K\x07e\x86.', /pair 0: is marked with something that is no boolean/],
      ['\x80\x02](U\x01aK\x01e](\x88e\x86.', /image 1: is no encoded picture/],
      ['\x80\x02](U\x01ae](\x88e\x86.', /holds 1 images for 1 pairs/],
      ['\x80\x02T\xff\xff\xff\x7f.', /wants 2147483647 bytes of the 1/],
      ['\x80\x02cposix\nsystem\n(U\x04idt\x85R.', /asks for "posix.system"/],
      ['\x80\x02c__builtin__\neval\n(U\x041+1 tR.', /asks for "builtins.eval"/],
      ['\x80\x02cnumpy\nndarray\n)R.', /calls numpy\.ndarray/],
    ];
    for (const [bytes, reason] of complaints) {
      writeFileSync(path, Buffer.from(bytes, 'latin1'));
      expect(() => readPairs(path), JSON.stringify(bytes)).toThrow(reason);
      expect(() => readPairs(path)).toThrow(/wrong\.bin.*: /);
    }
  });

  it('are read as Python 2 wrote them: byte strings, numpy arrays and numpy booleans', () => {
    const dtype = (code: string) =>
      `cnumpy\ndtype\n(U\x02${code}K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb`;
    const array = `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR(K\x01(K\x03K\x01t${dtype('u1')}I00\nU\x03\xff\xd8\x07tb`;
    const bool = `cnumpy.core.multiarray\nscalar\n(${dtype('b1')}U\x01\x01tR`;
    const text = `S'\\xff\\xd8\\n\\'\\\\'\n`;
    const path = join(folder, 'python2.bin');
    writeFileSync(path, Buffer.from(`\x80\x02](${array}U\x02\xff\xd8${text}${array}e](${bool}I00\ne\x86.`, 'latin1'));
    expect(plain(path)).toEqual({
      images: [
        [255, 216, 7],
        [255, 216],
        [255, 216, 10, 39, 92],
        [255, 216, 7],
      ].map((bytes) => Uint8Array.from(bytes)),
      same: [true, false],
    });
  });

  const entries: [string, string, boolean][] = [
    ['bytes', 'images = raw', false],
    ['bytearrays', 'images = [bytearray(r) for r in raw]', false],
    ['numpy arrays', 'import numpy\nimages = [numpy.frombuffer(r, dtype=numpy.uint8) for r in raw]', true],
    [
      'numpy columns',
      'import numpy\nimages = [numpy.frombuffer(r, dtype=numpy.uint8).reshape(-1, 1).copy() for r in raw]',
      true,
    ],
    ['an object array', 'import numpy\nimages = numpy.array(raw, dtype=object)', true],
    ['a tuple', 'images = tuple(raw)', false],
  ];
  const answers: [string, string, boolean][] = [
    ['booleans', 'same = [True, False]', false],
    ['ints', 'same = [1, 0]', false],
    ['numpy booleans', 'import numpy\nsame = [numpy.bool_(True), numpy.bool_(False)]', true],
    ['numpy int64s', 'import numpy\nsame = [numpy.int64(1), numpy.int64(0)]', true],
    ['a numpy array', 'import numpy\nsame = numpy.array([True, False])', true],
  ];
  const ways = [
    ...entries.map(([kind, entry, needsNumpy]) => ({ kind, needsNumpy, script: dump(entry, 'same = [True, False]') })),
    ...answers.map(([kind, answer, needsNumpy]) => ({
      kind: `answers that are ${kind}`,
      needsNumpy,
      script: dump('images = raw', answer),
    })),
  ];
  for (const { kind, needsNumpy, script } of ways) {
    it.skipIf(!hasPython || (needsNumpy && !hasNumpy))(
      `are read from Python 3 with ${kind}, in protocols 0 to 5`,
      () => {
        expect(python(script, join(folder, 'p'))).toBeDefined();
        for (const protocol of [0, 1, 2, 3, 4, 5]) {
          expect(plain(join(folder, `p${protocol}`)), `protocol ${protocol}`).toEqual(EXPECTED);
        }
      },
    );
  }

  it.skipIf(!hasPython)('are read by Python’s pickle.load with encoding="bytes", as InsightFace does', () => {
    const path = join(folder, 'for-python.bin');
    const images = jpegShells(2400);
    images[7] = images[0] ?? new Uint8Array();
    const same = Array.from({ length: 1200 }, (_, i) => i % 3 === 0);
    writePairs(path, { images, same });
    const script = `
import pickle, sys, hashlib
images, same = pickle.load(open(sys.argv[1], 'rb'), encoding='bytes')
print(len(images), all(type(i) is bytes for i in images), sum(same), all(type(s) is bool for s in same))
sys.stdout.write(b''.join(images).hex())`;
    const [summary, hex] = (python(script, path) ?? '').split('\n');
    expect(summary).toBe('2400 True 400 True');
    expect(hex).toBe(Buffer.concat(images).toString('hex'));
  });
});
