import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import people from '../../src/demo/people.json' with { type: 'json' };
import { drawnPortrait, SIDE } from '../../tools/drawn-people.js';
import { twoPairsAlike } from '../support/alike.js';
import { objections } from '../support/axe.js';
import type { Flow } from '../support/flow.js';

/** A picture of two people. */
async function severalFaces(): Promise<Buffer> {
  const portraits = people.slice(0, 2).map(async ({ identity, samples: [sample = 0] }, index) => ({
    ...{ input: await drawnPortrait(identity, sample), left: SIDE * index, top: 0 },
  }));
  const wall = { width: 2 * SIDE, height: SIDE, channels: 3, background: '#888' } as const;
  return sharp({ create: wall })
    .composite(await Promise.all(portraits))
    .png()
    .toBuffer();
}

interface Result {
  readonly people: readonly {
    readonly name: string | null;
    readonly faces: readonly { readonly photo: string; readonly likeness: number }[];
  }[];
}

export const sortFlow: Flow = (at) =>
  describe('Sort photos', () => {
    const groups = () => at().browser.page.locator('.groups:not(.singles) .group');
    const single = () => at().browser.page.locator('.singles .group');

    let taken = Buffer.alloc(0);
    const nameIn = (group: Locator) => group.getByRole('textbox').or(group.getByRole('combobox'));

    /** Gives all drawings and a file that is no photo. */
    const give = async (): Promise<void> => {
      const portraits = people.flatMap(({ identity, samples }) =>
        samples.map(async (sample) => ({
          ...{ name: `${identity}-${sample}.webp`, mimeType: 'image/webp' },
          buffer: await drawnPortrait(identity, sample),
        })),
      );
      const notes = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') };
      const input = at().browser.page.locator('.pile input[type=file]').first();
      await input.setInputFiles([...(await Promise.all(portraits)), notes]);
    };

    it('groups photos by who is in them, and counts what is no photo', async () => {
      const { page } = at().browser;
      await at().fresh('sort');
      await give();
      await expect.poll(() => groups().count()).toBe(people.length);
      expect(await page.locator('.tools').textContent()).toContain('One file was no photo');
      expect(await objections(page)).toEqual([]);
    });

    it('keeps names and corrections however it groups anew, and takes them back', async () => {
      const { page } = at().browser;
      const first = groups().first();
      await nameIn(first).fill('Grandmother');
      await first.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('slider').fill('0.2');
      await page.getByRole('slider').fill('0');
      await expect.poll(() => nameIn(first).inputValue()).toBe('Grandmother');
      await first.locator('.sheet button').last().click();
      await first.getByRole('button', { name: 'Not in this group' }).click();
      await expect.poll(() => single().count()).toBe(1);
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(() => single().count()).toBe(0);
    });

    it('shows the photo that a face is of', async () => {
      const { page } = at().browser;
      await groups().first().locator('.sheet button').first().click();
      await page.getByRole('button', { name: 'Show the photo' }).click();
      await page.getByRole('dialog').locator('.face').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    });

    it('keeps names and corrections for the next visit, shows them, and takes them back', async () => {
      const { page } = at().browser;
      await groups().last().locator('.sheet button').last().click();
      await groups().last().getByRole('button', { name: 'Not a face' }).click();
      await expect.poll(() => groups().last().locator('.sheet button').count()).toBe(2);
      await page.reload();
      await page.locator('footer', { hasText: 'is ready' }).waitFor();
      await give();
      await expect.poll(() => groups().count()).toBe(people.length);
      await expect.poll(() => groups().last().locator('.sheet button').count()).toBe(2);
      await expect.poll(() => nameIn(groups().first()).inputValue()).toBe('Grandmother');
      await page.locator('nav a[href="#people"]').click();
      await expect.poll(() => page.locator('.person h3').allTextContents()).toEqual(['Grandmother']);
      expect(await page.locator('.statements li').count()).toBe(2);
      await page.getByLabel('Passphrase').fill('correct horse');
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export' }).click();
      taken = readFileSync(await (await download).path());
      await page.getByRole('button', { name: 'Take back: This is not a face.' }).click();
      await page.getByRole('button', { name: 'Take back: These 3 faces are Grandmother.' }).click();
      await expect.poll(() => page.locator('.statements li').count()).toBe(0);
      await page.locator('nav a[href="#sort"]').click();
      await expect.poll(() => groups().last().locator('.sheet button').count()).toBe(3);
    });

    it('takes them along in the file of people', async () => {
      const { page } = at().browser;
      await page.locator('nav a[href="#people"]').click();
      await page.getByLabel('Passphrase').fill('correct horse');
      const file = { name: 'people.pocketnet', mimeType: '', buffer: taken };
      await page.locator('.along input[type=file]').setInputFiles(file);
      await page.getByRole('button', { name: 'Take back: These 3 faces are Grandmother.' }).click();
      await page.getByRole('button', { name: 'Take back: This is not a face.' }).click();
      await expect.poll(() => page.locator('.statements li').count()).toBe(0);
      await page.locator('nav a[href="#sort"]').click();
    });

    it('offers the names of people who are known', async () => {
      const { page } = at().browser;
      await page.getByText('This looks like Grandmother.').waitFor();
      expect(await page.getByText('This looks like').count()).toBe(1);
      await page.getByRole('button', { name: 'Yes, it is' }).click();
      await expect.poll(() => nameIn(groups().first()).inputValue()).toBe('Grandmother');
    });

    it('gives who is in which photo as JSON', async () => {
      const { page } = at().browser;
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download as JSON' }).click();
      const result = JSON.parse(readFileSync(await (await download).path(), 'utf8')) as Result;
      expect(result.people.map(({ name }) => name)).toContain('Grandmother');
      for (const { faces } of result.people) {
        expect(new Set(faces.map(({ photo }) => photo.split('-')[0])).size).toBe(1);
        expect(faces.map(({ likeness }) => likeness)).toEqual(
          faces.map(({ likeness }) => likeness).sort((a, b) => b - a),
        );
      }
    });

    it('refuses to make one person of two faces of a photo, and says why', async () => {
      const { page } = at().browser;
      await page.getByRole('button', { name: 'Start over' }).click();
      const several = { name: 'several.png', mimeType: 'image/png', buffer: await severalFaces() };
      await page.locator('.pile input[type=file]').first().setInputFiles([several]);
      await expect.poll(() => single().count()).toBeGreaterThan(1);
      await single().first().getByRole('button', { name: 'Same as…' }).click();
      await page.getByRole('dialog').locator('.choices button').first().click();
      await expect.poll(() => page.getByRole('alert').textContent()).toContain('two faces of one photo are two people');
    });

    it('asks whether groups that are alike are one person, the nearest first', async () => {
      const { page } = at().browser;
      await page.getByRole('button', { name: 'Start over' }).click();
      const alike = await twoPairsAlike();
      await page
        .locator('.pile input[type=file]')
        .first()
        .setInputFiles(alike.map((portrait) => ({ ...portrait, mimeType: 'image/webp' })));
      const review = page.getByRole('region', { name: 'Is this the same person?' });
      await review.waitFor();
      expect(await objections(page)).toEqual([]);
      await review.getByText(/^\d pairs of groups are alike, the nearest first\.$/).waitFor();
      // Each "no" takes the pair that is shown away, after which one of the two may be nearest to another.
      const last = review.getByText('One pair of groups is alike.');
      while (!(await last.isVisible())) {
        const before = await review.innerHTML();
        await review.getByRole('button', { name: 'No, two people' }).click();
        await expect.poll(() => review.innerHTML()).not.toBe(before);
      }
      await review.getByRole('button', { name: 'Yes, one person' }).click();
      await review.waitFor({ state: 'detached' });
      expect(await groups().locator('.sheet button').count()).toBe(2);
      expect(await single().count()).toBe(2);
      await single().first().getByRole('button', { name: 'Ignore' }).click();
      await expect.poll(() => single().count()).toBe(1);
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(() => single().count()).toBe(2);
    });

    it('can be cancelled, and keeps what it has read', async () => {
      const { page } = at().browser;
      await page.getByRole('button', { name: 'Start over' }).click();
      const portrait = await drawnPortrait(people[0]?.identity ?? 0, 0);
      const many = Array.from({ length: 60 }, (_, index) => ({
        ...{ name: `${index}.webp`, mimeType: 'image/webp', buffer: portrait },
      }));
      await page.locator('.pile input[type=file]').first().setInputFiles(many);
      await expect.poll(() => page.locator('progress').getAttribute('value')).toMatch(/^[1-9]/);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.locator('.tools').waitFor();
      const photos = /(\d+) photos/.exec((await page.locator('.tools').textContent()) ?? '')?.[1];
      expect(Number(photos)).toBeGreaterThan(0);
      expect(Number(photos)).toBeLessThan(60);
    });
  });
