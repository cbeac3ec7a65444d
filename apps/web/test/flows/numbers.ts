import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../support/flow.js';

const plan = readFileSync(new URL('../../../../models/pocketnet-s-128/pocketnet-s-128.pnet', import.meta.url));

export const numbersFlow: Flow = (at) =>
  describe('About the numbers', () => {
    it('says what runs, what it must not be used for, and how fast it is here', async () => {
      const { page } = at().browser;
      await at().fresh('numbers');
      await page.getByText('Fingerprint').waitFor();
      expect(await page.locator('.rules li').count()).toBeGreaterThan(2);
      await page.getByRole('button', { name: 'Measure now' }).click();
      const cell = page.locator('tr', { hasText: 'embed it' }).locator('td');
      await expect.poll(async () => Number(await cell.textContent())).toBeGreaterThan(0);
    });

    it('opens any network of models/, in the strict form too, and the same again in the next visit', async () => {
      const { page } = at().browser;
      const footer = () => page.locator('footer').textContent();
      await page.getByLabel('Which one').selectOption('pocketnet-s-256');
      await expect.poll(footer).toContain('pocketnet-s-256 is ready');
      await page.getByLabel('Strict:').check();
      await expect.poll(() => page.evaluate(() => JSON.stringify({ ...localStorage }))).toMatch(/strict.{1,4}true/);
      await page.reload();
      await expect.poll(footer).toContain('pocketnet-s-256 is ready');
      await expect.poll(() => page.getByLabel('Strict:').isChecked()).toBe(true);
      expect(await page.locator('.facts div', { hasText: 'Numbers a face' }).locator('dd').textContent()).toBe('256');
    });

    it('opens a network of one’s own, refuses what is none and keeps the one that was open', async () => {
      const { page } = at().browser;
      const input = page.locator('input[accept=".pnet"]');
      await input.setInputFiles({ name: 'own.pnet', mimeType: '', buffer: plan });
      await expect.poll(() => page.locator('footer').textContent()).toContain('own.pnet is ready');
      await input.setInputFiles({ name: 'none.pnet', mimeType: '', buffer: Buffer.from('none') });
      await expect.poll(() => page.getByRole('alert').textContent()).toContain('This network was not opened');
      expect(await page.locator('footer').textContent()).toContain('own.pnet is ready');
    });

    it('keeps that network for the next visit, until it is removed', async () => {
      const { page } = at().browser;
      const footer = () => page.locator('footer').textContent();
      await page.reload();
      await expect.poll(footer).toContain('own.pnet is ready');
      await page.getByRole('button', { name: 'Remove it' }).click();
      await expect.poll(footer).toMatch(/pocketnet-s-128\S* is ready/);
      await expect
        .poll(() =>
          page.evaluate(async () => {
            const names: string[] = [];
            for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
            return names;
          }),
        )
        .not.toContain('own.pnet');
    });

    it('opens one of models/ where the kept one is damaged', async () => {
      const { page } = at().browser;
      await page.evaluate(
        async (half) => {
          const file = await (await navigator.storage.getDirectory()).getFileHandle('own.pnet', { create: true });
          const writing = await file.createWritable();
          await writing.write(Uint8Array.from(half));
          await writing.close();
          localStorage.setItem('pocketnet-settings', JSON.stringify({ network: 'own.pnet', own: 'own.pnet' }));
        },
        [...plan.subarray(0, 100_000)],
      );
      await page.reload();
      await expect.poll(() => page.locator('footer').textContent()).toMatch(/pocketnet-s-128\S* is ready/);
      await page.getByLabel('Which one').selectOption('own.pnet');
      await expect.poll(() => page.getByRole('alert').textContent()).toContain('This network was not opened');
    });
  });
