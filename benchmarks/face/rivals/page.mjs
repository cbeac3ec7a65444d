// A contender in Chromium: opened on an empty page to make templates, or from its first byte to its first verdict.
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { bundled, openPage } from '../../../testing/chromium.mjs';
import { pageOf } from './contenders.mjs';

const TYPES = { '.wasm': 'application/wasm', '.json': 'application/json', '.js': 'text/javascript' };

/** All that a contender's page can ask for, and a fingerprint of it. */
export async function prepare({ settings, files, ...contender }) {
  const own = { ...files, '/contender.js': await bundled(pageOf(contender)), '/first': firstPage(settings) };
  const hash = createHash('sha256');
  for (const [path, body] of Object.entries(own)) hash.update(path).update(body);
  return { ...contender, settings, files: own, fingerprint: hash.digest('hex').slice(0, 12) };
}

/** A page that says whether two photos show the same person, as soon as it can. */
const firstPage = (settings) => `<!doctype html><title>first</title><script type="module">
  import { open } from '/contender.js';
  const { vectorOf, isSame } = await open(${JSON.stringify(settings)});
  const vectors = [];
  for (const path of ['/photo/0', '/photo/1']) vectors.push(await vectorOf(await (await fetch(path)).blob()));
  globalThis.verdict = vectors.every(Boolean) ? (isSame(...vectors) ? 'same' : 'not the same') : 'no face';
  globalThis.milliseconds = performance.now();
</script>`;

function served({ files }, photos) {
  const all = { ...files, ...Object.fromEntries(photos.map((bytes, i) => [`/photo/${i}`, bytes])) };
  const typed = ([path, body]) => [
    path,
    { type: path === '/first' ? 'text/html' : (TYPES[extname(path)] ?? 'application/octet-stream'), body },
  ];
  return Object.fromEntries(Object.entries(all).map(typed));
}

/** @returns the contender, open in a page: `vector(i)` of a photo with its milliseconds from blob to template; its thresholds */
export async function openContender(prepared, photos) {
  const { page, close } = await openPage(served(prepared, photos));
  const thresholds = await page.evaluate(`(async () => {
    const { open } = await import('/contender.js');
    const { vectorOf, thresholds } = await open(${JSON.stringify(prepared.settings)});
    globalThis.timed = async (i) => {
      const blob = await (await fetch('/photo/' + i)).blob();
      const start = performance.now();
      const vector = await vectorOf(blob);
      return { milliseconds: performance.now() - start, vector: vector ? Array.from(vector) : null };
    };
    return thresholds;
  })()`);
  return { thresholds, close, vector: (i) => page.evaluate(`timed(${i})`) };
}

/** From navigation to the verdict on two photos, in a browser that has not seen the page: milliseconds, and the files it asked for. */
export async function firstVerdict(prepared, photos) {
  const { page, close } = await openPage(served(prepared, photos));
  try {
    const asked = new Set();
    page.on('request', (request) => asked.add(request.url()));
    await page.goto(new URL('/first', page.url()).href);
    await page.waitForFunction('globalThis.milliseconds');
    const [verdict, milliseconds] = await page.evaluate('[verdict, milliseconds]');
    const elsewhere = [...asked].filter(
      (url) => new URL(url).origin !== new URL(page.url()).origin && !/^blob:/.test(url),
    );
    if (elsewhere.length > 0) throw new Error(`${prepared.page} asked another server: ${elsewhere.join(', ')}.`);
    const paths = [...asked].map((url) => new URL(url).pathname).filter((path) => prepared.files[path] !== undefined);
    return { verdict, milliseconds, paths };
  } finally {
    await close();
  }
}

/** Bytes of files over the wire: as they are, and each by brotli at its best. */
export function wireBytes({ files }, paths) {
  const bodies = paths.map((path) => Buffer.from(files[path]));
  const sum = (of) => bodies.reduce((total, body) => total + of(body), 0);
  return { raw: sum((body) => body.length), brotli: sum(brotliBytes) };
}

const compressed = new Map();

function brotliBytes(body) {
  const key = createHash('sha256').update(body).digest('hex');
  if (!compressed.has(key)) compressed.set(key, brotliCompressSync(body).length);
  return compressed.get(key);
}
