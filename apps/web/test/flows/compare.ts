import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import people from '../../src/demo/people.json' with { type: 'json' };
import { drawnPortrait } from '../../tools/drawn-people.js';
import type { At, Flow } from '../support/flow.js';

const group = fileURLToPath(new URL('../../../../docs/generated-faces.jpg', import.meta.url));

const verdict = ({ browser }: At) => browser.page.locator('.verdict h2');
const well = ({ browser }: At, name: string) => browser.page.getByRole('group', { name });

/** Chooses drawings of the strip, one after the other. */
export async function chooseDrawings({ browser: { page } }: At, ...labels: readonly string[]): Promise<void> {
  for (const label of labels) {
    const filled = await page.locator('.well.filled').count();
    await page.getByRole('button', { name: label, exact: true }).click();
    if (filled < 2) await page.locator('.well.filled').nth(filled).waitFor();
  }
}

export const compareFlow: Flow = (at) =>
  describe('Compare', () => {
    const [first, second] = people;
    if (!first || !second) throw new Error('no people are drawn');

    it('says in words whether two photos show one person, aloud too, and where they lie among others', async () => {
      await at().fresh('compare');
      await chooseDrawings(at(), `${first.name}, drawing 1`, `${first.name}, drawing 2`);
      await expect.poll(() => verdict(at()).textContent()).toBe('The same person');
      const { page } = at().browser;
      expect(await page.locator('.curves svg').getAttribute('aria-label')).toMatch(
        /^The cosine is 0\.\d\d\. .* of pairs of strangers/,
      );
      expect(await page.getByRole('status').textContent()).toMatch(
        /^The same person\. (One|Fewer than one) pair of strangers in [\d,]+/,
      );
      await chooseDrawings(at(), `${second.name}, drawing 1`);
      await expect.poll(() => verdict(at()).textContent()).toBe('Different people');
    });

    it('shows what the network sees: the aligned face with five points, what the photo is worth, the numbers', async () => {
      const { page } = at().browser;
      const seen = page.locator('.seen').first();
      expect(await seen.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).width)).toBe(112);
      expect(await seen.locator('.aligned circle').count()).toBe(5);
      expect(await seen.locator('.quality dt').allTextContents()).toContain('Sharp');
      expect(await seen.locator('.numbers rect').count()).toBe(128);
    });

    it('boxes every face of a photo, and compares the one that is tapped', async () => {
      await at().fresh('compare');
      const { page } = at().browser;
      await page.locator('.well input[type=file]').first().setInputFiles(group);
      const faces = well(at(), 'First photo').locator('button.face');
      await faces.nth(1).waitFor();
      await chooseDrawings(at(), `${first.name}, drawing 1`);
      const before = await page.locator('.curves svg').getAttribute('aria-label');
      await faces.nth(1).click();
      expect(await faces.nth(1).getAttribute('aria-pressed')).toBe('true');
      expect(await faces.nth(0).getAttribute('aria-pressed')).toBe('false');
      await expect.poll(() => page.locator('.curves svg').getAttribute('aria-label')).not.toBe(before);
    });

    it('takes photos that are dropped and photos that are pasted', async () => {
      await at().fresh('compare');
      const { page } = at().browser;
      const [a, b] = await Promise.all([drawnPortrait(first.identity, 0), drawnPortrait(first.identity, 1)]);
      const give = (kind: 'drop' | 'paste', picture: Buffer) =>
        page.evaluate(
          ([how, base64]) => {
            const bytes = Uint8Array.from(atob(base64 ?? ''), (character) => character.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], 'a.webp', { type: 'image/webp' }));
            const event =
              how === 'drop'
                ? new DragEvent('drop', { dataTransfer: data, bubbles: true })
                : new ClipboardEvent('paste', { clipboardData: data, bubbles: true });
            (how === 'drop' ? document.querySelector('.well') : document)?.dispatchEvent(event);
          },
          [kind, picture.toString('base64')] as const,
        );
      await give('drop', a);
      await page.locator('.well.filled').waitFor();
      await give('paste', b);
      await expect.poll(() => verdict(at()).textContent()).toBe('The same person');
    });

    it('says what is wrong with a file that is cut off, or is no photo', async () => {
      await at().fresh('compare');
      const { page } = at().browser;
      const input = page.locator('.well input[type=file]').first();
      const problem = well(at(), 'First photo').locator('.problem');
      await input.setInputFiles({ name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('hello') });
      await expect.poll(() => problem.textContent()).toContain('notes.jpg: it is no picture of a known format');
      const cut = readFileSync(group).subarray(0, 3000);
      await input.setInputFiles({ name: 'cut.jpg', mimeType: 'image/jpeg', buffer: cut });
      await expect.poll(() => problem.textContent()).toContain('this JPEG is cut off');
    });
  });
