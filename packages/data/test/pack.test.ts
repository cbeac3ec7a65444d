import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  balancedFolds,
  inspect,
  joinLocations,
  openSource,
  packFaces,
  packPairs,
  readPairs,
  writeFaces,
  writeImageList,
  writePairs,
  writeRecords,
} from '@pocketnet/data';
import { describe, expect, it } from 'vitest';
import { jpegShell, jpegShells, temporaryFolder, writeImageFolder } from './format-fixtures.js';

const folder = temporaryFolder();
const photos = join(folder, 'photos');
const bytes = writeImageFolder(photos, [2, 3, 1]);

describe('packFaces', () => {
  it('makes a RecordIO set with the very bytes and labels of the folder', async () => {
    const out = join(folder, 'packed.rec');
    const seen: number[] = [];
    const packed = await packFaces(photos, out, { onProgress: (done, total) => seen.push(done / total) });
    expect(packed).toEqual({ images: 6, identities: 3, width: 112, height: 112, skipped: 0, problems: [] });
    expect(seen.at(-1)).toBe(1);
    const [from, to] = [openSource(photos), openSource(out)];
    for (let i = 0; i < 6; i++) {
      expect(Buffer.from(to.read(i))).toEqual(Buffer.from(from.read(i)));
      expect(to.label(i)).toBe(from.label(i));
    }
    expect(readFileSync(join(folder, 'packed.lst'), 'utf8').split('\n')[2]).toBe('1\tperson01/person01_0001.jpg\t1');
  });

  it('names a picture that is of another size, cut off or no picture, and writes nothing', async () => {
    const complaints: [string, Uint8Array, RegExp][] = [
      ['b.jpg', jpegShell(96, 112), /b\.jpg: has 96x112 pixels, but person00\/person00_0001\.jpg has 112x112/],
      ['b.jpg', jpegShell().subarray(0, -40), /b\.jpg: the JPEG is damaged \(Premature end of JPEG file\)/],
      [
        'b.jpg',
        Buffer.from('GIMP XCF'),
        /b\.jpg: the image is of no known format \(it starts with 47494d50\); JPEG, PNG, .* BMP/,
      ],
      ['b.png', new Uint8Array(), /b\.png: the image is empty/],
    ];
    for (const [i, [name, content, message]] of complaints.entries()) {
      const copy = join(folder, `copy${i}`);
      cpSync(photos, copy, { recursive: true });
      mkdirSync(join(copy, 'z'));
      writeFileSync(join(copy, 'z', name), content);
      const out = join(folder, `no${i}`, 'train.rec');
      await expect(packFaces(copy, out)).rejects.toThrow(message);
      expect(() => readFileSync(out)).toThrow(/ENOENT/);
    }
  });
});

describe('packing a part of a set', () => {
  const bad = join(folder, 'with-bad');
  const rec = join(folder, 'with-bad.rec');
  const [first = new Uint8Array(), ...good] = jpegShells(5);
  writeFaces(
    rec,
    [first, ...good].map((image, i) => ({ identity: i >> 1, image: i === 2 ? image.slice(0, 400) : image })),
  );

  it('goes around a bad record by the list that `inspect --deep` makes, which is a remedy that the message names', async () => {
    await expect(packFaces(rec, join(folder, 'new.rec'))).rejects.toThrow(
      /with-bad\.rec, record 3: the JPEG is damaged .*--bad LIST.*\?without=LIST.*data pack.*onBadImage: skip/,
    );
    const { badImages, images } = await inspect(rec, { deep: true });
    expect(badImages).toEqual([3]);
    writeImageList(bad, badImages, { of: images, about: 'bad' });
    const packed = await packFaces(`${rec}?without=${bad}`, join(folder, 'new.rec'));
    expect(packed).toMatchObject({ images: 4, identities: 3, skipped: 0 });
    expect(await inspect(join(folder, 'new.rec'), { deep: true })).toMatchObject({ images: 4, problems: [] });
  });

  it('skips bad pictures when asked, and says which', async () => {
    const packed = await packFaces(rec, join(folder, 'skipped.rec'), { onBadImage: 'skip' });
    expect(packed).toMatchObject({
      images: 4,
      identities: 3,
      skipped: 1,
      problems: [expect.stringMatching(/record 3: /)],
    });
  });

  it('keeps an unlabelled set unlabelled, and refuses one of both sorts', async () => {
    const unlabelled = join(folder, 'unlabelled.rec');
    const packed = writeFaces(
      unlabelled,
      good.map((image) => ({ identity: 0, image })),
      { isLabelled: false },
    );
    expect(packed).toEqual({ images: 4, identities: 0 });
    expect(await packFaces(unlabelled, join(folder, 'again.rec'))).toMatchObject({ images: 4, identities: 0 });
    expect(openSource(join(folder, 'again.rec')).identities).toBe(0);
    expect(await inspect(join(folder, 'again.rec'))).toMatchObject({ problems: [] });
    const joined = joinLocations({ labelled: [photos], unlabelled: [unlabelled] });
    await expect(packFaces(joined, join(folder, 'no.rec'))).rejects.toThrow(/without a label .* Pack the parts/);
  });
});

