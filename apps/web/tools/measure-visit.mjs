// What a visitor waits for: the first visit up to the first verdict, and the pace of the camera's view.
import { readFileSync } from 'node:fs';
import { cameraFile } from './camera.mjs';
import { builtPage, openBrowser, serveFolder } from './page.mjs';

const people = JSON.parse(readFileSync(new URL('../src/demo/people.json', import.meta.url), 'utf8'));

/** The first visit, with a processor that is slowed down, up to the first verdict on two photos. */
async function firstVisit(slower) {
  const served = await serveFolder(await builtPage());
  const { page, context, close } = await openBrowser();
  const debug = await context.newCDPSession(page);
  await debug.send('Emulation.setCPUThrottlingRate', { rate: slower });
  await page.goto(served.address);
  const interactive = await page.evaluate(() => performance.getEntriesByName('interactive')[0].startTime);
  const strip = page.locator('.strip button');
  await strip.nth(0).click();
  await strip.nth(1).click();
  await page.locator('.verdict h2').waitFor();
  const verdict = await page.evaluate(() => performance.now());
  const bytes = [...served.sent].filter(([path]) => !path.endsWith('service-worker.js'));
  const shift = await page.evaluate(
    () =>
      new Promise((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const { value } of list.getEntries()) sum += value;
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => resolve(sum), 200);
      }),
  );
  await close();
  await served.close();
  return { interactive, verdict, shift, bytes };
}

/** The pace of the camera's view with so many faces. */
async function live(count) {
  const served = await serveFolder(await builtPage());
  const faces = Array.from({ length: count }, (_, index) => {
    const { identity, samples } = people[index % people.length];
    return { identity, sample: samples[index < people.length ? 0 : 1] };
  });
  const { page, close } = await openBrowser({ camera: await cameraFile(faces) });
  await page.goto(`${served.address}#live`);
  await page.getByRole('button', { name: 'I agree' }).click();
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page
    .locator('.present li')
    .nth(count - 1)
    .waitFor();
  await page.waitForTimeout(8000);
  const pace = await page.locator('.pace').textContent();
  await close();
  await served.close();
  return pace;
}

export async function run() {
  const { interactive, verdict, shift, bytes } = await firstVisit(4);
  console.log(
    `interactive ${interactive.toFixed(0)} ms, first verdict ${verdict.toFixed(0)} ms, at a quarter of the processor's speed`,
  );
  console.log(`layout shift ${shift}`);
  for (const [path, size] of bytes)
    console.log(`${String(size).padStart(9)}  ${path.split('/').at(-1) || 'index.html'}`);
  console.log(`${bytes.reduce((sum, [, size]) => sum + size, 0)} bytes in all, brotli`);
  for (const count of [1, 5]) console.log(`live, ${count} faces: ${await live(count)}`);
}
