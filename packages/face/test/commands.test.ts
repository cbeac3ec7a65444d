import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { drawFace, encodeJpegSync } from '@pocketnet/data';
import { decodeNpy } from '@pocketnet/files';
import { appProgram, table } from 'pocketnet/commands';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Place } from './support/command.js';

const place = new Place();
const { file } = place;
const pocketnet = (...args: string[]) => place.pocketnet(args);
const json = (...args: string[]) => place.json(args);

/** A person in the middle of a photo. */
const portrait = (identity: number, sample: number) => [{ identity, sample, x: 120, y: 80, side: 160 }];

beforeAll(async () => {
  await place.write('one.jpg', 400, 320, portrait(1, 0));
  await place.write('again.png', 400, 320, portrait(1, 1));
  await place.write('other.webp', 400, 320, portrait(3, 0)); // 2 passes for 1: drawn people are more alike than real ones
  await place.write('two.jpg', 500, 320, [
    { identity: 1, x: 20, y: 100, side: 100 },
    { identity: 2, x: 250, y: 60, side: 200 },
  ]);
  await place.write('nobody.jpg', 200, 200, []);
  writeFileSync(file('a.pth'), 'weights');
  writeFileSync(file('cut.jpg'), readFileSync(file('one.jpg')).subarray(0, 2000));
  for (const sample of [0, 1])
    writeFileSync(file(`crop${sample}.jpg`), encodeJpegSync(drawFace(3, sample, { size: 112 })));
});
afterAll(() => place.remove());

describe('pocketnet verify', () => {
  it('tells one person from two, says what that means, and tells the networks’ terms once', () => {
    const same = pocketnet('verify', 'one.jpg', 'again.png', '--json');
    const { same: verdict, oneIn, supported, sentence, images } = JSON.parse(same.stdout);
    expect({ verdict, supported: typeof supported }).toEqual({ verdict: true, supported: 'boolean' });
    expect(oneIn).toBeGreaterThan(1000);
    expect(sentence).toMatch(/^The same person: .*one stranger in/);
    expect(images[0]).toMatchObject({ path: 'one.jpg', faces: 1, face: { score: expect.any(Number) } });
    expect(same.stderr.match(/non-commercial research only/g)).toHaveLength(1);
    expect(json('verify', 'one.jpg', 'other.webp').cosine).toBeLessThan(Number(JSON.parse(same.stdout).cosine));
  });

  it('says which of several faces it took, and draws what it saw', async () => {
    const { stdout } = pocketnet('verify', 'two.jpg', 'other.webp', '--show', 'seen.png');
    expect(stdout).toMatch(/two\.jpg +the most prominent of 2 faces: 1\d\d pixels, at \((2|3)\d\d,/);
    const { width = 0, height = 0 } = await sharp(file('seen.png')).metadata();
    expect([width > 800, height]).toEqual([true, 616]);
  });

  it('follows the strangers that are let pass, and a threshold of one’s own', () => {
    const { cosine, oneIn } = json('verify', 'one.jpg', 'other.webp') as { cosine: number; oneIn: number };
    expect(json('verify', 'one.jpg', 'other.webp', '--threshold', String(cosine - 0.01)).same).toBe(true);
    expect(json('verify', 'one.jpg', 'other.webp', '--threshold', String(cosine + 0.01)).same).toBe(false);
    expect(json('verify', 'one.jpg', 'other.webp', '--one-in', String(Math.ceil(oneIn) + 10)).same).toBe(false);
  });

  it('takes crops that are aligned already', () => {
    expect(json('verify', 'crop0.jpg', 'crop0.jpg', '--aligned')).toMatchObject({
      same: true,
      images: [{ faces: 0, face: null }, {}],
    });
    expect(pocketnet('verify', 'crop0.jpg', 'crop1.jpg', '--aligned').stderr).not.toContain('yunet');
    expect(pocketnet('verify', 'one.jpg', 'crop0.jpg', '--aligned')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('one.jpg is 400x320; an aligned crop is 112x112'),
    });
  });

  it.each([
    [
      'no face',
      ['nobody.jpg', 'one.jpg'],
      1,
      'nobody.jpg: no face was found. If it shows small faces, add --min-face 20.',
    ],
    ['a file that is cut off', ['cut.jpg', 'one.jpg'], 1, 'cut.jpg: this JPEG is cut off'],
    ['a file that is not there', ['none.jpg', 'one.jpg'], 1, 'none.jpg: there is no such file'],
    ['a model that is no plan', ['one.jpg', 'one.jpg', '--model', 'one.jpg'], 2, 'one.jpg is not a compiled network'],
    ['weights that are not compiled', ['one.jpg', 'one.jpg', '--model', 'a.pth'], 2, 'export --weights a.pth'],
    ['a picture that cannot be drawn', ['one.jpg', 'one.jpg', '--show', 'seen.txt'], 2, 'It must end in .jpg or'],
    ['two bounds at once', ['one.jpg', 'one.jpg', '--one-in', '9', '--threshold', '0.5'], 2, 'cannot be used with'],
    ['a side that is no number', ['one.jpg', 'one.jpg', '--min-face', 'small'], 2, 'It must be a number from 1'],
    ['a folder', ['.', 'one.jpg'], 1, '.: it is a folder. Name a picture in it.'],
  ])('says what to do about %s', (_, args, code, text) => {
    expect(pocketnet('verify', ...args)).toMatchObject({ code, stderr: expect.stringContaining(text) });
  });
});

