import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePicture, readPairs } from '@pocketnet/data';
import { afterAll, describe, expect, it } from 'vitest';
import { json, pocketnet, watchEngine, workplace } from './pocketnet.js';

const FACES = 'generated:identities=4,images=2,size=32';
const place = workplace();
const at = { cwd: place.path };
const bytes = (name: string): Buffer => readFileSync(join(place.path, name));
const pairs = (name: string) => readPairs(join(place.path, name));
afterAll(() => place.remove());

describe('data turn', () => {
  it('writes crops into a folder or a .rec that is read as any other, without libtorch', async () => {
    for (const out of ['folder', 'set/train.rec']) {
      const args = ['data', 'turn', FACES, '--yaw', '-60,60', '--out', out];
      const { code, stderr } = await pocketnet(args, { ...at, node: ['--import', watchEngine] });
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('engine:false') });
      expect(await json(['data', 'inspect', out], at)).toMatchObject({ images: 8, identities: 4, problems: [] });
    }
  });

  it('draws a sheet: a row for a crop, a column for it and each yaw', async () => {
    await json(
      ['data', 'turn', FACES, '--yaw', '-30,30,60', '--pitch', '5', '--sheet', 'sheet.png', '--rows', '2'],
      at,
    );
    expect(await decodePicture(bytes('sheet.png'))).toMatchObject({ width: 4 * 32, height: 2 * 32 });
  });

  it('turns the second pictures of a .bin, which `draw-pairs --turn` does at once', async () => {
    await json(['data', 'generate', '--out', 'faces.rec', '--identities', '8', '--images', '3', '--size', '32'], at);
    const draw = ['data', 'draw-pairs', 'faces.rec', '--pairs', '8', '--folds', '2'];
    await json([...draw, '--out', 'plain.bin'], at);
    expect(await json([...draw, '--turn', '60', '--out', 'drawn.bin'], at)).toMatchObject({ pairs: 8, turn: 60 });
    await json(['data', 'turn', 'plain.bin', '--yaw', '60,-60', '--out', 'turned.bin'], at);
    expect(bytes('turned.bin')).toEqual(bytes('drawn.bin'));
    const [plain, turned] = [pairs('plain.bin'), pairs('turned.bin')];
    expect(turned.same).toEqual(plain.same);
    expect(turned.images.map((image, i) => Buffer.compare(image, plain.images[i] ?? image) === 0)).toEqual(
      plain.images.map((_, i) => i % 2 === 0),
    );
  });

  it.each([
    ['nothing to write', ['--yaw', '3'], /--out, --sheet or both/],
    ['a yaw beyond the side', ['--yaw', '30,120', '--out', 'x'], /--yaw.*-85 to 85/],
    ['crops into a .bin', ['--yaw', '30', '--out', 'x.bin'], /pairs of a \.bin/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await pocketnet(['data', 'turn', FACES, ...args], at);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
    expect(existsSync(join(place.path, 'x'))).toBe(false);
  });
});
