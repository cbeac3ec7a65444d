import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import people from '../../src/demo/people.json' with { type: 'json' };
import { cameraFile } from '../../tools/camera.mjs';
import { type OpenPage, openBrowser } from '../../tools/page.mjs';
import { objections } from '../support/axe.js';
import type { Flow } from '../support/flow.js';

export const liveFlow: Flow = (at) =>
  describe('Live, with a camera that is fed from a file', () => {
    let browser: OpenPage;
    const [person] = people;
    const present = () => browser.page.locator('.present h3').first();

    beforeAll(async () => {
      const face = { identity: person?.identity ?? 0, sample: person?.samples[0] ?? 0 };
      browser = await openBrowser({ camera: await cameraFile([face]) });
      await browser.page.goto(`${at().served.address}#live`);
    });
    afterAll(async () => {
      await browser?.close();
    });

    it('asks for agreement to licence and use once, then shows how fast it is', async () => {
      const { page } = browser;
      await page.getByRole('button', { name: 'I agree' }).click();
      await page.reload();
      await page.getByRole('button', { name: 'Start the camera' }).click();
      await expect.poll(() => page.locator('.pace b').textContent()).toMatch(/^[\d.]+ frames a second$/);
    });

    it('calls nobody by a name whom it does not know', async () => {
      await expect.poll(() => present().textContent()).toBe('nobody you know');
    });

    it('learns who somebody is, and says the name once several frames agree', async () => {
      const { page } = browser;
      await page.getByRole('button', { name: 'This is…' }).first().click();
      await page.getByRole('dialog').getByLabel('Somebody new').fill('Ada');
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
      await expect.poll(() => present().textContent()).toBe('Ada');
      expect(await page.getByRole('status').textContent()).toBe('Ada is in the picture.');
    });

    it('takes a user’s word that it is somebody else', async () => {
      expect(await objections(browser.page)).toEqual([]);
      await browser.page.getByRole('button', { name: 'Not Ada' }).first().click();
      await expect.poll(() => present().textContent()).not.toBe('Ada');
    });

    it('keeps to that word in the next visit, until it is taken back', async () => {
      const { page } = browser;
      const watch = async (): Promise<void> => {
        await page.getByRole('button', { name: 'Start the camera' }).click();
        await expect.poll(() => present().textContent()).not.toBe('looking…');
      };
      await page.reload();
      await watch();
      expect(await present().textContent()).toBe('nobody you know');
      await page.locator('nav a[href="#people"]').click();
      await page.getByRole('button', { name: 'Take back: This is not Ada.' }).click();
      await expect.poll(() => page.locator('.statements li').count()).toBe(0);
      await page.locator('nav a[href="#live"]').click();
      await watch();
      expect(await present().textContent()).toBe('Ada');
    });

    it('takes a picture of somebody with the camera for two photos, too', async () => {
      const { page } = browser;
      await page.goto(`${at().served.address}#compare`);
      await page.getByRole('button', { name: 'Use the camera' }).first().click();
      await page.getByRole('button', { name: 'Take the picture' }).click();
      await page.locator('.well.filled button.face').waitFor();
    });

    it('enrols somebody from the camera, shot by shot', async () => {
      const { page } = browser;
      await page.locator('nav a[href="#people"]').click();
      await page.getByLabel('Name', { exact: true }).fill('Bea');
      await page.getByRole('button', { name: 'Use the camera' }).click();
      for (const shots of [1, 2]) {
        await page.getByRole('button', { name: 'Take the picture' }).click();
        await page
          .locator('.shots li.taken')
          .nth(shots - 1)
          .waitFor();
      }
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('button', { name: 'Save as somebody new' }).click(); // it is Ada whom it sees
      await expect.poll(() => page.locator('.person h3').allTextContents()).toEqual(['Ada', 'Bea']);
      expect(await page.locator('.person').last().locator('.sheet img').count()).toBe(2);
      expect(browser.strangers).toEqual([]);
    });
  });
