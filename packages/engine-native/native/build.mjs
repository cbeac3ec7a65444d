// Builds the addon: the engine's C once for each instruction set, and the binding, into ../build/pocketnet_engine.node. Only what is out
// of date.
//
//   node packages/engine-native/native/build.mjs [--force] [--quiet] [--sanitize]
//
// --sanitize  under AddressSanitizer and UBSan, into ../build/sanitized
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const native = dirname(fileURLToPath(import.meta.url));
const engine = join(native, '../../engine/c');
const run = promisify(execFile);

const AVX512 = ['-mavx512f', '-mavx512vl', '-mavx512dq', '-mavx512bw', '-mavx2', '-mfma'];

/** The instruction sets of a processor family, with what makes the compiler use them. */
const TARGETS = {
  x64: {
    vnni: [...AVX512, '-mavx512vnni'],
    avx512: AVX512,
    avx2: ['-mavx2', '-mfma'],
    sse4: ['-msse4.1'],
  },
  arm64: { neon: [] },
}[process.arch] ?? { plain: [] };

// Products and sums are fused where the C says so and nowhere else: integers have the same bits everywhere.
const FLAGS = [
  '-std=gnu11',
  '-ffp-contract=off',
  '-Wall',
  '-Wextra',
  '-Wno-maybe-uninitialized',
  '-fno-math-errno',
  '-fPIC',
  '-fvisibility=hidden',
];
const SANITIZERS = ['-fsanitize=address,undefined,float-cast-overflow', '-fno-sanitize-recover=all'];

/** How fast code is made, or code that stops at its first fault; the latter with the plain form too, which boards take. */
const VARIANTS = {
  usual: { folder: '.', targets: TARGETS, compile: ['-O3'], link: [] },
  sanitized: {
    folder: 'sanitized',
    targets: { ...TARGETS, plain: [] },
    compile: [...SANITIZERS, '-O1', '-g1', '-fno-omit-frame-pointer', '-DPN_WITH_PLAIN'],
    link: SANITIZERS,
  },
};

/**
 * @param {{ force?: boolean, sanitize?: boolean }} [options] `sanitize`: into a folder of its own
 * @returns {Promise<{ made: number, addon: string }>} `made`: files compiled or linked
 * @throws {Error} without a C compiler, or when the C does not compile
 */
export async function build({ force = false, sanitize = false } = {}) {
  const variant = VARIANTS[sanitize ? 'sanitized' : 'usual'];
  const compiler = process.env.CC || 'cc';
  const { include_dir: headers } = createRequire(import.meta.url)('node-api-headers');
  const output = join(native, '../build', variant.folder);
  const [addon, stamp] = ['pocketnet_engine.node', 'made-of'].map((name) => join(output, name));
  const identity = await identityOf(compiler, variant);
  if (!force && existsSync(addon) && existsSync(stamp) && readFileSync(stamp, 'utf8') === identity)
    return { made: 0, addon };
  mkdirSync(output, { recursive: true });
  const units = [
    ...Object.entries(variant.targets).map(([name, flags]) => ({
      name,
      source: 'target.c',
      flags: [...flags, `-DPN_TARGET=${name}`],
    })),
    { name: 'targets', source: 'targets.c', flags: [] },
    { name: 'addon', source: 'addon.c', flags: ['-isystem', headers] },
    { name: 'search', source: 'search.c', flags: ['-isystem', headers] },
  ];
  const objects = units.map(({ name }) => join(output, `${name}.o`));
  await Promise.all(
    units.map(({ source, flags }, i) =>
      run(compiler, [...FLAGS, ...variant.compile, ...flags, '-c', '-o', objects[i], join(native, source)]),
    ),
  );
  const undefinedSymbols = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  const fresh = `${addon}.new`; // a process may have the old one loaded
  await run(compiler, ['-shared', ...variant.link, ...undefinedSymbols, '-o', fresh, ...objects]);
  renameSync(fresh, addon);
  writeFileSync(stamp, identity);
  return { made: units.length + 1, addon };
}

/** Compiler, flags and sources in one number. */
async function identityOf(compiler, variant) {
  let version;
  try {
    version = (await run(compiler, ['--version'])).stdout.split('\n')[0];
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    const problem = new Error(
      `No C compiler: ${compiler} is not there. Install one (Debian, Ubuntu: apt-get install gcc) or name one with CC=<command>; ` +
        'without one the engine runs in WebAssembly.',
    );
    throw Object.assign(problem, { code: 'NO_COMPILER' });
  }
  const hash = createHash('sha256').update(JSON.stringify([version, FLAGS, variant, process.arch]));
  for (const folder of [native, engine])
    for (const name of readdirSync(folder, { recursive: true }).sort())
      if (/\.[ch]$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const flags = process.argv.slice(2);
  try {
    const { made } = await build({ force: flags.includes('--force'), sanitize: flags.includes('--sanitize') });
    if (!flags.includes('--quiet')) console.log(made === 0 ? 'the addon is up to date' : 'the addon is built');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
