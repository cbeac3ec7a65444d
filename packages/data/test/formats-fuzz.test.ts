import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DataError,
  openRecordIO,
  packFaces,
  packPairs,
  Random,
  readPairs,
  readPairsList,
  writePairs,
  writeRecords,
} from '@pocketnet/data';
import { describe, expect, it } from 'vitest';
import { jpegShells, mutate, temporaryFolder, writeImageFolder } from './format-fixtures.js';

const folder = temporaryFolder();
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Date.now() / 1000));
const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 1000);
/** Far above what one small file takes, far below a hang. */
const SLOWEST_MS = 2000;
const MOST_MEMORY = 256 * 2 ** 20;

/** Runs `use` on damaged inputs; each ends well, or with the error that is meant for it, soon and in little memory. */
async function survive(
  use: (damaged: Uint8Array, random: Random) => unknown,
  original: Uint8Array,
  isMeant: (error: unknown) => boolean,
  rounds = ROUNDS,
): Promise<void> {
  const before = process.memoryUsage();
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const random = new Random(SEED, round);
    let damaged = mutate(original, random);
    while (random.int(3) === 0) damaged = mutate(damaged, random);
    const start = performance.now();
    try {
      await use(damaged, random);
    } catch (error) {
      if (!isMeant(error)) throw new Error(`FUZZ_SEED=${SEED}, round ${round}: ${String(error)}`, { cause: error });
      refused++;
    }
    expect(performance.now() - start, `FUZZ_SEED=${SEED}, round ${round}`).toBeLessThan(SLOWEST_MS);
  }
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers, `FUZZ_SEED=${SEED}`).toBeLessThan(MOST_MEMORY);
  expect(after.rss - before.rss, `FUZZ_SEED=${SEED}`).toBeLessThan(MOST_MEMORY);
  expect(refused, 'damage is found in a fair part of the rounds').toBeGreaterThan(rounds / 20);
}

const isDataError = (error: unknown) =>
  error instanceof DataError && error.message.includes(error.file) && error.reason !== '';

const readAll = (path: string) => {
  const source = openRecordIO(path);
  try {
    for (let i = 0; i < source.length; i++) source.read(i);
  } finally {
    source.close();
  }
};

