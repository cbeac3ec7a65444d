// Thousands of photos sorted in the page: minutes, memory, how long the page's thread is taken at a time: npm run web:measure -- sort [PHOTOS]
// They are those of lfw_people (POCKETNET_DATA), each of its copies turned, cut and lit in another way, with a seed.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '@pocketnet/files';
import sharp from 'sharp';
import { people } from '../../../benchmarks/face/folder.mjs';
import { builtPage, openBrowser, serveFolder } from './page.mjs';
import { browserMemory, inWords } from './processes.mjs';
import { tasksOf } from './tasks.mjs';

/** Writes photos into a folder. @returns their paths */
async function writePhotos(folder, count) {
  const originals = people();
  const random = new Random(1);
  const paths = [];
  for (let i = 0; i < count; i++) {
    const { path } = originals[i % originals.length];
    const cut = random.int(16);
    const altered = sharp(path)
      .rotate((random.next() - 0.5) * 12, { background: '#000' })
      .extract({ left: cut, top: random.int(16), width: 230, height: 230 })
      .modulate({ brightness: 0.75 + 0.5 * random.next() });
    const file = join(folder, `${String(i).padStart(5, '0')}.jpg`);
    await (i < originals.length ? sharp(path) : altered).jpeg({ quality: 90 }).toFile(file);
    paths.push(file);
  }
  return paths;
}

export async function run(count = '2000') {
  const folder = mkdtempSync(join(tmpdir(), 'pocketnet-photos-'));
  mkdirSync(folder, { recursive: true });
  const paths = await writePhotos(folder, Number(count));
  const served = await serveFolder(await builtPage());
  const { page, context, close } = await openBrowser();
  await page.goto(`${served.address}#sort`);
  await page.locator('footer', { hasText: 'is ready' }).waitFor();
  const before = browserMemory();
  const peak = { own: 0, shared: 0, all: 0 };
  const sampling = setInterval(() => {
    const now = browserMemory();
    for (const key of Object.keys(peak)) peak[key] = Math.max(peak[key], now[key]);
  }, 2000);
  const stopTasks = await tasksOf(await context.newCDPSession(page));
  const begun = performance.now();
  await page.locator('.pile input[type=file]').first().setInputFiles(paths);
  await page.locator('progress').waitFor();
  await page.locator('.tools').waitFor({ timeout: 0 });
  const read = performance.now();
  await page.locator('.groups .group').first().waitFor();
  const grouped = performance.now();
  // By selectors of CSS alone: to look for roles takes the page's thread.
  const more = page.locator('.more').first();
  while ((await more.count()) > 0) {
    await more.scrollIntoViewIfNeeded({ timeout: 2000 }).catch(() => undefined); // gone: it was near enough
    await page.waitForTimeout(100);
  }
  const shown = performance.now();
  await page.locator('.group input').first().fill('Ada');
  await page.locator('.group [type=submit]').first().click();
  await page.locator('.unseen', { hasText: 'Remembered as Ada' }).waitFor({ state: 'attached' });
  const named = performance.now();
  clearInterval(sampling);
  const after = browserMemory(); // before the trace is collected, which takes memory of its own
  const tasks = await stopTasks();
  console.log(await page.locator('.tools p').first().textContent());
  console.log(
    `read in ${((read - begun) / 60_000).toFixed(2)} minutes, grouped in ${((grouped - read) / 1000).toFixed(1)} s, all groups shown in ${((shown - grouped) / 1000).toFixed(1)} s, a name given in ${((named - shown) / 1000).toFixed(1)} s`,
  );
  for (const [when, memory] of Object.entries({ before, peak, after })) console.log(`${when}: ${inWords(memory)}`);
  console.log(`${tasks.length} tasks of the page's thread`);
  for (const clock of ['wall', 'processor']) {
    const times = tasks.map((task) => task[clock]).sort((a, b) => b - a);
    const within = times.filter((each) => each <= 50).length / times.length;
    const longest = times.slice(0, 6).map((each) => each.toFixed(0));
    console.log(
      `by the ${clock}'s clock ${(100 * within).toFixed(3)} % within 50 ms, the longest ${longest.join(', ')} ms`,
    );
  }
  await close();
  await served.close();
  rmSync(folder, { recursive: true, force: true });
}
