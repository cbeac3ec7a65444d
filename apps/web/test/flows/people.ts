import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import people from '../../src/demo/people.json' with { type: 'json' };
import { drawnPortrait } from '../../tools/drawn-people.js';
import { objections } from '../support/axe.js';
import type { At, Flow } from '../support/flow.js';

const names = ({ browser }: At) => browser.page.locator('.person h3').allTextContents();
const shotsOf = ({ browser }: At, name: string) =>
  browser.page
    .locator('.person', { has: browser.page.getByRole('heading', { name, exact: true }) })
    .locator('.sheet img');
const act = ({ browser }: At, what: string, name: string) =>
  browser.page.getByRole('button', { name: `${what}: ${name}`, exact: true }).click();

/** Adds the drawn people to a page that knows nobody. */
export async function addDrawn({ browser: { page } }: At): Promise<void> {
  await page.getByRole('button', { name: 'Add the drawn people' }).click();
  await page
    .locator('.person')
    .nth(people.length - 1)
    .waitFor();
}

export const peopleFlow: Flow = (at) =>
  describe('People', () => {
    const [first, second] = people;
    if (!first || !second) throw new Error('no people are drawn');
    const all = people.map(({ name }) => name);
    const dialog = () => at().browser.page.getByRole('dialog');

    it('keeps people, whom the page knows again when it is loaded anew', async () => {
      await at().fresh('people');
      await addDrawn(at());
      expect(await names(at())).toEqual(all);
      await at().browser.page.reload();
      await expect.poll(() => names(at())).toEqual(all);
      await expect.poll(() => shotsOf(at(), first.name).count()).toBe(first.samples.length);
    });

    it('enrols from files, refuses a photo with its reason, and warns of whom the face looks like', async () => {
      const { page } = at().browser;
      await page.getByLabel('Name', { exact: true }).fill('Somebody');
      const portrait = await drawnPortrait(first.identity, first.samples[0] ?? 0);
      await page.locator('.enrol input[type=file]').setInputFiles([
        { name: 'portrait.webp', mimeType: 'image/webp', buffer: portrait },
        { name: 'nothing.txt', mimeType: 'text/plain', buffer: Buffer.from('nothing') },
      ]);
      await expect.poll(() => page.locator('.shots li.refused').textContent()).toContain('Not taken. nothing.txt');
      await expect.poll(() => page.getByRole('alert').textContent()).toContain(`This looks like ${first.name}`);
      await page.getByRole('button', { name: 'Save as somebody new' }).click();
      await expect.poll(() => names(at())).toEqual([...all, 'Somebody']);
    });

    it('renames, merges and splits, and takes each back', async () => {
      const { page } = at().browser;
      const undo = page.getByRole('button', { name: 'Undo' });
      await act(at(), 'Rename', 'Somebody');
      await dialog().getByLabel('Name').fill('Someone');
      await dialog().getByRole('button', { name: 'Rename' }).click();
      await expect.poll(() => names(at())).toEqual([...all, 'Someone']);
      await act(at(), 'Merge', 'Someone');
      await dialog().getByLabel(first.name).check();
      await dialog()
        .getByRole('button', { name: `Merge into ${first.name}` })
        .click();
      await expect.poll(() => names(at())).toEqual(all);
      await expect.poll(() => shotsOf(at(), first.name).count()).toBe(first.samples.length + 1);
      await undo.click();
      await expect.poll(() => names(at())).toEqual([...all, 'Someone']);
      await act(at(), 'Split', second.name);
      await dialog().getByLabel('Photo 1').check();
      await dialog().getByLabel('Their name').fill('Another');
      await dialog().getByRole('button', { name: 'Split' }).click();
      await expect.poll(() => names(at())).toContain('Another');
      await undo.click();
      await expect.poll(() => names(at())).not.toContain('Another');
    });

    it('erases single photos of somebody, and has nothing to object to for axe-core, questions included', async () => {
      const { page } = at().browser;
      await act(at(), 'Photos', second.name);
      await dialog().getByLabel('Photo 1').check();
      expect(await objections(page)).toEqual([]);
      await dialog().getByRole('button', { name: 'Erase 1 photo' }).click();
      await expect.poll(() => shotsOf(at(), second.name).count()).toBe(second.samples.length - 1);
    });

    it('offers to add photos to somebody who is called so already', async () => {
      const { page } = at().browser;
      await page.getByLabel('Name', { exact: true }).fill(second.name.toUpperCase());
      const portrait = await drawnPortrait(second.identity, second.samples[0] ?? 0);
      const file = { name: 'portrait.webp', mimeType: 'image/webp', buffer: portrait };
      await page.locator('.enrol input[type=file]').setInputFiles([file]);
      await page.getByRole('button', { name: `Add to ${second.name}` }).click();
      await expect.poll(() => shotsOf(at(), second.name).count()).toBe(second.samples.length);
      expect(await names(at())).toEqual([...all, 'Someone']);
    });

    it('forgets somebody only when asked twice, and for good', async () => {
      await act(at(), 'Forget', 'Someone');
      await dialog().getByRole('button', { name: 'Cancel' }).click();
      expect(await names(at())).toContain('Someone');
      await act(at(), 'Forget', 'Someone');
      await dialog().getByRole('button', { name: 'Forget Someone for good' }).click();
      await expect.poll(() => names(at())).toEqual(all);
    });

    it('gives everybody as one encrypted file, which another browser takes in with the passphrase alone', async () => {
      const { page } = at().browser;
      await page.getByLabel('Passphrase').fill('correct horse');
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export' }).click();
      const file = readFileSync(await (await download).path());
      expect(file.includes(first.name)).toBe(false);
      await at().fresh('people');
      await expect.poll(() => page.getByText('Nobody yet.').isVisible()).toBe(true);
      const take = async (passphrase: string): Promise<void> => {
        await page.getByLabel('Passphrase').fill(passphrase);
        const buffer = { name: 'people.pocketnet', mimeType: '', buffer: file };
        await page.locator('.along input[type=file]').setInputFiles(buffer);
      };
      await take('wrong');
      await expect.poll(() => page.locator('.along .status').textContent()).toContain('wrong passphrase');
      await take('correct horse');
      await expect.poll(() => names(at())).toEqual(all);
      expect(await shotsOf(at(), first.name).count()).toBe(first.samples.length);
    });

    it('has its people in one tab at a time, and another takes them over, back and forth, and may erase them', async () => {
      const { page } = at().browser;
      const other = await page.context().newPage();
      const open = async (view: string): Promise<void> => {
        await other.goto(`${at().served.address}#${view}`);
        await other.locator('footer', { hasText: 'is ready' }).waitFor();
      };
      const notice = (tab: typeof page) => tab.getByText('Another tab or window has the people.');
      const isThere = async (tab: typeof page, isIt: boolean): Promise<void> => {
        await expect.poll(() => tab.locator('.person h3').allTextContents()).toEqual(isIt ? all : []);
        await expect.poll(() => notice(tab).isVisible()).toBe(!isIt);
      };
      await open('people');
      await isThere(other, false);
      expect(await objections(other)).toEqual([]);
      await other.getByRole('button', { name: 'Use them here' }).click();
      await isThere(other, true);
      await isThere(page, false);
      await page.getByRole('button', { name: 'Use them here' }).click();
      await isThere(page, true);
      await isThere(other, false);

      await open('numbers');
      await other.reload();
      await other.getByRole('button', { name: 'Forget everything now' }).click();
      await isThere(page, false);
      await page.getByRole('button', { name: 'Use them here' }).click();
      await expect.poll(() => page.getByText('Nobody yet.').isVisible()).toBe(true);
      await other.close();
    });
  });
