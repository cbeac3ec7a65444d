// Memory after each 250 of 2,000 detections and embeddings in a row, of photos of two sizes in turn.
//
// `npm run bench -- face-leak [--in native,wasm,worker,chromium] [--count 2000]`
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { openPocketNet, readImage } from 'pocketnet/node';
import { bundled, openPage } from '../../testing/chromium.mjs';
import { detector, embedder, people } from './folder.mjs';

const EVERY = 250;

export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      in: { type: 'string', default: 'native,wasm,worker,chromium' },
      count: { type: 'string', default: '2000' },
    },
  });
  for (const place of values.in.split(',')) {
    const memory = await places[place](Number(values.count));
    console.log(`${place}: MiB after each ${EVERY}: ${memory.map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(', ')}`);
  }
}

const places = {
  native: (count) => inNode(count, {}),
  wasm: async (count) => inNode(count, { engine: (await import('@pocketnet/engine')).openPlan }),
  worker: (count) => inNode(count, { worker: () => new Worker(new URL(import.meta.resolve('pocketnet/node/worker'))) }),
  chromium: inChromium,
};

async function inNode(count, options) {
  const net = await openPocketNet({ detector, embedder, ...options });
  const photos = await Promise.all(people(2).map(({ path }) => readImage(path)));
  const memory = [];
  for (let i = 0; i < count; i++) {
    const photo = photos[i % 2];
    const { width, height, data } = photo;
    // Every tenth is cut to a size of its own, so that plans are opened and closed as well.
    const rows = i % 10 === 9 ? height - 32 * (1 + (((i / 10) % 4) | 0)) : height;
    const [face] = await net.detect({ width, height: rows, data: data.subarray(0, 3 * width * rows) });
    if (face) await net.embed(net.align(photo, { points: face.points }));
    if ((i + 1) % EVERY === 0) {
      globalThis.gc?.();
      memory.push(process.memoryUsage.rss());
    }
  }
  net.close();
  return memory;
}

/** The page's heap and WebAssembly's memory, after a collection. */
async function inChromium(count) {
  const entry = fileURLToPath(new URL('../../packages/face/dist/index.js', import.meta.url));
  const binary = (body) => ({ type: 'application/octet-stream', body });
  const { page, close } = await openPage({
    '/pocketnet.js': { type: 'text/javascript', body: await bundled(entry) },
    ...{ '/detector': binary(detector), '/embedder': binary(embedder) },
    ...Object.fromEntries(people(2).map(({ path }, i) => [`/${i}`, binary(readFileSync(path))])),
  });
  try {
    await page.evaluate(`(async () => {
      const { openPocketNet, readImage } = await import('/pocketnet.js');
      const bytes = (path) => fetch(path).then((answer) => answer.arrayBuffer());
      const net = await openPocketNet({ detector: bytes('/detector'), embedder: bytes('/embedder') });
      const blobs = [new Blob([await bytes('/0')]), new Blob([await bytes('/1')])];
      globalThis.some = async (from, to) => {
        for (let i = from; i < to; i++) {
          const [face] = await net.detect(blobs[i % 2]);
          if (face) await net.embed(net.align(blobs[i % 2], face));
        }
      };
    })()`);
    const session = await page.context().newCDPSession(page);
    const memory = [];
    for (let i = 0; i < count; i += EVERY) {
      await page.evaluate(`some(${i}, ${i + EVERY})`);
      await session.send('HeapProfiler.collectGarbage');
      const browser = await page.context().browser().newBrowserCDPSession();
      const { processInfo } = await browser.send('SystemInfo.getProcessInfo');
      const renderers = processInfo.filter(({ type }) => type === 'renderer');
      memory.push(
        renderers.reduce(
          (sum, { id }) =>
            sum + 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]),
          0,
        ),
      );
    }
    return memory;
  } finally {
    await close();
  }
}
