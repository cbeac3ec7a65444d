import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../../testing/chromium.mjs';
import { builtPage, type OpenPage, openBrowser, type Served, serveFolder } from '../tools/page.mjs';
import { compareFlow } from './flows/compare.js';
import { keptFlow } from './flows/kept.js';
import { liveFlow } from './flows/live.js';
import { numbersFlow } from './flows/numbers.js';
import { peopleFlow } from './flows/people.js';
import { shellFlow } from './flows/shell.js';
import { sortFlow } from './flows/sort.js';
import type { At } from './support/flow.js';

describe.skipIf(findChromium() === undefined)('The built page in Chromium, below a path of its host', () => {
  let browser: OpenPage;
  let served: Served;

  beforeAll(async () => {
    served = await serveFolder(await builtPage());
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  const at = (): At => ({
    ...{ browser, served },
    async fresh(view) {
      const { page } = browser;
      await page.goto('about:blank'); // ends the workers of the last test, and frees the gallery
      await page.goto(`${served.address}icon.svg`);
      await page.evaluate(async () => {
        const folder = await navigator.storage.getDirectory();
        for await (const name of folder.keys()) await folder.removeEntry(name);
        localStorage.clear();
      });
      await page.goto(`${served.address}#${view}`);
      await page.locator('footer', { hasText: 'is ready' }).waitFor();
    },
  });

  for (const flow of [compareFlow, peopleFlow, sortFlow, numbersFlow, shellFlow, liveFlow, keptFlow]) flow(at);

  it('has written no error on the console', () => {
    // But of what a test asks for on purpose, and of the icon that browsers look for at a host's root.
    expect(browser.errors.filter((error) => !/127\.0\.0\.1:9|favicon\.ico/.test(error))).toEqual([]);
  });
});
