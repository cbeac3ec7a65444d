import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { demoMarker, readyDemoFolder } from '../dist/demo/folder.js';
import { showPhotos } from '../dist/demo/photos.js';
import { pocketnet, workplace } from './pocketnet.js';

describe('the folder of a demo', () => {
  const place = workplace();
  afterAll(() => place.remove());

  /** A folder with files, those with a / in folders of their own. */
  function folder(name: string, ...files: string[]): string {
    const path = join(place.path, name);
    mkdirSync(path, { recursive: true });
    for (const file of files) {
      mkdirSync(join(path, file, '..'), { recursive: true });
      writeFileSync(join(path, file), 'precious');
    }
    return path;
  }

  it.each(['data/faces.rec', 'run/notes.txt', 'model.onnx', 'report.html'])(
    "is not one of somebody's own, though it holds a name that a demo writes: %s",
    async (file) => {
      const out = folder(`own-${file.replace('/', '-')}`, file);
      const { code, stderr } = await pocketnet(['demo', '--out', out]);
      expect(code).toBe(1);
      expect(stderr).toContain(out);
      expect(stderr).toContain('--out');
      expect(readFileSync(join(out, file), 'utf8')).toBe('precious');
      expect(existsSync(join(out, demoMarker))).toBe(false);
    },
  );

  it('is made where there is none, and cleared where a demo made it', () => {
    const out = join(place.path, 'new', 'deeper');
    readyDemoFolder(out);
    expect(readdirSync(out)).toEqual([demoMarker]);
    folder(join('new', 'deeper'), 'data/faces.rec', 'model.onnx', 'run/last.safetensors');
    readyDemoFolder(out);
    expect(readdirSync(out)).toEqual([demoMarker]);
  });

  it('keeps what somebody added to it, and all the rest then', () => {
    const out = folder('added', demoMarker, 'thesis.tex', 'data/faces.rec');
    expect(() => readyDemoFolder(out)).toThrow(/thesis\.tex/);
    expect(readdirSync(out).sort()).toEqual([demoMarker, 'data', 'thesis.tex']);
  });
});

describe('the photos of a demo', () => {
  const place = workplace();
  afterAll(() => place.remove());

  it('show faces that are found, told apart from a stranger beside them, and drawn', async () => {
    const { faces, cosine, sentence, picture } = await showPhotos(place.path);
    expect({ faces, sentence }).toEqual({ faces: [2, 1], sentence: expect.stringMatching(/^The same person: /) });
    expect(cosine).toBeGreaterThan(0.5);
    expect(readFileSync(picture).subarray(0, 2).toString('hex')).toBe('ffd8');
  });
});
