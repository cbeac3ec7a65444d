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

/** Packages that the page's modules import by name. */
const PACKAGES = ['@pocketnet/engine', '@pocketnet/files'] as const;

/** With these a page may share memory between threads (cross-origin isolation). */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Serves the bench's page, ONNX Runtime, our engine and one model, ONNX or a plan, to this machine alone. */
export async function serve(model: Uint8Array | undefined): Promise<{ address: string; close(): Promise<void> }> {
  const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  const [engine, files] = PACKAGES.map((name) => dirname(fileURLToPath(import.meta.resolve(name))));
  const code = fileURLToPath(new URL('../../', import.meta.url));
  const imports = Object.fromEntries(PACKAGES.map((name) => [name, `/${name}/index.js`]));
  const page =
    `<!doctype html><title>bench</title><script type="importmap">${JSON.stringify({ imports })}</script>` +
    '<script type="module" src="/code/bench/runners/page.js"></script>';
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    if (path === '/') return void response.writeHead(200, { ...ISOLATION, 'Content-Type': 'text/html' }).end(page);
    if (path === '/model' && model !== undefined)
      return void response.writeHead(200, { ...ISOLATION, 'Content-Type': 'application/octet-stream' }).end(model);
    const file = fileOf(path, { ort: runtime, code, '@pocketnet/engine': engine, '@pocketnet/files': files });
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

/** The file of a path that begins with one of the folders' names. */
function fileOf(path: string, folders: Readonly<Record<string, string | undefined>>): string | undefined {
  for (const [name, folder] of Object.entries(folders))
    if (folder !== undefined && path.startsWith(`/${name}/`)) return join(folder, path.slice(name.length + 2));
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