describe('pocketnet detect', () => {
  it('lists the faces of every photo in the order of the photos, and what was wrong with the others', () => {
    const { photos } = json('detect', '.', '--workers', '2') as {
      photos: { file: string; faces?: unknown[]; problem?: string }[];
    };
    const found = Object.fromEntries(photos.map(({ file: name, faces, problem }) => [name, problem ?? faces?.length]));
    expect(found).toMatchObject({
      'again.png': 1,
      'cut.jpg': 'truncated',
      'nobody.jpg': 0,
      'one.jpg': 1,
      'two.jpg': 2,
    });
    expect(pocketnet('detect', 'cut.jpg')).toMatchObject({ code: 1, stdout: expect.stringContaining('cut off') });
    expect(photos.map((each) => each.file)).toEqual(photos.map((each) => each.file).sort());
  });

  it('opens the detector alone: the face network is neither told of nor looked for', () => {
    const { code, stderr } = pocketnet('detect', 'one.jpg');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^yunet-n: Apache-2\.0 .*\n$/) });
  });
});

describe('pocketnet embed', () => {
  const rowsOf = (path: string) => decodeNpy(new Uint8Array(readFileSync(file(path))), path);

  it('writes a row for every face, the same of one worker and of two', () => {
    const args = ['embed', 'one.jpg', 'two.jpg', 'nobody.jpg', 'again.png', 'cut.jpg', '--faces', 'all'];
    const whole = json(...args, '--out', 'whole.npy', '--workers', '1');
    expect(whole).toMatchObject({
      rows: 4,
      dimension: 128,
      without: 1,
      problems: [{ file: 'cut.jpg', problem: 'truncated' }],
    });
    const matrix = rowsOf('whole.npy');
    expect(matrix.shape).toEqual([4, 128]);
    const names = readFileSync(file('whole.names.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(names.map(({ file: name, face }) => `${name} ${face}`)).toEqual([
      'one.jpg 0',
      'two.jpg 0',
      'two.jpg 1',
      'again.png 0',
    ]);

    json(...args, '--out', 'again.npy', '--workers', '2');
    expect(rowsOf('again.npy')).toEqual(matrix);
    expect(existsSync(file('again.npy.journal'))).toBe(false);
  });

  it('writes nothing where there is no face at all, and says why', () => {
    const { code, stderr } = pocketnet('embed', 'nobody.jpg', 'cut.jpg', '--out', 'none.npy');
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Photos: 2, of which 1 without such a face .*, 1 unreadable \(cut\.jpg: this JPEG/),
    });
    expect(['none.npy', 'none.npy.journal'].filter((name) => existsSync(file(name)))).toEqual([]);
  });

  /** Runs the command, which sends itself a signal between two photos: from outside it could come too late. */
  const signalled = (signal: NodeJS.Signals, journal: string, args: readonly string[]) => {
    const watch = `import { existsSync, readFileSync } from 'node:fs';
      const path = ${JSON.stringify(file(journal))};
      const lines = () => (existsSync(path) ? readFileSync(path, 'utf8').split('\\n').length - 1 : 0);
      const timer = setInterval(() => {
        if (lines() < 3) return;
        clearInterval(timer);
        process.kill(process.pid, '${signal}');
      }, 1).unref();`;
    const words = ['--import', `data:text/javascript,${encodeURIComponent(watch)}`, place.script, ...args];
    return spawnSync(process.execPath, words, { cwd: place.path, encoding: 'utf8' });
  };

  it('ends on Ctrl-C with 130 and a sentence that says what is kept', () => {
    const args = ['embed', ...Array<string>(60).fill('one.jpg'), '--workers', '1', '--out', 'stopped.npy'];
    const { status, stderr } = signalled('SIGINT', 'stopped.npy.journal', args);
    expect(status).toBe(130);
    expect(stderr).toContain('kept in stopped.npy.journal: the same command goes on from there.');
  });

  it('goes on where it was killed', () => {
    const args = ['embed', ...Array<string>(12).fill('one.jpg'), 'two.jpg', '--workers', '1', '--out', 'killed.npy'];
    const { signal } = signalled('SIGKILL', 'killed.npy.journal', args);
    expect(signal).toBe('SIGKILL');
    const linesOf = (): number => {
      const path = file('killed.npy.journal');
      return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
    };
    expect(linesOf()).toBeGreaterThanOrEqual(3); // what the work is, and two photos at least
    const { stderr } = pocketnet(...args);
    expect(Number(/embed 13 photos in \S+ · (\S+)/.exec(stderr)?.[1])).toBeGreaterThan(0);
    expect(rowsOf('killed.npy').shape).toEqual([13, 128]);
    expect(rowsOf('killed.npy').data.slice(0, 512)).toEqual(rowsOf('whole.npy').data.slice(0, 512));
    expect(linesOf()).toBe(0);
  });
});

it('says of other verbs where they are', () => {
  expect(pocketnet('train')).toMatchObject({ code: 2, stderr: expect.stringContaining('npm install @pocketnet/cli') });
  expect(pocketnet('identfy')).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean identify?') });
  expect(appProgram().commands.map((each) => each.name())).toEqual(
    expect.arrayContaining(['verify', 'detect', 'embed']),
  );
});

it('prints tables of as many lines as a gallery may have people', () => {
  const lines = table([{ title: 'name', value: String }], Array(200_000).fill('Ada')).split('\n');
  expect(lines).toHaveLength(200_001);
});
