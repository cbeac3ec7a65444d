import { describe, expect, it } from 'vitest';
import people from '../../src/demo/people.json' with { type: 'json' };
import { objections } from '../support/axe.js';
import type { Flow } from '../support/flow.js';
import { chooseDrawings } from './compare.js';

const views = ['compare', 'people', 'live', 'sort', 'numbers'];

/** A layout shift, as Chromium tells of it. */
interface Shift {
  readonly value: number;
  readonly sources: readonly { readonly node: Node | null }[];
}

export const shellFlow: Flow = (at) =>
  describe('The page', () => {
    it.each(views)('has nothing to object to for axe-core, light and dark: %s', async (view) => {
      const { page } = at().browser;
      await at().fresh(view);
      await page.getByRole('heading', { level: 1 }).waitFor();
      if (view === 'compare')
        await chooseDrawings(at(), `${people[0]?.name}, drawing 1`, `${people[1]?.name}, drawing 1`);
      expect(await objections(page)).toEqual([]);
    });

    it.each([
      ['a phone', { width: 360, height: 740 }],
      ['200 % zoom of a small laptop', { width: 640, height: 400 }],
    ])('fits on %s without scrolling sideways', async (_, viewport) => {
      const { page } = at().browser;
      await page.setViewportSize(viewport);
      for (const view of views) {
        await page.locator(`nav a[href="#${view}"]`).click();
        await page.locator(`nav a[href="#${view}"][aria-current]`).waitFor();
        const over = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(over, view).toBeLessThanOrEqual(0);
      }
      await page.setViewportSize({ width: 1280, height: 900 });
    });

    it('can be used by keyboard alone', async () => {
      const { page } = at().browser;
      await at().fresh('compare');
      const focused = () =>
        page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Skip to the content');
      await page.keyboard.press('Enter');
      const tabTo = async (selector: string): Promise<void> => {
        for (let presses = 0; presses < 20; presses++) {
          await page.keyboard.press('Tab');
          if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
        }
        throw new Error(`No Tab leads to ${selector}.`);
      };
      await tabTo('.strip button');
      await page.keyboard.press('Enter');
      await page.locator('.well.filled').first().waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('.verdict h2').textContent()).toBe('The same person');
      await page.reload();
      await tabTo('nav a[href="#sort"]');
      await page.keyboard.press('Enter');
      await tabTo('.pile button:last-of-type');
      await page.keyboard.press('Enter');
      await page.locator('.group').first().waitFor();
      await tabTo('.group input');
      await page.keyboard.type('Grandmother');
      await page.keyboard.press('Enter');
      const status = () => page.getByRole('status').textContent();
      await expect.poll(status).toBe('Remembered as Grandmother. Live and People know them, too.');
      await tabTo('.group .sheet button');
      await page.keyboard.press('Enter');
      await tabTo('.chosen button');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').locator('.face').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    });

    it('moves nothing for those who want no motion', async () => {
      const { page } = at().browser;
      const moving = async (reducedMotion: 'reduce' | 'no-preference'): Promise<boolean> => {
        await page.emulateMedia({ reducedMotion });
        return page.evaluate(() =>
          [...document.querySelectorAll('*')].some((element) => {
            const { transitionDuration, animationName } = getComputedStyle(element);
            return transitionDuration.split(', ').some((each) => each !== '0s') || animationName !== 'none';
          }),
        );
      };
      expect(await moving('no-preference')).toBe(true);
      expect(await moving('reduce')).toBe(false);
    });

    it('asks no other host, and could not', async () => {
      const { page, strangers } = at().browser;
      const refused = await page.evaluate(() =>
        fetch('http://127.0.0.1:9/').then(
          () => 'answered',
          () => 'refused',
        ),
      );
      expect(refused).toBe('refused');
      expect(strangers).toEqual([]);
      const policy = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content');
      expect(policy).toMatch(/default-src 'none'/);
      expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*|https?:/);
    });

    it('moves nothing that is shown: no layout shift from the first paint to the verdict', async () => {
      const { page } = at().browser;
      await page.evaluate(() => sessionStorage.clear());
      await at().fresh('compare');
      await chooseDrawings(at(), `${people[0]?.name}, drawing 1`, `${people[0]?.name}, drawing 2`);
      await page.locator('.verdict h2').waitFor();
      const shifts = await page.evaluate(
        () =>
          new Promise<string[]>((resolve) => {
            const moved: string[] = [];
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries() as (PerformanceEntry & Shift)[])
                moved.push(
                  `${entry.value}: ${entry.sources.map(({ node }) => (node as Element)?.className).join(', ')}`,
                );
            }).observe({ type: 'layout-shift', buffered: true });
            setTimeout(() => resolve(moved), 300);
          }),
      );
      expect(shifts).toEqual([]);
    });
  });
