// Tests what will be published as people get it: packs every package, lints it, installs what apps need into an empty folder, and runs there
// a program, the command, the README's example and a page, in development and built. The last line counts.
//
//   node scripts/test-packages.mjs [--short] [--keep]
//
// --short  what apps need alone, laid out without a network, and no page
// --keep   leaves the folder, and says where it is
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleOf } from './packages/example.mjs';
import { emptyProject, layOut, npmInstall } from './packages/install.mjs';
import { lint } from './packages/lint.mjs';
import { serveFolder, verdictInPage, wireSizes } from './packages/page.mjs';
import { writePhotos } from './packages/photos.mjs';
import { forApps, published } from './packages/published.mjs';
import { packTarball } from './packages/tarball.mjs';
import { runCommand } from './setup/command.mjs';
import { root } from './setup/root.mjs';

const MOST_UNPACKED = 4_000_000;
const MOST_OVER_THE_WIRE = 1_600_000;

const short = process.argv.includes('--short');
const isOnline = short || (await runCommand(['npm', 'view', 'vite', 'version']).catch(() => undefined)) !== undefined;
if (!isOnline) {
  console.log('The registry of npm cannot be reached: nothing can be installed as people do.');
  process.exit(75);
}

const place = mkdtempSync(join(tmpdir(), 'pocketnet-packages-'));
let passed = 0;
let failed = 0;

/** One thing to find out; its result is printed. */
async function check(name, body) {
  try {
    const found = await body();
    console.log(`passed: ${name}${found ? `: ${found}` : ''}`);
    passed += 1;
  } catch (error) {
    console.log(`FAILED: ${name}\n${error.message}`);
    failed += 1;
  }
}

const within = (bytes, most, what) => {
  if (bytes > most)
    throw new Error(`${what}: ${bytes.toLocaleString('en')} bytes, more than ${most.toLocaleString('en')}.`);
  return `${bytes.toLocaleString('en')} bytes`;
};

const has = (text, pattern) => {
  if (!pattern.test(text)) throw new Error(`It printed, instead of ${pattern}:\n${text}`);
  return text.trim().split('\n').at(-1);
};

const tarballs = [];
for (const each of published.filter(({ name }) => !short || forApps.includes(name)))
  await check(`${each.name} is packed, and publint and attw find nothing`, async () => {
    const tarball = await packTarball(each, place);
    tarballs.push(tarball);
    await lint(tarball.path);
    return `${tarball.files.length} files, ${tarball.unpackedSize.toLocaleString('en')} bytes`;
  });

const app = join(place, 'app');
const mine = tarballs.filter(({ name }) => forApps.includes(name));
const { dependencies } = JSON.parse(readFileSync(join(root, 'packages/data/package.json'), 'utf8'));
emptyProject(app);
await check('what apps need is installed into an empty folder', () =>
  short ? layOut(app, mine, ['commander', 'sharp']) : npmInstall(app, mine, [`sharp@${dependencies.sharp}`]),
);
await writePhotos(app);
await check('a program of plain ESM runs', async () => {
  cpSync(join(root, 'scripts/packages/consumer.mjs'), join(app, 'consumer.mjs'));
  return has(await runCommand([process.execPath, 'consumer.mjs'], { cwd: app }), /^The same person: .*\nok$/m);
});
await check("the README's example runs", async () => {
  writeFileSync(join(app, 'example.mjs'), exampleOf('README.md', 'js'));
  return has(await runCommand([process.execPath, 'example.mjs'], { cwd: app }), /^The same person: /m);
});
const command = short
  ? [process.execPath, 'node_modules/pocketnet/bin/pocketnet.js']
  : ['npx', '--no-install', 'pocketnet'];
await check('pocketnet verify runs', async () =>
  has(
    await runCommand([...command, 'verify', 'a.jpg', 'b.jpg', '--show', 'seen.jpg'], { cwd: app }),
    /^verdict +The same person/m,
  ),
);
await check('other verbs say what to install', async () => {
  const said = await runCommand([...command, 'train'], { cwd: app }).catch(({ message }) => message);
  return has(said, /npm install @pocketnet\/cli/);
});

/** What only a network and a browser can tell. */
async function testPage() {
  await check('it is small, the models with it', () =>
    within(
      mine.reduce((sum, { unpackedSize }) => sum + unpackedSize, 0),
      MOST_UNPACKED,
      'unpacked',
    ),
  );
  const page = join(place, 'page');
  const { vite } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies;
  emptyProject(page);
  cpSync(join(root, 'examples/verify-in-a-page'), page, { recursive: true });
  await writePhotos(place);
  const photos = [join(place, 'a.jpg'), join(place, 'b.jpg')];
  await check(`a page is installed, with Vite ${vite}`, () => npmInstall(page, mine, [`vite@${vite}`]));
  await check('it runs in development, in Chromium', async () => {
    const { createServer } = await import(join(page, 'node_modules/vite/dist/node/index.js'));
    const server = await createServer({ root: page, server: { host: '127.0.0.1' }, logLevel: 'error' });
    try {
      await server.listen();
      return has(await verdictInPage(server.resolvedUrls.local[0], ...photos), /^The same person/);
    } finally {
      await server.close();
    }
  });
  await check('it runs built, in Chromium', async () => {
    await runCommand(['npx', '--no-install', 'vite', 'build', '--logLevel', 'error'], { cwd: page });
    const server = await serveFolder(join(page, 'dist'));
    try {
      return has(await verdictInPage(server.address, ...photos), /^The same person/);
    } finally {
      server.close();
    }
  });
  await check('it is small over the wire', () => {
    const { gzip, brotli } = wireSizes(join(page, 'dist'));
    return `${within(brotli, MOST_OVER_THE_WIRE, 'by brotli')} by brotli, ${gzip.toLocaleString('en')} by gzip`;
  });
}
if (!short) await testPage();

if (process.argv.includes('--keep')) console.log(`Left in ${place}`);
else rmSync(place, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
