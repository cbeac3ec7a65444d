import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { findChromium } from '../../../testing/chromium.mjs';

const app = fileURLToPath(new URL('..', import.meta.url));

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.webmanifest': 'application/manifest+json',
};

let built;

export function builtPage() {
  const configFile = join(app, 'vite.config.ts');
  built ??= inProduction(() => build({ root: app, configFile, logLevel: 'error' })).then(() => join(app, 'dist'));
  return built;
}

/** A runner of tests says `test`, which Vite takes for development: the page would not be kept offline, for one. */
async function inProduction(make) {
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    return await make();
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

export async function serveFolder(folder, below = '/some/where/') {
  const sent = new Map();
  const compressed = new Map();
  const server = createServer(({ url = '/' }, response) => {
    const path = new URL(url, 'http://localhost').pathname;
    const inside = path.startsWith(below) ? normalize(path.slice(below.length)) : '..';
    const file = join(folder, inside === '.' ? 'index.html' : inside);
    if (inside.startsWith('..') || !existsSync(file)) return response.writeHead(404).end();
    const body =
      compressed.get(file) ??
      brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } });
    compressed.set(file, body);
    sent.set(path, (sent.get(path) ?? 0) + body.length);
    response.writeHead(200, {
      'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
      'Content-Encoding': 'br',
      'Content-Length': body.length,
      'Cache-Control': 'max-age=600', // as GitHub's pages have it
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://localhost:${server.address().port}${below}`,
    sent,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function openBrowser({ profile = '', camera, ...options } = {}) {
  const fed = `--use-file-for-fake-video-capture=${camera}`;
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium() ?? '',
    chromiumSandbox: process.getuid?.() !== 0,
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
    permissions: camera ? ['camera'] : [],
    args: [
      ...['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...(camera ? ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', fed] : []),
    ],
  });
  context.setDefaultTimeout(120_000); // a slow machine is no failure
  const strangers = [];
  const errors = [];
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && hostname !== 'localhost') strangers.push(request.url());
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => errors.push(error.message));
  return { page, context, strangers, errors, close: () => context.close() };
}
