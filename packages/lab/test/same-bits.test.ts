import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { exportNetwork, PocketNet, randomGenotype } from '@pocketnet/lab';
import { compileGraph, decodeModel } from '@pocketnet/onnx';
import { manualSeed } from '@pocketnet/torch';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, findBrowser, runInBrowser } from '../../../testing/browsers.mjs';
import { randomised } from './random-network.js';
import { digests } from './same-bits/digests.mjs';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Two networks: the released S-128, in halves, and one of random cells, odd channels and random weights. */
function plansOf(): Record<string, Uint8Array> {
  const released = decodeModel(readFileSync(file('../../../models/pocketnet-s-128/pocketnet-s-128.onnx')));
  manualSeed(3);
  const network = randomised(
    new PocketNet({ genotype: randomGenotype(11), channels: 7, cells: 4, embedding: 9, input: 48, stemMultiplier: 2 }),
  );
  const random = exportNetwork(network, { name: 'random', embedding: 9, input: 48 });
  network.dispose();
  return {
    released: compileGraph(released.graph, { store: 'float16' }).bytes,
    random: compileGraph(random.graph, { metadata: random.metadata }).bytes,
  };
}

describe('the plain WebAssembly module', () => {
  let plans: Record<string, Uint8Array> = {};
  let expected: Record<string, string> = {};
  beforeAll(async () => {
    plans = plansOf();
    expected = await digests(plans, 'simd');
  });

  it('gives the same bits in a worker', async () => {
    const worker = new Worker(file('same-bits/worker.mjs'), { workerData: plans });
    const found = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    expect(found).toEqual(expected);
  });

  for (const browser of ['chromium', 'firefox'] satisfies BrowserName[])
    it.skipIf(findBrowser(browser) === undefined)(`gives the same bits in ${browser}`, async () => {
      const folderOf = (name: string): string => dirname(fileURLToPath(import.meta.resolve(name)));
      const packages = ['@pocketnet/engine', '@pocketnet/files'];
      const found = await runInBrowser(
        browser,
        Object.fromEntries(packages.map((name) => [name, folderOf(name)])),
        {
          '/digests.mjs': join(file('same-bits'), 'digests.mjs'),
          '/plans.json': Buffer.from(JSON.stringify(Object.keys(plans))),
          ...Object.fromEntries(Object.entries(plans).map(([name, bytes]) => [`/plan/${name}`, bytes])),
        },
        '/digests.mjs',
      );
      expect(found).toEqual(expected);
    });
});
