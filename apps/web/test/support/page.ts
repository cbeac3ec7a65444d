import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { findChromium } from '../../../../testing/chromium.mjs';

const app = fileURLToPath(new URL('../..', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.webmanifest': 'application/manifest+json',
};

let built: Promise<string> | undefined;

/** The built page's folder; built once for all tests of a file. */
export function builtPage(): Promise<string> {
  built ??= build({ root: app, configFile: join(app, 'vite.config.ts'), logLevel: 'error' }).then(() =>
    join(app, 'dist'),
  );
  return built;
}

export interface Served {
  readonly address: string;
  /** Bytes of every answer, as they went over the line, by path. */
  readonly sent: Map<string, number>;
  close(): Promise<void>;
}

/** Serves a folder as static hosts do, below a path of the host, compressed where that is smaller. */
export async function serveFolder(folder: string, below = '/some/where/'): Promise<Served> {
  const sent = new Map<string, number>();
  const compressed = new Map<string, Buffer>();
  const server: Server = createServer(({ url = '/' }, response) => {
    const path = new URL(url, 'http://localhost').pathname;
    const inside = path.startsWith(below) ? normalize(path.slice(below.length)) || 'index.html' : '..';
    const file = join(folder, inside === '.' ? 'index.html' : inside);
    if (inside.startsWith('..') || !existsSync(file)) return response.writeHead(404).end();
    let body = compressed.get(file);
    if (!body) {
      const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
      body = brotliCompressSync(readFileSync(file), options);
      compressed.set(file, body);
    }
    sent.set(path, (sent.get(path) ?? 0) + body.length);
    response.writeHead(200, {
      ...{ 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream', 'Content-Encoding': 'br' },
      ...{ 'Content-Length': body.length, 'Cache-Control': 'no-cache' },
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  const port = typeof at === 'object' && at ? at.port : 0;
  return {
    address: `http://localhost:${port}${below}`,
    sent,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses outside of the page's own host that something asked for. */
  readonly strangers: string[];
  /** What went wrong in the page, by its own console. */
  readonly errors: string[];
  close(): Promise<void>;
}

export interface BrowserOptions {
  /** Where the browser's profile lies; a new one that is thrown away unless said. */
  readonly profile?: string;
  /** A video file (.y4m, .mjpeg) that the camera shows. */
  readonly camera?: string;
  readonly viewport?: { width: number; height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly deviceScaleFactor?: number;
  readonly hasTouch?: boolean;
}

/** Opens Chromium and watches that it asks no other host. */
export async function openBrowser({ profile = '', camera, ...options }: BrowserOptions = {}): Promise<OpenPage> {
  const context = await chromium.launchPersistentContext(profile, {
    ...{ executablePath: findChromium() ?? '', chromiumSandbox: process.getuid?.() !== 0 },
    ...{ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options },
    permissions: camera ? ['camera'] : [],
    args: [
      ...['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...(camera
        ? [
            '--use-fake-ui-for-media-stream',
            '--use-fake-device-for-media-stream',
            `--use-file-for-fake-video-capture=${camera}`,
          ]
        : []),
    ],
  });
  context.setDefaultTimeout(120_000);
  const strangers: string[] = [];
  const errors: string[] = [];
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
