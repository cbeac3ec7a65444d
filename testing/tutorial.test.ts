import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serveFolder, verdictInPage } from '../scripts/packages/page.mjs';
import { findChromium } from './chromium.mjs';
import { root } from './pages.js';
import { exampleOf, runAllShellExamples } from './readme-example.js';

it('leads from a folder of photos to a network of your own in a web page', () =>
  runAllShellExamples('docs/tutorial.md', async (place, printed) => {
    expect(printed).toMatch(/faces of 12 people/);
    expect(printed).toMatch(/^verdict +(The same person|Perhaps the same person|Different people): /m);
    expect(existsSync(join(place, 'seen.jpg'))).toBe(true);
    expect(existsSync(join(place, 'faces/train.prepared.html'))).toBe(true);
    if (findChromium() === undefined) return console.warn('no Chromium: the page was not opened');

    const page = join(place, 'page');
    cpSync(join(root, 'examples/verify-in-a-page'), page, { recursive: true });
    const main = join(page, 'main.js');
    const changed = exampleOf(join(root, 'docs/tutorial.md'), 'js');
    const script = readFileSync(main, 'utf8')
      .replace(/const opening = openPocketNet\(\{[\s\S]*?\n\}\);\n/, () => changed)
      .replace(/^import .*pocketnet-s-128.*\n/m, '');
    expect(script).toContain('mine.pnet');
    writeFileSync(main, script);
    mkdirSync(join(page, 'public'));
    copyFileSync(join(place, 'mine.pnet'), join(page, 'public/mine.pnet'));
    symlinkSync(join(root, 'node_modules'), join(page, 'node_modules'));
    execFileSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error'], {
      cwd: page,
    });
    const photos = ['photos/person_00/0.jpg', 'photos/person_00/1.jpg'].map((name) => join(place, name)) as [
      string,
      string,
    ];
    const server = await serveFolder(join(page, 'dist'));
    try {
      expect(await verdictInPage(server.address, ...photos)).toMatch(
        /^(The same person|Perhaps the same person|Different people): /,
      );
    } finally {
      server.close();
    }
  }));
