// Pictures of every view, light, dark and on a phone, with drawn faces only: npm run web:screenshots [-- FOLDER]
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { cameraFile } from './camera.mjs';
import { builtPage, openBrowser, serveFolder } from './page.mjs';

const people = JSON.parse(readFileSync(new URL('../src/demo/people.json', import.meta.url), 'utf8'));
const folder = process.argv[2] ?? 'build/screenshots';
mkdirSync(folder, { recursive: true });

const looks = {
  light: { viewport: { width: 1200, height: 860 }, colorScheme: 'light' },
  dark: { viewport: { width: 1200, height: 860 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light', deviceScaleFactor: 1.5 },
};

/** What is done in a view before its picture is taken. */
const scenes = {
  async compare(page) {
    const strip = page.locator('.strip button');
    await strip.nth(0).click();
    await page.locator('.well.filled').first().waitFor();
    await strip.nth(1).click();
    await page.locator('.verdict h2').waitFor();
  },
  async people(page) {
    if ((await page.locator('.person').count()) === 0)
      await page.getByRole('button', { name: 'Add the drawn people' }).click();
    await page
      .locator('.person')
      .nth(people.length - 1)
      .waitFor();
  },
  async live(page) {
    await page.getByRole('button', { name: 'I agree' }).click();
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('.present h3', { hasText: people[0].name }).waitFor();
  },
  async sort(page) {
    await page.getByRole('button', { name: 'Try it with drawn people' }).click();
    await page
      .locator('.group')
      .nth(people.length - 1)
      .waitFor();
  },
  async numbers(page) {
    await page.getByRole('button', { name: 'Measure now' }).click();
    await page.getByRole('button', { name: 'Measure now', disabled: false }).waitFor();
  },
};

const served = await serveFolder(await builtPage());
const camera = await cameraFile(people.slice(0, 2).map(({ identity, samples: [sample] }) => ({ identity, sample })));
for (const [look, options] of Object.entries(looks)) {
  const { page, close } = await openBrowser({ ...options, camera });
  for (const [view, prepare] of Object.entries(scenes)) {
    await page.goto('about:blank');
    await page.goto(`${served.address}#${view}`);
    await page.locator('footer', { hasText: 'is ready' }).waitFor();
    await prepare(page);
    await page.mouse.move(0, 0);
    await page.waitForTimeout(500);
    const path = join(folder, `${view}-${look}.webp`);
    await sharp(await page.screenshot({ fullPage: true }))
      .webp({ quality: 76 })
      .toFile(path);
    console.log(path);
  }
  await close();
}
await served.close();
