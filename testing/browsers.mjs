// Runs a module in a browser without a driver: the page that a small server gives posts back what the module's `run()` resolves to.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, extname, join, normalize } from 'node:path';

/** No questions, no updates, no calls home. */
const FIREFOX_PREFERENCES = {
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.enabled': false,
};

/** Their programs, and the arguments that open an address in an empty profile, unseen. */
const BROWSERS = {
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    open: (profile, address) => [
      ...['--headless=new', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--user-data-dir=${profile}`,
      address,
    ],
  },
  firefox: {
    names: ['firefox-esr', 'firefox'],
    open(profile, address) {
      const lines = Object.entries(FIREFOX_PREFERENCES).map(
        ([name, value]) => `user_pref(${JSON.stringify(name)}, ${value});`,
      );
      writeFileSync(join(profile, 'user.js'), lines.join('\n'));
      return ['--headless', '--no-remote', '--profile', profile, address];
    },
  },
};

/** The program of a browser; undefined where it is not installed. */
export function findBrowser(name) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return BROWSERS[name].names.flatMap((file) => folders.map((folder) => join(folder, file))).find(existsSync);
}

const TYPES = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/**
 * @param imports packages that modules import by name: the folder of each, whose `index.js` it is
 * @param files what the server has besides, by its path: bytes, or a file's name
 * @param module path of the module whose `run()` is called
 * @returns what it resolved to
 * @throws an Error with the page's own, or when there is no answer in time
 */
export async function runInBrowser(name, imports, files, module, seconds = 90) {
  const program = findBrowser(name);
  if (program === undefined) throw new Error(`There is no ${name} here.`);
  const page = `<script type="module">const send = (answer) => fetch('/answer', { method: 'POST', body: JSON.stringify(answer) });
     import('${module}').then(({ run }) => run()).then((value) => send({ value }), (error) => send({ error: String(error.stack ?? error) }));</script>`;
  let answered = () => {};
  const answer = new Promise((resolve) => {
    answered = resolve;
  });
  const server = await serve(imports, files, page, (text) => answered(JSON.parse(text)));
  const profile = mkdtempSync(join(tmpdir(), 'pocketnet-browser-'));
  let browser;
  let timer;
  try {
    browser = spawn(program, BROWSERS[name].open(profile, server.address), { stdio: 'ignore', detached: true });
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${name} gave no answer in ${seconds} s.`)), 1000 * seconds);
    });
    const { value, error } = await Promise.race([answer, late]);
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    return value;
  } finally {
    clearTimeout(timer);
    if (browser) await ended(browser);
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/**
 * A page for this machine alone.
 *
 * @param imports and `files`: see {@link runInBrowser}
 * @param page what it holds
 * @param answered is given what the page posts to /answer
 */
export async function serve(imports, files, page, answered = () => {}) {
  const map = Object.fromEntries(Object.keys(imports).map((one) => [one, `/${one}/index.js`]));
  const html = `<!doctype html><title>test</title><script type="importmap">${JSON.stringify({ imports: map })}</script>${page}`;
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    if (path === '/') return response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
    if (path === '/answer') {
      answered(await bodyOf(request));
      return response.writeHead(204).end();
    }
    const content = contentOf(path, imports, files);
    if (content === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Ends a browser and the processes that it started, which share its group. */
async function ended(browser) {
  if (browser.pid === undefined || browser.exitCode !== null) return;
  const gone = new Promise((resolve) => browser.once('exit', resolve));
  process.kill(-browser.pid, 'SIGKILL');
  await gone;
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function contentOf(path, imports, files) {
  const own = files[path];
  if (own instanceof Uint8Array) return own;
  const folder = Object.entries(imports).find(([name]) => path.startsWith(`/${name}/`));
  const file = own ?? (folder && join(folder[1], path.slice(folder[0].length + 2)));
  return file !== undefined && existsSync(file) ? readFileSync(file) : undefined;
}
