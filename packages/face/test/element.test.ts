import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundled, findChromium, openPage } from '../../../testing/chromium.mjs';
import { detector, embedder } from './support/models.js';
import { photoOf } from './support/photos.js';

/** A page of three lines, as its author writes them. */
const PAGE = `<!doctype html>
<script type="module" src="pocketnet.js"></script>
<pocketnet-compare detector="yunet.pnet" embedder="s-128.pnet"></pocketnet-compare>`;

const png = (identity: number, sample: number): Promise<Buffer> => {
  const { width, height, data } = photoOf(300, 240, [{ identity, sample, x: 90, y: 60, side: 112 }]);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
};

describe.skipIf(findChromium() === undefined)('<pocketnet-compare> in a plain page', () => {
  let page: Page;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const entry = fileURLToPath(new URL('../dist/element/index.js', import.meta.url));
    ({ page, close } = await openPage({
      '/page.html': { type: 'text/html', body: PAGE },
      '/pocketnet.js': { type: 'text/javascript', body: await bundled(entry) },
      '/yunet.pnet': { type: 'application/octet-stream', body: detector },
      '/s-128.pnet': { type: 'application/octet-stream', body: embedder },
    }));
    await page.goto(new URL('/page.html', page.url()).href);
  });
  afterAll(() => close?.());

  const give = async (index: number, name: string, buffer: Buffer): Promise<void> =>
    page.locator('pocketnet-compare input').nth(index).setInputFiles({ name, mimeType: 'image/png', buffer });
  const said = () => page.locator('pocketnet-compare p').textContent();

  it('says in words whether two photos show one person, and tells the page', async () => {
    await page.evaluate(`document.addEventListener('compared', ({ detail }) => { globalThis.told = detail.verdict; })`);
    await give(0, 'a.png', await png(3, 0));
    await expect.poll(said, { timeout: 60_000 }).toBe('One more photo.');
    await give(1, 'b.png', await png(3, 0));
    await expect.poll(said, { timeout: 60_000 }).toMatch(/^The same person: /);
    expect(await page.evaluate('told')).toBe('same');
  });

  it('says what is wrong with a photo', async () => {
    await give(0, 'notes.png', Buffer.from('notes'));
    await expect.poll(said, { timeout: 60_000 }).toContain('notes.png: it is no picture of a known format');
  });

  it.each([
    ['is missing', 'detector="nowhere.pnet"', /needs embedder="…"/],
    ['leads nowhere', 'detector="nowhere.pnet" embedder="nowhere.pnet"', /nowhere\.pnet could not be loaded \(404\)/],
  ])('says which of its addresses %s', async (_, addresses, sentence) => {
    await page.evaluate(`document.body.innerHTML = '<pocketnet-compare ${addresses}></pocketnet-compare>'`);
    await give(0, 'a.png', await png(3, 0));
    await expect.poll(said, { timeout: 60_000 }).toMatch(sentence);
  });
});
