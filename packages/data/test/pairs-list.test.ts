import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBenchmark, packPairs, readPairs, readPairsList } from '@pocketnet/data';
import { describe, expect, it } from 'vitest';
import { FOLDS, writeLfw } from './benchmark-folders.js';
import { jpegShell, temporaryFolder, writeImageFolder } from './format-fixtures.js';

const folder = temporaryFolder();
const path = join(folder, 'list.txt');
const read = (text: string) => {
  writeFileSync(path, text);
  const { pairs, stated } = readPairsList(path);
  return { stated, pairs: pairs.map(({ first, second, same }) => [first, second, same ? 1 : 0]) };
};

/** Two pairs, as LFW's authors and everybody after them write them. */
const LFW = [
  ['Ada_One/Ada_One_0001', 'Ada_One/Ada_One_0002', 1],
  ['Ada_One/Ada_One_0001', 'Ben_Two/Ben_Two_0013', 0],
];
const lfwStyles: Record<string, string> = {
  tabs: 'Ada_One\t1\t2\nAda_One\t1\tBen_Two\t13\n',
  blanks: 'Ada_One 1 2\nAda_One  1  Ben_Two 13',
  commas: 'Ada_One,1,2\nAda_One,1,Ben_Two,13\n',
  semicolons: 'Ada_One; 1; 2\nAda_One; 1; Ben_Two; 13\n',
  'commas to the end of each line': 'Ada_One,1,2,\nAda_One,1,Ben_Two,13\n',
  quotes: '"Ada_One","1","2"\n"Ada_One","1","Ben_Two","13"\n',
  'padded numbers': 'Ada_One\t0001\t0002\nAda_One\t0001\tBen_Two\t0013\n',
  titles: 'name\tnr\tname2\tnr2\nAda_One\t1\t2\nAda_One\t1\tBen_Two\t13\n',
  'titles with commas': 'name,imagenum1,imagenum2,\nAda_One,1,2,\nAda_One,1,Ben_Two,13\n',
};
const pathStyles: Record<string, string> = {
  blanks: 'a/1.jpg a/2.jpg 1\na/1.jpg b/1.png 0\n',
  tabs: 'a/1.jpg\ta/2.jpg\t1\na/1.jpg\tb/1.png\t0\n',
  commas: 'a/1.jpg,a/2.jpg,1\na/1.jpg,b/1.png,0\n',
  titles: 'first,second,same\na/1.jpg,a/2.jpg,1\na/1.jpg,b/1.png,0\n',
  'the answer first': '1 a/1.jpg a/2.jpg\n0 a/1.jpg b/1.png\n',
  'words and −1': 'a/1.jpg,a/2.jpg,True\na/1.jpg,b/1.png,-1\n',
  'comments and empty lines': '# mine\n\na/1.jpg a/2.jpg 1\n\n# more\na/1.jpg b/1.png 0\n',
};
const PATHS = [
  ['a/1.jpg', 'a/2.jpg', 1],
  ['a/1.jpg', 'b/1.png', 0],
];
const photo = ([a, b, same]: (string | number)[]): string => `${a} ${same}\n${b} ${same}\n`;

