import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawFace, encodeJpeg, readPairs } from '@pocketnet/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCfp, writeCplfw } from '../../data/test/benchmark-folders.js';
import { json, pocketnet, watchEngine, workplace } from './pocketnet.js';

describe('original photos', () => {
  const place = workplace();
  const at = { cwd: place.path };
  const points = [
    [38, 52],
    [74, 52],
    [56, 72],
    [42, 92],
    [71, 92],
  ] as const;
  beforeAll(async () => {
    const photo = await encodeJpeg(drawFace(1, 1, { size: 120 }));
    const crop = await encodeJpeg(drawFace(1, 1));
    writeCplfw(join(place.path, 'cplfw'), { photo: () => photo, landmarks: () => points });
    writeCfp(join(place.path, 'cfp'), { photo: () => crop });
    writeFileSync(
      join(place.path, 'landmarks.json'),
      JSON.stringify({ 'Person-1_van_Jr_1.jpg': { landmarks: points }, 'nobody.jpg': { landmarks: points } }),
    );
  });
  afterAll(() => place.remove());

  it('are aligned by `data align`, which counts what it passed over and loads no engine', async () => {
    const args = [
      'data',
      'align',
      'cplfw/images',
      '--landmarks',
      'landmarks.json',
      '--out',
      'crops',
      '--size',
      '64',
      '--json',
    ];
    const { code, stdout, stderr } = await pocketnet(args, { ...at, node: ['--import', watchEngine] });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ aligned: 1, size: 64, missing: ['nobody.jpg'], failures: [] });
    expect(stderr).toMatch(/39 photos have no landmarks/);
    expect(stderr).toContain('engine:false');
    expect(existsSync(join(place.path, 'crops', 'Person-1_van_Jr_1.jpg'))).toBe(true);
  });

  it('of a benchmark are packed by `data pairs`, aligned where they are no crops yet', async () => {
    expect(await json(['data', 'pairs', 'cplfw', '--out', 'cplfw.bin'], at)).toMatchObject({
      benchmark: 'cplfw',
      folds: 10,
      pairs: 40,
      same: 20,
      images: 40,
      aligned: 40,
      leftOut: { photos: 0, pairs: 0 },
      findings: [expect.stringMatching(/one person and two people/), expect.stringMatching(/one picture twice/)],
    });
    expect(readPairs(join(place.path, 'cplfw.bin')).same).toHaveLength(40);
    expect(await json(['data', 'pairs', 'cfp_fp:cfp', '--out', 'cfp.bin'], at)).toMatchObject({
      aligned: 0,
      images: 40,
    });
  });

  it('are named alike by `data inspect`, whose --landmarks is that of `data pairs`', async () => {
    expect(await json(['data', 'inspect', 'cfp_fp:cfp'], at)).toMatchObject({ kind: 'cfp_fp', pairs: { total: 40 } });
    const some = ['data', 'inspect', 'cplfw', '--landmarks', 'landmarks.json'];
    expect(await json(some, at)).toMatchObject({ kind: 'cplfw', crops: { aligned: 40, withoutLandmarks: 0 } });
    const near = await pocketnet(['data', 'pairs', 'cfp-fp:cfp', '--out', 'x.bin'], at);
    expect([near.code, near.stderr]).toEqual([1, expect.stringMatching(/Did you mean cfp_fp:cfp\./)]);
  });

  it('fail with a sentence: a benchmark that is none, and options that are not for lists', async () => {
    const none = await pocketnet(['data', 'pairs', '.', '--out', 'x.bin'], at);
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/holds no pair list of a benchmark/);
    const wrong = await pocketnet(['data', 'pairs', '.', 'list.txt', '--size', '64', '--out', 'x.bin'], at);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/--landmarks and --size are for a benchmark/);
  });
});
