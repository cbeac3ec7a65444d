import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Writes `service-worker.js`, which knows every file of the built page by name. */
export const serviceWorker = (): Plugin => ({
  name: 'service-worker',
  apply: 'build',
  enforce: 'post',
  generateBundle(_, bundle) {
    const built = Object.values(bundle);
    const open = readdirSync(here('../public'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(here('../public/').length).replaceAll('\\', '/'));
    const names = [...built.map(({ fileName }) => fileName), ...open];
    // Networks that nobody chose are not kept before somebody does.
    const first = names.filter((name) => !name.endsWith('.pnet') || /(yunet|pocketnet-s-128)-[^/]*\.pnet$/.test(name));
    const hash = createHash('sha256');
    for (const output of built) hash.update(output.fileName).update('code' in output ? output.code : output.source);
    for (const name of open) hash.update(readFileSync(here(`../public/${name}`)));
    this.emitFile({
      type: 'asset',
      fileName: 'service-worker.js',
      source: readFileSync(here('../src/service-worker.js'), 'utf8')
        .replace('__FILES__', JSON.stringify(['./', ...first]))
        .replace('__VERSION__', JSON.stringify(hash.digest('hex').slice(0, 12))),
    });
  },
});