describe('a list of pairs', () => {
  const dressed: [string, (text: string) => string][] = [
    ['as it is', (text) => text],
    ['with CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['with a BOM', (text) => `\ufeff${text}`],
    ['with neither end nor start tidy', (text) => `\n  \n${text.trimEnd()}  `],
  ];
  it.each(dressed)('is read in every style, %s', (_, dress) => {
    for (const [style, text] of Object.entries(lfwStyles)) expect(read(dress(text)).pairs, style).toEqual(LFW);
    for (const [style, text] of Object.entries(pathStyles)) expect(read(dress(text)).pairs, style).toEqual(PATHS);
    expect(read(dress(PATHS.map(photo).join(''))).pairs).toEqual(PATHS);
    expect(read(dress(`name same_person\n${PATHS.map(photo).join('')}`)).pairs).toEqual(PATHS);
  });

  it('may have blanks in its names, parted by what it likes', () => {
    const expected = [
      ['Ann Lee/Ann Lee_0001', 'Ann Lee/Ann Lee_0002', 1],
      ['Ann Lee/Ann Lee_0001', 'Bob van Ray/Bob van Ray_0004', 0],
    ];
    for (const blank of ['\t', ',', ';', ' '])
      expect(read(`Ann Lee${blank}1${blank}2\nAnn Lee${blank}1${blank}Bob van Ray${blank}4\n`).pairs).toEqual(expected);
    const paths = [['my photos/a b.jpg', 'my photos/c.jpg', 0]];
    for (const blank of ['\t', ',', ' '])
      expect(read(`my photos/a b.jpg${blank}my photos/c.jpg${blank}0\n`).pairs).toEqual(paths);
    expect(read('0 my photos/a b.jpg my photos/c.jpg\n').pairs).toEqual(paths);
    expect(read('my photos/a b.jpg 0\nmy photos/c.jpg 0\n').pairs).toEqual(paths);
  });

  it('may state its folds and pairs on the first line', () => {
    for (const counts of ['10\t300', '10 300', '10,300'])
      expect(read(`${counts}\n${lfwStyles.tabs}`)).toMatchObject({ stated: { folds: 10, half: 300 }, pairs: LFW });
    expect(read(`1\n${lfwStyles.tabs}`).stated).toEqual({ folds: 1, half: 1 });
    expect(read(lfwStyles.tabs ?? '').stated).toBeUndefined();
  });

  it('is refused by its line where it is none', () => {
    const complaints: [string, RegExp][] = [
      ['', /is empty/],
      ['# nothing\n', /lists no pairs/],
      ['name nr name2 nr2\n', /lists no pairs/],
      ['Ada 1 2\nAda 1\n', /line 2: "Ada 1" is no pair\. Write "name 1 2"/],
      ['a.jpg b.jpg 2\n', /line 1: "a\.jpg b\.jpg 2" is no pair\. Write "pathA pathB 1"/],
      ['Ann 7 Lee 1 Bob Ray 2\n', /line 1: .* is no pair/], // whose is the 7?
      ['a.jpg 1\nb.jpg 0\n', /line 2: .* is labelled 0, but the photo before it 1/],
      ['a.jpg 1\n', /holds 1 photos, an odd number/],
    ];
    for (const [text, message] of complaints) expect(() => read(text), text).toThrow(message);
  });

  it('is the same list for `data pairs` and in the folder of a benchmark', async () => {
    const lfw = join(folder, 'lfw');
    writeLfw(lfw, { photo: (person, shot) => jpegShell(112, 112, Uint8Array.of(person, shot)) });
    const expected = openBenchmark(lfw).pairs.map(({ same }) => same);
    const list = join(lfw, 'pairs.txt');
    const [, ...rows] = readPairsList(list).pairs.map(
      ({ first, second, same }) => `${first}.jpg,${second},${same ? 1 : 0}`,
    );
    expect(rows.length).toBe(4 * FOLDS - 1);
    for (const change of [
      (text: string) => text.replaceAll('\t', ','),
      (text: string) => `\ufeff${text.replaceAll('\n', '\r\n')}`,
      (text: string) => text.replace(/^.*\n/, 'name,imagenum1,name,imagenum2\n'),
    ]) {
      writeLfw(lfw, { photo: (person, shot) => jpegShell(112, 112, Uint8Array.of(person, shot)) });
      const text = change(readFileSync(list, 'utf8'));
      writeFileSync(list, text);
      expect(openBenchmark(lfw).pairs.map(({ same }) => same)).toEqual(expected);
      const out = join(folder, 'lfw.bin');
      await packPairs(join(lfw, 'lfw'), list, out);
      expect(readPairs(out).same).toEqual(expected);
    }
  });

  it('finds a photo whose extension it leaves out, or that was saved in another format', async () => {
    const photos = join(folder, 'photos');
    writeImageFolder(photos, [2]);
    for (const name of ['person00/person00_0001', 'person00/person00_0001.png', './person00/person00_0001.jpg']) {
      writeFileSync(path, `${name} person00/person00_0002.JPG 1\n`);
      expect(await packPairs(photos, path, join(folder, 'o.bin'))).toEqual({ pairs: 1, same: 1, images: 2 });
    }
  });
});