describe('packPairs', () => {
  const list = join(folder, 'pairs.txt');
  const out = join(folder, 'pairs.bin');
  const pack = async (text: string) => {
    writeFileSync(list, text);
    return packPairs(photos, list, out);
  };

  it('packs a list in the style of LFW', async () => {
    const text = '2\t1\nperson00\t1\t2\nperson00\t1\tperson02\t1\nperson01\t3\t1\nperson01\t2\tperson02\t1\n';
    expect(await pack(text)).toEqual({ pairs: 4, same: 2, images: 6, folds: 2 });
    const set = readPairs(out);
    expect(set.same).toEqual([true, false, true, false]);
    const order = [0, 1, 0, 5, 4, 2, 3, 5];
    expect(set.images.map((image) => Buffer.from(image))).toEqual(order.map((i) => Buffer.from(bytes[i] ?? '')));
  });

  it('packs a list of two paths and an answer', async () => {
    const text =
      '# mine\nperson00/person00_0001.jpg person00/person00_0002.jpg 1\n\nperson00/person00_0001.jpg person02/person02_0001 0\r\n';
    expect(await pack(text)).toEqual({ pairs: 2, same: 1, images: 3 });
  });

  it('names the line at fault', async () => {
    const complaints: [string, RegExp][] = [
      ['', /pairs\.txt: is empty/],
      [
        '10\t300\nperson00\t1\t2\n',
        /states 3000 of each sort on its first line, but lists 1 pairs of one person and 0 of two/,
      ],
      ['person00 1 2\nperson00 1\n', /line 2: "person00 1" is no pair\. Write "name 1 2"/],
      ['a.jpg b.jpg 2\n', /line 1: "a\.jpg b\.jpg 2" is no pair\. Write "pathA pathB 1"/],
      ['person00 1 9\n', /line 1: there is no person00\/person00_0009/],
      ['../secret.jpg person00/person00_0001.jpg 0\n', /line 1: \.\.\/secret\.jpg lies outside/],
      ['/etc/hostname person00/person00_0001.jpg 0\n', /line 1: \/etc\/hostname lies outside/],
    ];
    for (const [text, message] of complaints) await expect(pack(text), text).rejects.toThrow(message);
  });
});

describe('inspect', () => {
  it('sums up a folder of identities', async () => {
    writeFileSync(join(photos, 'readme.txt'), '');
    expect(await inspect(photos)).toMatchObject({
      kind: 'image-folder',
      images: 6,
      identities: 3,
      imagesPerIdentity: { min: 1, median: 2, mean: 2, max: 3 },
      sizes: [{ format: 'jpeg', width: 112, height: 112, images: 6 }],
      checked: 6,
      problems: ["readme.txt lies beside the identities' folders and was passed over."],
    });
    rmSync(join(photos, 'readme.txt'));
  });

  it('finds the damaged images of a packed set only where it looks: a sample, or all when it is deep', async () => {
    const many = join(folder, 'many');
    writeImageFolder(many, new Array<number>(150).fill(4));
    const out = join(folder, 'many.rec');
    await packFaces(many, out);
    const content = readFileSync(out);
    const second = content.indexOf(openSource(out).read(1));
    content.fill(0, second, second + 3);
    writeFileSync(out, content);
    expect(await inspect(out)).toMatchObject({ checked: 256, problems: [] });
    const deep = await inspect(out, { deep: true });
    expect(deep).toMatchObject({
      checked: 600,
      problems: [
        expect.stringMatching(
          /many\.rec, record 2: the image is of no known format \(it starts with 000000fe\); JPEG, .*\.$/,
        ),
        expect.stringMatching(/^Leave it out: "data inspect LOCATION --deep --bad LIST"/),
      ],
      badImages: [2],
    });
  });

  it('tells a missing index and a wrong property', async () => {
    const out = join(folder, 'odd', 'train.rec');
    await packFaces(photos, out);
    writeFileSync(join(folder, 'odd', 'property'), '99,112,112\n');
    rmSync(join(folder, 'odd', 'train.idx'));
    expect((await inspect(out)).problems).toEqual([
      'There is no .idx; it was rebuilt by walking through the records.',
      'The property file states 99 identities; the images have 3.',
    ]);
  });

  it('finds records that the index leaves out when it is deep', async () => {
    const out = join(folder, 'gaps.rec');
    writeRecords(out, (writer) => {
      for (const [key, image] of jpegShells(4).entries()) writer.write(key, { label: 0 }, image);
    });
    const idx = join(folder, 'gaps.idx');
    const lines = readFileSync(idx, 'utf8').split('\n');
    writeFileSync(idx, lines.filter((line) => !line.startsWith('2')).join('\n'));
    const gap = 'The index leaves out what follows 1 of the records, first after record 1.';
    expect((await inspect(out)).problems).not.toContain(gap);
    expect((await inspect(out, { deep: true })).problems).toContain(gap);
  });

  it('sums up pairs and says which number of folds suits them', async () => {
    const path = join(folder, 'folds.bin');
    const same = [3, 3, 3, 3].flatMap((n, i) => new Array<boolean>(n).fill(i % 2 === 0));
    const images = jpegShells(24);
    images[1] = Uint8Array.from(images[0] ?? []);
    writePairs(path, { images, same });
    expect(await inspect(path)).toMatchObject({
      kind: 'pairs',
      images: 24,
      pairs: { total: 12, same: 6, distinctImages: 23, folds: 2 },
    });
    expect((await inspect(path)).problems[0]).toMatch(/--folds 2/);
    expect(balancedFolds(Array.from({ length: 600 }, (_, i) => i % 60 < 30))).toBe(10);
    expect(balancedFolds([true, true, false, false])).toBe(1);
  });
});
