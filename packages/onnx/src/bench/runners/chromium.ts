import { existsSync, readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import type { ValueInfo } from '../../graph/graph.js';
import { readModelFile } from '../../model/external-data.js';
import { modelInputs } from '../../model/model.js';
import { planInputs, planOf } from '../../run/engine-session.js';
import { importRuntime } from '../../run/runtime.js';
import { withoutTinyWeights } from '../../run/tiny-weights.js';
import type { Runner } from '../runner.js';
import type { BenchPage, Provider } from './page.js';
import { serve } from './serve.js';

/** A page in headless Chromium, cross-origin isolated, as threads of WebAssembly need it. */
export function inChromium(provider: Provider): Runner {
  return {
    async missing() {
      const found = findChromium();
      if (found === undefined) return NO_CHROMIUM;
      try {
        return await withPage(found, async (page) => {
          if (provider !== 'webgpu') return undefined;
          const adapter = await page.evaluate(ASK_FOR_ADAPTER);
          if (adapter === 'hardware') return undefined;
          return adapter === 'software'
            ? "Chromium's only WebGPU adapter here is software, which computes on the processor."
            : 'Chromium offers no WebGPU adapter here.';
        });
      } catch (error) {
        const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
        return `Chromium (${found}) cannot be started here: ${reason}.`;
      }
    },
    async start(model, threads) {
      const chromium = findChromium();
      if (chromium === undefined) throw new Error(NO_CHROMIUM);
      const { bytes, whole } = await readModelFile(model);
      if (!whole) throw new Error('The model and the data files beside it are together larger than 2 GiB.');
      const { served, inputs } = toServe(bytes, model, provider);
      const { page, browser, close } = await openPage(chromium, served);
      try {
        const call = <K extends keyof BenchPage>(name: K, ...values: Parameters<BenchPage[K]>) =>
          page.evaluate(`benchPage.${name}(...${JSON.stringify(values)})`) as ReturnType<BenchPage[K]>;
        await call('open', provider, threads, inputs);
        return {
          openBatch: typeof inputs[0]?.shape?.[0] !== 'number',
          run: (request) => call('run', request),
          busy: () => busy(browser),
          peakBytes: () => peakBytes(browser, provider === 'webgpu' ? ['renderer', 'GPU'] : ['renderer']),
          close,
        };
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

/** What the page is given, as `openModel` has it in Node, and what that takes. */
function toServe(bytes: Uint8Array, name: string, provider: Provider): { served: Uint8Array; inputs: ValueInfo[] } {
  if (provider === 'wasm' || provider === 'webgpu')
    return { served: withoutTinyWeights(bytes, name), inputs: modelInputs(bytes, name) };
  const served = planOf(bytes, name);
  return { served, inputs: planInputs(served, name) };
}

const NO_CHROMIUM = 'There is no Chromium; the variable CHROMIUM may name its program.';

const ASK_FOR_ADAPTER = `navigator.gpu?.requestAdapter().then(
  (adapter) => adapter && (adapter.info.isFallbackAdapter ? 'software' : 'hardware'))`;

/** The program that the variable CHROMIUM names, or the usual ones. */
function findChromium(): string | undefined {
  const usual = [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
  ];
  const { CHROMIUM } = process.env;
  return (CHROMIUM === undefined ? usual : [CHROMIUM]).find((path) => existsSync(path));
}

/** No start page, no updates, no calls home: what is timed is the page alone. */
const QUIET = [
  '--no-first-run',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu', // headless Chromium on Linux hides its adapters otherwise
];

interface OpenedPage {
  page: Page;
  browser: Browser;
  close(): Promise<void>;
}

async function openPage(executablePath: string, model: Uint8Array | undefined): Promise<OpenedPage> {
  const { chromium } = await importRuntime('playwright-core', () => import('playwright-core'));
  const server = await serve(model);
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await server.close();
  };
  try {
    browser = await chromium.launch({ executablePath, args: QUIET, chromiumSandbox: process.getuid?.() !== 0 });
    const page = await browser.newPage();
    page.setDefaultTimeout(0); // a slow machine is no failure
    await page.goto(server.address);
    return { page, browser, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function withPage<T>(executablePath: string, use: (page: Page) => Promise<T>): Promise<T> {
  const { page, close } = await openPage(executablePath, undefined);
  return use(page).finally(close);
}

/** The files of Linux about processes of some kinds. */
async function filesOf(browser: Browser, kinds: readonly string[], path: (id: number) => string): Promise<string[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo
    .filter(({ type }) => kinds.includes(type))
    .map(({ id }) => (existsSync(path(id)) ? readFileSync(path(id), 'utf8') : ''));
}

/** Of the page's process, and of the graphics process where that works for it. */
async function peakBytes(browser: Browser, kinds: readonly string[]): Promise<number> {
  const statuses = await filesOf(browser, kinds, (id) => `/proc/${id}/status`);
  return sum(statuses.map((status) => 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN)));
}

/** Of the page's first thread, which runs its scripts; the scheduler counts nanoseconds. */
async function busy(browser: Browser): Promise<number> {
  const counts = await filesOf(browser, ['renderer'], (id) => `/proc/${id}/task/${id}/schedstat`);
  return sum(counts.map((count) => Number(count.split(' ')[0] || Number.NaN) / 1e6));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
