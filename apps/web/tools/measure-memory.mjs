// Memory over minutes of camera, two drawn people before it, one of them known: npm run web:measure -- memory [MINUTES]
import { readFileSync } from 'node:fs';
import { cameraFile } from './camera.mjs';
import { builtPage, openBrowser, serveFolder } from './page.mjs';
import { browserMemory, inWords } from './processes.mjs';

const people = JSON.parse(readFileSync(new URL('../src/demo/people.json', import.meta.url), 'utf8'));

export async function run(minutes = '10') {
  const served = await serveFolder(await builtPage());
  const faces = people.slice(0, 2).map(({ identity, samples: [sample] }) => ({ identity, sample }));
  const { page, context, close } = await openBrowser({ camera: await cameraFile(faces) });
  await page.goto(`${served.address}#people`);
  await page.getByRole('button', { name: 'Add the drawn people' }).click();
  await page
    .locator('.person')
    .nth(people.length - 1)
    .waitFor();
  await page.goto(`${served.address}#live`);
  await page.getByRole('button', { name: 'I agree' }).click();
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('.present h3', { hasText: people[0].name }).waitFor();
  const debug = await context.newCDPSession(page);
  await debug.send('Performance.enable');
  const end = Date.now() + Number(minutes) * 60_000;
  for (let minute = 0; ; minute++) {
    await debug.send('HeapProfiler.collectGarbage');
    const { metrics } = await debug.send('Performance.getMetrics');
    const of = (name) => metrics.find((each) => each.name === name)?.value ?? 0;
    const pace = await page.locator('.pace b').textContent();
    console.log(
      `minute ${minute}: heap of the page ${(of('JSHeapUsedSize') / 1e6).toFixed(2)} MB, nodes ${of('Nodes')}, ${inWords(browserMemory())}, ${pace}`,
    );
    if (Date.now() >= end) break;
    await page.waitForTimeout(Math.min(60_000, end - Date.now()));
  }
  await close();
  await served.close();
}
