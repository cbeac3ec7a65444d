import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMemoryStore, type StoredRecord } from 'pocketnet/stores';
import { describe, expect, it } from 'vitest';
import people from '../../src/demo/people.json' with { type: 'json' };
import { builtPage, openBrowser, serveFolder } from '../../tools/page.mjs';
import type { Flow } from '../support/flow.js';
import { chooseDrawings } from './compare.js';
import { addDrawn } from './people.js';

/** Whether any file below a folder holds these bytes. */
const holds = (folder: string, bytes: Buffer): boolean =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(bytes),
  );

/** The records of a gallery's file. */
async function recordsIn(file: Uint8Array): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const changes of (await openMemoryStore(file)).read())
    for (const change of changes) if (change.about) records.push(change);
  return records;
}

export const keptFlow: Flow = (at) =>
  describe('What the page keeps in the browser', () => {
    it('is the page itself: it works without its host after the first visit', async () => {
      const served = await serveFolder(await builtPage());
      const browser = await openBrowser();
      try {
        const { page } = browser;
        await page.goto(served.address);
        await page.evaluate(async () => {
          await navigator.serviceWorker.ready;
          while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 50));
        });
        await served.close();
        await page.reload();
        const name = people[0]?.name;
        await chooseDrawings(
          { browser, served, fresh: async () => undefined },
          `${name}, drawing 1`,
          `${name}, drawing 2`,
        );
        await expect.poll(() => page.locator('.verdict h2').textContent()).toBe('The same person');
      } finally {
        await browser.close();
      }
    });

    it('is gone after "Forget everything", down to the bytes of templates and pictures in the profile’s files', async () => {
      const profile = mkdtempSync(join(tmpdir(), 'pocketnet-profile-'));
      const { served } = at();
      try {
        const before = await openBrowser({ profile });
        await before.page.goto(`${served.address}#people`);
        await addDrawn({ browser: before, served, fresh: async () => undefined });
        await before.page.goto(`${served.address}icon.svg`); // the worker ends, and lets go of the file
        const file = await before.page.evaluate(async () => {
          const folder = await navigator.storage.getDirectory();
          for await (const handle of folder.values()) {
            if (handle.kind !== 'file') continue;
            return [...new Uint8Array(await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer())];
          }
          return [];
        });
        await before.close();
        const records = await recordsIn(Uint8Array.from(file));
        const traces = records.flatMap(({ kind, about, template }) => [
          ...(template ? [Buffer.from(template.vector.slice().buffer)] : []),
          ...(kind === 'crop' ? [Buffer.from(about)] : []),
        ]);
        expect(traces.length).toBeGreaterThan(people.length);
        for (const trace of traces) expect(holds(profile, trace)).toBe(true);

        const after = await openBrowser({ profile });
        await after.page.goto(`${served.address}#numbers`);
        await after.page.getByRole('button', { name: 'Forget everything now' }).click();
        await after.page.getByText('Everything is gone.').first().waitFor();
        const left = await after.page.evaluate(async () => ({
          ...{ caches: await caches.keys(), settings: localStorage.length },
          workers: (await navigator.serviceWorker.getRegistrations()).length,
        }));
        await after.close();
        expect(left).toEqual({ caches: [], settings: 0, workers: 0 });
        for (const trace of traces) expect(holds(profile, trace)).toBe(false);
      } finally {
        rmSync(profile, { recursive: true, force: true });
      }
    });
  });
