import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DataError,
  openRecordIO,
  packFaces,
  packPairs,
  readPairs,
  readPairsList,
  writePairs,
  writeRecords,
} from '@pocketnet/data';
import { describe, expect, it } from 'vitest';
import { FUZZ_ROUNDS, FUZZ_SEED, survive } from '../../../testing/damage.js';
import { jpegShells, temporaryFolder, writeImageFolder } from './format-fixtures.js';

const folder = temporaryFolder();
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

describe(`damaged files (FUZZ_SEED=${FUZZ_SEED}, ${FUZZ_ROUNDS} each)`, () => {
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
      FUZZ_ROUNDS / 4,
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
      FUZZ_ROUNDS / 4,
    );
  });
});