describe(`damaged files (FUZZ_SEED=${SEED}, ${ROUNDS} each)`, () => {
  const rec = join(folder, 'train.rec');
  const idx = join(folder, 'train.idx');
  const magic = Buffer.from([0x0a, 0x23, 0xd7, 0xce]);

  const setOfParts = () => {
    writeRecords(rec, (writer) => {
      writer.write(0, { label: [9, 11] }, new Uint8Array());
      for (const [i, image] of jpegShells(8).entries()) {
        const padded = Buffer.concat([image, new Uint8Array((4 - (image.length % 4)) % 4), magic, image]);
        writer.write(i + 1, { label: i >> 2 }, i % 3 === 0 ? padded : image);
      }
      writer.write(9, { label: [1, 5] }, new Uint8Array());
      writer.write(10, { label: [5, 9] }, new Uint8Array());
    });
  };

  it('a .rec with its .idx', async () => {
    setOfParts();
    await survive(
      (damaged) => {
        writeFileSync(rec, damaged);
        readAll(rec);
      },
      readFileSync(rec),
      isDataError,
    );
  });

  it('a .rec without .idx', async () => {
    setOfParts();
    rmSync(idx);
    await survive(
      (damaged) => {
        writeFileSync(rec, damaged);
        readAll(rec);
      },
      readFileSync(rec),
      isDataError,
    );
  });

  it('an .idx', async () => {
    setOfParts();
    await survive(
      (damaged) => {
        writeFileSync(idx, damaged);
        readAll(rec);
      },
      readFileSync(idx),
      isDataError,
    );
  });

  it('a .bin of byte strings', async () => {
    const path = join(folder, 'pairs.bin');
    const images = jpegShells(12);
    images[5] = images[0] ?? new Uint8Array();
    writePairs(path, { images, same: [true, false, true, false, true, false] });
    await survive(
      (damaged) => {
        writeFileSync(path, damaged);
        readPairs(path);
      },
      readFileSync(path),
      isDataError,
    );
  });

  it('a .bin of numpy arrays and memos, which is all opcodes', async () => {
    const path = join(folder, 'numpy.bin');
    const dtype = (code: string) =>
      `cnumpy\ndtype\n(U\x02${code}K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb`;
    const array = (n: number) =>
      `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btRq${String.fromCharCode(n)}(K\x01(K\x02K\x02t${dtype('u1')}I00\nU\x04\xff\xd8\x07\x08tb`;
    const text = `c_codecs\nencode\n(X\x02\x00\x00\x00abX\x06\x00\x00\x00latin1tR`;
    const bool = `cnumpy.core.multiarray\nscalar\n(${dtype('b1')}U\x01\x01tR`;
    const original = Buffer.from(`\x80\x02](${array(1)}${array(2)}h\x01${text}e](${bool}I00\ne\x86.`, 'latin1');
    writeFileSync(path, original);
    expect(readPairs(path).images.length).toBe(4);
    await survive(
      (damaged) => {
        writeFileSync(path, damaged);
        readPairs(path);
      },
      original,
      isDataError,
    );
  });

  it('noise in the place of a pickle', async () => {
    const path = join(folder, 'noise.bin');
    const opcodes = Buffer.from(
      '(.012FIJKLMNPQRSTUVXabcdeghjilopqrstu})]\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8e\x8f\x90\x91\x93\x94\x95\x96\n\x00\x01\x02',
      'latin1',
    );
    await survive(
      (_, random) => {
        writeFileSync(
          path,
          Uint8Array.from({ length: 1 + random.int(400) }, () => opcodes[random.int(opcodes.length)] ?? 0),
        );
        readPairs(path);
      },
      Uint8Array.of(1),
      isDataError,
    );
  });

  it('a list of pairs', async () => {
    const path = join(folder, 'pairs.txt');
    const photos = join(folder, 'photos');
    writeImageFolder(photos, [2, 3]);
    await survive(
      async (damaged) => {
        writeFileSync(path, damaged);
        readPairsList(path);
        await packPairs(photos, path, join(folder, 'out.bin'));
      },
      Buffer.from('1\t2\nperson00\t1\t2\nperson01\t1\t3\nperson00\t1\tperson01\t1\nperson00\t2\tperson01\t2\n'),
      isDataError,
      ROUNDS / 4,
    );
  });

  it('a folder of pictures to pack', async () => {
    const photos = join(folder, 'to-pack');
    writeImageFolder(photos, [1, 2]);
    const victim = join(photos, 'person01', 'person01_0002.jpg');
    const rounds = readFileSync(victim);
    await survive(
      async (damaged) => {
        writeFileSync(victim, damaged);
        await packFaces(photos, join(folder, 'packed', 'train.rec'));
      },
      rounds,
      isDataError,
      ROUNDS / 4,
    );
  });

  it('a pickle whose few bytes ask for much: shared text, long shapes, deep nests, giant lengths', () => {
    const path = join(folder, 'greedy.bin');
    const times = (piece: string, n: number) => piece.repeat(n);
    const text = `X\x00\x00\x10\x00${'a'.repeat(2 ** 20)}q\x00`;
    const greedy = [
      `\x80\x02${text}${times('c_codecs\nencode\nh\x00X\x06\x00\x00\x00latin1\x86R0', 20_000)}.`,
      `\x80\x02(${times('K\x01', 50_000)}tq\x00${times('cnumpy.core.numeric\n_frombuffer\n(U\x01acnumpy\ndtype\n(U\x02u1tRh\x00tR0', 2_000)}.`,
      `\x80\x02${times('(', 200_000)}${times('t', 200_000)}.`,
      `\x80\x02]${times('\x85', 300_000)}.`,
      '\x80\x05\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc.',
      `\x80\x02L${times('9', 500_000)}L\n.`,
      `\x80\x02\x8b\x00\x00\x08\x00${times('\xff', 2 ** 19)}.`,
    ];
    for (const [i, content] of greedy.entries()) {
      writeFileSync(path, Buffer.from(content, 'latin1'));
      const before = process.memoryUsage().arrayBuffers;
      const start = performance.now();
      expect(() => readPairs(path), `pickle ${i}`).toThrow(DataError);
      expect(performance.now() - start, `pickle ${i}`).toBeLessThan(SLOWEST_MS);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 2 ** 20);
    }
  });
});
