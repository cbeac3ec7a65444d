import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import people from '../../src/demo/people.json' with { type: 'json' };
import { drawnPortrait } from '../../tools/drawn-people.js';
import type { Flow } from '../support/flow.js';

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

    it('groups photos by who is in them, and counts what is no photo', async () => {
      const { page } = at().browser;
      await at().fresh('sort');
      const portraits = people.flatMap(({ identity, samples }) =>
        samples.map(async (sample) => ({
          ...{ name: `${identity}-${sample}.webp`, mimeType: 'image/webp' },
          buffer: await drawnPortrait(identity, sample),
        })),
      );
      const notes = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') };
      await page
        .locator('.pile input[type=file]')
        .first()
        .setInputFiles([...(await Promise.all(portraits)), notes]);
      await expect.poll(() => groups().count()).toBe(people.length);
      expect(await page.locator('.tools').textContent()).toContain('One file was no photo');
    });

    it('keeps names and corrections however it groups anew, and takes them back', async () => {
      const { page } = at().browser;
      const first = groups().first();
      await first.getByRole('textbox').fill('Grandmother');
      await first.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('slider').fill('0.2');
      await page.getByRole('slider').fill('0');
      await expect.poll(() => first.getByRole('textbox').inputValue()).toBe('Grandmother');
      await first.locator('.sheet button').last().click();
      await first.getByRole('button', { name: 'Not in this group' }).click();
      await expect.poll(() => single().count()).toBe(1);
      await page.getByRole('button', { name: 'Undo' }).click();
      await expect.poll(() => single().count()).toBe(0);
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
