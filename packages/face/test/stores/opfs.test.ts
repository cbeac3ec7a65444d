import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundled, findChromium, openPage } from '../../../../testing/chromium.mjs';

const dist = (name: string): string => fileURLToPath(new URL(`../../dist/${name}`, import.meta.url));

/** Does in a worker what it is sent, and answers with what comes of it. */
const worker = `
  import { openOpfsStore } from '/opfs.js';
  import { Gallery } from '/gallery.js';
  const inventor = (seed) => Float32Array.from({ length: 16 }, (_, i) => Math.sin(seed + 7 * i * seed));
  const unit = (vector) => { const length = Math.hypot(...vector); return vector.map((value) => value / length); };
  const template = (seed) => ({ model: 'm', vector: unit(inventor(seed)) });
  const files = async () => {
    const found = {};
    for await (const [name, handle] of (await navigator.storage.getDirectory()).entries())
      found[name] = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    return found;
  };
  const holds = async (bytes) => Object.values(await files()).some((file) => {
    for (let at = 0; at + bytes.length <= file.length; at++) if (bytes.every((byte, i) => file[at + i] === byte)) return true;
    return false;
  });
  const Work = Object.getPrototypeOf(async () => {}).constructor;
  onmessage = async ({ data }) => {
    try {
      const work = new Work('openOpfsStore', 'Gallery', 'template', 'files', 'holds', data);
      postMessage({ result: await work(openOpfsStore, Gallery, template, files, holds) });
    } catch (error) {
      postMessage({ error: error.message });
    }
  };
`;

describe.skipIf(findChromium() === undefined)('a gallery in the browser’s files (Chromium)', () => {
  let page: Page;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const script = (body: string) => ({ type: 'text/javascript', body });
    ({ page, close } = await openPage({
      '/opfs.js': script(await bundled(dist('stores/opfs/opfs-store.js'))),
      '/gallery.js': script(await bundled(dist('gallery/index.js'))),
      '/worker.js': script(worker),
    }));
    await page.evaluate(`
      globalThis.workers = {};
      globalThis.inWorker = (name, code) => new Promise((resolve) => {
        workers[name] ??= new Worker('/worker.js', { type: 'module' });
        workers[name].onmessage = ({ data }) => resolve(data);
        workers[name].postMessage(code);
      });
      globalThis.kill = (name) => { workers[name].terminate(); delete workers[name]; };
    `);
  });
  afterAll(() => close?.());

  const run = async (name: string, code: string): Promise<unknown> => {
    const { result, error } = await page.evaluate<{ result?: unknown; error?: string }>(
      `inWorker(${JSON.stringify(name)}, ${JSON.stringify(code)})`,
    );
    if (error !== undefined) throw new Error(error);
    return result;
  };
  const open = `const gallery = await Gallery.open(await openOpfsStore('a.log'));`;

  it('keeps people from one worker to the next, and after one that was killed', async () => {
    await run('one', `${open} await gallery.enrol({ name: 'Ada' }, template(1)); await gallery.close();`);
    await run('two', `${open} await gallery.enrol({ name: 'Ben' }, template(2));`);
    await page.evaluate(`kill('two')`);
    const names = await run(
      'one',
      `${open} const { people } = await gallery.people(); await gallery.close(); return people.map((each) => each.name);`,
    );
    expect(names).toEqual(['Ada', 'Ben']);
  });

  it('belongs to one worker at a time', async () => {
    await run('one', `${open} globalThis.held = gallery;`);
    await expect(run('two', open)).rejects.toThrow('another tab or worker has this gallery open');
    await run('one', 'await held.close();');
    await run('two', `${open} await gallery.close();`);
  });

  it('forgets for good: no byte of a template is left in any of its files', async () => {
    const found = await run(
      'one',
      `${open}
       const { person } = await gallery.enrol({ name: 'Cem' }, template(3));
       await gallery.close();
       const secret = new Uint8Array(template(3).vector.buffer);
       const before = await holds(secret);
       const again = await Gallery.open(await openOpfsStore('a.log'));
       await again.forget(person);
       await again.enrol({ name: 'Dora' }, template(4));
       await again.close();
       return [before, await holds(secret), Object.keys(await files())];`,
    );
    expect(found).toEqual([true, false, [expect.stringMatching(/^\d+\.a\.log$/)]]);
  });

  it('takes the last whole one of several generations, as a compaction that was killed leaves them', async () => {
    const found = await run(
      'one',
      `const store = await openOpfsStore('b.log');
       await store.commit([{ kind: 'person', id: 'p', about: new Uint8Array(8) }]);
       await store.close();
       const folder = await navigator.storage.getDirectory();
       const torn = await (await folder.getFileHandle('1.b.log', { create: true })).createSyncAccessHandle();
       torn.write(new Uint8Array(100).fill(7).fill(0, 0, 1), { at: 0 });
       torn.close();
       const again = await openOpfsStore('b.log');
       const seen = [];
       for await (const changes of again.read()) seen.push(...changes);
       await again.close();
       return [seen.length, again.notes.length, Object.keys(await files()).filter((name) => name.endsWith('b.log'))];`,
    );
    expect(found).toEqual([1, 0, ['0.b.log']]);
  });

  it('says on the page itself that it wants a worker', async () => {
    const message = await page.evaluate(
      `import('/opfs.js').then(({ openOpfsStore }) => openOpfsStore('c.log')).catch((error) => error.message)`,
    );
    expect(message).toContain('are opened in a worker, not on the page itself');
  });

  it('holds none of its files where it could not be opened', async () => {
    const older = `const older = await (await navigator.storage.getDirectory()).getFileHandle('0.c.log', { create: true });`;
    await run('one', `const store = await openOpfsStore('c.log'); await store.compact(); await store.close();`);
    await run('two', `${older} globalThis.handle = await older.createSyncAccessHandle();`);
    await expect(run('three', `await openOpfsStore('c.log');`)).rejects.toThrow(
      'another tab or worker has this gallery open',
    );
    await run('two', 'handle.close();');
    await run('three', `await (await openOpfsStore('c.log')).close();`);
  });
});
