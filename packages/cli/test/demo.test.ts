import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { demoMarker, readyDemoFolder } from '../dist/demo/folder.js';
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
