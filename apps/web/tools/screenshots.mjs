// Pictures of every view, light, dark and on a phone, with drawn faces only: npm run web:screenshots [-- FOLDER [NAME…]]
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { cameraFile } from './camera.mjs';
import { builtPage, openBrowser, serveFolder } from './page.mjs';

const people = JSON.parse(readFileSync(new URL('../src/demo/people.json', import.meta.url), 'utf8'));
const [folder = 'build/screenshots', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const looks = {
  light: { viewport: { width: 1200, height: 860 }, colorScheme: 'light' },
  dark: { viewport: { width: 1200, height: 860 }, colorScheme: 'dark' },
  phone: {
    ...{ viewport: { width: 390, height: 844 }, colorScheme: 'light' },
    ...{ deviceScaleFactor: 1.5, isMobile: true, hasTouch: true },
  },
};

/** What is done in a view before its picture is taken; by the picture's name, which begins with that of the view. */
const scenes = {
  async 'compare-empty'() {
    // as a visitor finds it
  },
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
      .locator('.guess')
      .nth(people.length - 1)
      .waitFor();
    await page.getByRole('button', { name: 'Yes, it is' }).first().click();
    await page
      .locator('.guess')
      .nth(people.length - 1)
      .waitFor({ state: 'detached' });
    const last = page.locator('.group').last();
    await last.locator('.sheet button').last().click();
    await last.getByRole('button', { name: 'Not in this group' }).click();
    await page.locator('.singles .group .sheet button').click();
  },
  async 'people-said'(page) {
    await page.locator('.statements li').nth(1).waitFor();
  },
  async 'people-merge'(page) {
    await page.getByRole('button', { name: `Merge: ${people[0].name}` }).click();
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
    await page.goto(`${served.address}#${view.split('-')[0]}`);
    await page.locator('footer', { hasText: 'is ready' }).waitFor();
    await prepare(page);
    if (only.length > 0 && !only.includes(`${view}-${look}`)) continue;
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
