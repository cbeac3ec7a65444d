import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** With these a page may share memory between threads (cross-origin isolation). */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Serves the bench's page, ONNX Runtime, our engine and one model, ONNX or a plan, to this machine alone. */
export async function serve(model: Uint8Array | undefined): Promise<{ address: string; close(): Promise<void> }> {
  const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  const engine = dirname(fileURLToPath(import.meta.resolve('@pocketnet/engine')));
  const code = fileURLToPath(new URL('../../', import.meta.url));
  const page = '<!doctype html><title>bench</title><script type="module" src="/code/bench/runners/page.js"></script>';
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    if (path === '/') return void response.writeHead(200, { ...ISOLATION, 'Content-Type': 'text/html' }).end(page);
    if (path === '/model' && model !== undefined)
      return void response.writeHead(200, { ...ISOLATION, 'Content-Type': 'application/octet-stream' }).end(model);
    const file = fileOf(path, { runtime, engine, code });
    if (file === undefined || !existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { ...ISOLATION, 'Content-Type': TYPES[extname(file)] ?? 'text/plain' });
    createReadStream(file).pipe(response);
  });
  const port = await listen(server);
  return {
    address: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function fileOf(path: string, places: { runtime: string; engine: string; code: string }): string | undefined {
  if (path.startsWith('/ort/')) return join(places.runtime, path.slice(5));
  if (path.startsWith('/engine/')) return join(places.engine, path.slice(8));
  if (path.startsWith('/code/')) return join(places.code, path.slice(6));
  return undefined;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}
