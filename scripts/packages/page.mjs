import { once } from 'node:events';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { findChromium } from '../../testing/chromium.mjs';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };

/** Serves a folder as a plain web server does. */
export async function serveFolder(folder) {
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url, 'http://localhost').pathname.replace(/\/$/, '/index.html'));
    if (!existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' });
    createReadStream(path).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** What the page of examples/verify-in-a-page says of two photos, in Chromium; its own errors are thrown. */
export async function verdictInPage(address, first, second) {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('There is no Chromium: apt-get install chromium.');
  const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
  try {
    const page = await browser.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(address);
    await says(page, /^Choose/, errors);
    await page.waitForTimeout(RELOAD);
    await says(page, /^Choose/, errors);
    await page.setInputFiles('#first', first);
    await page.setInputFiles('#second', second);
    return await says(page, /^(?!Choose|Looking|Loading)/, errors);
  } finally {
    await browser.close();
  }
}

/** Vite's development server reloads a page whose worker brings packages that it has not seen yet. */
const RELOAD = 3000;

/** Waits until the page says something. @returns what */
async function says(page, pattern, errors) {
  try {
    const found = page.locator('#verdict', { hasText: pattern });
    await found.waitFor({ timeout: 90_000 });
    return await found.textContent();
  } catch (error) {
    const text = await page.textContent('#verdict').catch(() => 'nothing');
    throw new Error([`The page says "${text}", nothing like ${pattern}. ${error.message}`, ...errors].join('\n'));
  }
}

/** Bytes of a built page over the wire: every file compressed by itself. */
export function wireSizes(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  const sum = (of) => files.reduce((total, name) => total + of(readFileSync(join(folder, name))), 0);
  return {
    files: files.length,
    plain: sum((bytes) => bytes.length),
    gzip: sum((bytes) => gzipSync(bytes, { level: 9 }).length),
    brotli: sum((bytes) => brotliCompressSync(bytes).length),
  };
}
