// LiteRT.js in a page of headless Chromium, one thread: the engine's strongest peer in browsers. Its packages come by
// `npm install --prefix benchmarks/engine/peers`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { findBrowser, serve } from '../../testing/browsers.mjs';
import { peersFolder } from './tflite.mjs';

const packages = createRequire(new URL('../../packages/onnx/package.json', import.meta.url));
const inPeers = (path) => fileURLToPath(new URL(`node_modules/@litertjs/${path}`, peersFolder));

const page = `<script type="module">
  import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';
  const image = Float32Array.from({ length: 3 * 112 * 112 }, (_, i) => Math.sin(12.9898 * i));
  let model;
  const once = async () => {
    const input = new Tensor(image, [1, 112, 112, 3]);
    const [output] = await model.run(input);
    const values = output.toTypedArray();
    input.delete();
    output.delete();
    return values;
  };
  globalThis.bench = {
    async open() {
      await loadLiteRt('/@litertjs/wasm/');
      model = await loadAndCompile('/model.tflite', { accelerator: 'wasm' });
      return (await once()).length;
    },
    async run(runs, warming) {
      const times = [];
      for (let i = -warming; i < runs; i++) {
        const start = performance.now();
        await once();
        if (i >= 0) times.push(performance.now() - start);
      }
      return times;
    },
  };
</script>`;

/** @returns what runs a model so many times and tells milliseconds, and the processor's time of its page */
export async function startLiteRt(tflite) {
  const { chromium } = packages('playwright-core');
  const imports = {
    '@litertjs/core': inPeers('core/dist'),
    '@litertjs/wasm-utils': inPeers('wasm-utils/dist'),
    '@litertjs/wasm': inPeers('core/wasm'),
  };
  const server = await serve(imports, { '/model.tflite': tflite }, page);
  const browser = await chromium.launch({
    executablePath: findBrowser('chromium'),
    args: ['--no-first-run', '--disable-background-networking'],
    chromiumSandbox: process.getuid?.() !== 0,
  });
  const close = async () => {
    await browser.close();
    server.close();
  };
  try {
    const tab = await browser.newPage();
    tab.setDefaultTimeout(0);
    await tab.goto(server.address);
    await tab.waitForFunction('globalThis.bench');
    await tab.evaluate('bench.open()');
    return {
      run: ({ runs }, warming) => tab.evaluate(`bench.run(${runs}, ${warming})`),
      busy: () => busy(browser),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function busy(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo
    .filter(({ type }) => type === 'renderer')
    .reduce(
      (sum, { id }) => sum + Number(readFileSync(`/proc/${id}/task/${id}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
      0,
    );
}
