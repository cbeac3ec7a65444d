import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openMemoryStore, type StoredRecord } from 'pocketnet/stores';
import { describe, expect, it } from 'vitest';
import people from '../../src/demo/people.json' with { type: 'json' };
import { drawnPortrait } from '../../tools/drawn-people.js';
import { builtPage, openBrowser, serveFolder } from '../../tools/page.mjs';
import type { Flow } from '../support/flow.js';
import { chooseDrawings } from './compare.js';
import { addDrawn } from './people.js';

/** One that the page does not load by itself. */
const ownNetwork = readFileSync(new URL('../../../../models/pocketnet-s-256/pocketnet-s-256.pnet', import.meta.url));

/** Which of these bytes any file below a folder holds. */
function heldBy(folder: string, traces: readonly Buffer[]): Buffer[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  return traces.filter((trace) => files.some((bytes) => bytes.includes(trace)));
}

/** The page's own files, by their names. */
async function filesOf(page: Page): Promise<Record<string, number[]>> {
  return page.evaluate(async () => {
    const files: Record<string, number[]> = {};
    for await (const handle of (await navigator.storage.getDirectory()).values()) {
      if (handle.kind !== 'file') continue;
      const file = await (handle as FileSystemFileHandle).getFile();
      files[handle.name] = handle.name === 'own.pnet' ? [] : [...new Uint8Array(await file.arrayBuffer())];
    }
    return files;
  });
}

/** The records of a log. */
async function recordsIn(file: readonly number[] = []): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const changes of (await openMemoryStore(Uint8Array.from(file))).read())
    for (const change of changes) if (change.about) records.push(change);
  return records;
}

export const keptFlow: Flow = (at) =>
  describe('What the page keeps in the browser', () => {
    it('is the page itself: up to a verdict it takes less than 1.6 MB, then can be installed, and works without its host', async () => {
      const served = await serveFolder(await builtPage());
      const browser = await openBrowser();
      try {
        const { page } = browser;
        const name = people[0]?.name;
        const choose = (): Promise<void> =>
          chooseDrawings({ browser, served, fresh: async () => undefined }, `${name}, drawing 1`, `${name}, drawing 2`);
        await page.goto(served.address);
        await choose();
        await page.locator('.verdict h2').waitFor();
        const sent = [...served.sent].filter(([path]) => !path.endsWith('service-worker.js'));
        expect(sent.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThan(1_600_000);
        await page.evaluate(async () => {
          await navigator.serviceWorker.ready;
          while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 50));
        });
        const debug = await browser.context.newCDPSession(page);
        expect((await debug.send('Page.getInstallabilityErrors')).installabilityErrors).toEqual([]);
        await served.close();
        await page.reload();
        await choose();
        await expect.poll(() => page.locator('.verdict h2').textContent()).toBe('The same person');
      } finally {
        await browser.close();
      }
    });

    it('is gone after "Forget everything", down to the bytes of templates, pictures and networks in the profile’s files', async () => {
      const profile = mkdtempSync(join(tmpdir(), 'pocketnet-profile-'));
      const { served } = at();
      try {
        const before = await openBrowser({ profile });
        await before.page.goto(`${served.address}#people`);
        await addDrawn({ browser: before, served, fresh: async () => undefined });
        await before.page.locator('nav a[href="#sort"]').click();
        const portrait = await drawnPortrait(people[0]?.identity ?? 0, people[0]?.samples[0] ?? 0);
        await before.page
          .locator('.pile input[type=file]')
          .first()
          .setInputFiles([{ name: 'portrait.webp', mimeType: 'image/webp', buffer: portrait }]);
        await before.page.locator('.group .sheet button').first().click();
        await before.page.getByRole('button', { name: 'Not a face' }).click();
        await before.page.getByRole('button', { name: 'Undo', disabled: false }).waitFor();
        await before.page.locator('nav a[href="#numbers"]').click();
        await before.page
          .locator('input[accept=".pnet"]')
          .setInputFiles({ name: 'own.pnet', mimeType: '', buffer: ownNetwork });
        await before.page.getByText('own.pnet is kept in this browser.').waitFor();
        await before.page.goto(`${served.address}icon.svg`); // the worker ends, and lets go of the files
        const files = await filesOf(before.page);
        await before.close();
        expect(Object.keys(files).sort()).toEqual(['0.people.gallery', '0.sorted.statements', 'own.pnet']);
        const records = [
          ...(await recordsIn(files['0.people.gallery'])),
          ...(await recordsIn(files['0.sorted.statements'])),
        ];
        const traces = records.flatMap(({ kind, about, template }) => [
          ...(template ? [Buffer.from(template.vector.slice().buffer)] : []),
          ...(kind === 'crop' ? [Buffer.from(about)] : []),
        ]);
        expect(traces.length).toBeGreaterThan(2 * people.length);
        traces.push(ownNetwork.subarray(ownNetwork.length >> 1).subarray(0, 4096));
        expect(heldBy(profile, traces).length).toBe(traces.length);

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
        expect(heldBy(profile, traces).length).toBe(0);
      } finally {
        rmSync(profile, { recursive: true, force: true });
      }
    });
  });
