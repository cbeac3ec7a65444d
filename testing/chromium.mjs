import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';

/** The program that the variable CHROMIUM names, or the usual ones; undefined where there is none. */
export function findChromium() {
  const { CHROMIUM } = process.env;
  const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return (CHROMIUM === undefined ? usual : [CHROMIUM]).find((path) => existsSync(path));
}

/** A module with all that it imports, as one file for browsers, as apps' bundlers make it. */
export async function bundled(entry) {
  const build = await rolldown({ input: entry, platform: 'browser', logLevel: 'silent' });
  const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false });
  await build.close();
  return output[0].code;
}

/** A page in headless Chromium that this machine alone serves: `files` by their paths, and an empty page at `/`. */
export async function openPage(files) {
  const server = createServer(({ url = '/' }, response) => {
    const file = url === '/' ? { type: 'text/html', body: '<!doctype html><title>test</title>' } : files[url];
    response.writeHead(file ? 200 : 404, { 'Content-Type': file?.type ?? 'text/plain' }).end(file?.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const browser = await chromium.launch({
    ...{ executablePath: findChromium() ?? '', chromiumSandbox: process.getuid?.() !== 0 },
    args: ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(0); // a slow machine is no failure
  await page.goto(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`);
  return {
    page,
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
