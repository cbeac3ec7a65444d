// Builds the addon: every .cc below this folder, only what has changed, into ../build/pocketnet_torch.node.
//
//   node packages/torch/native/build.mjs [--force] [--quiet] [--sanitize]
//
// --sanitize  under AddressSanitizer and UBSan, into ../build/sanitized
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilerOf } from './compiler.mjs';
import { compileFlags, includeFlags, linkFlags } from './flags.mjs';
import { findLibtorch } from './libtorch.mjs';
import { isFresh, perform, performAll } from './steps.mjs';

export { findLibtorch };

const native = dirname(fileURLToPath(import.meta.url));
const addonName = 'pocketnet_torch.node';
const folderOf = (sanitize) => join(dirname(native), 'build', ...(sanitize ? ['sanitized'] : []));

/**
 * Builds the addon if anything that it is made from has changed: sources, headers, flags, compiler, libtorch, processor.
 *
 * @param {{ force?: boolean, sanitize?: boolean, log?: (line: string) => void }} [options] `sanitize`: into a folder of its own, see flags.mjs.
 * @returns {Promise<{ made: number, addon: string, libtorch: import('./libtorch.mjs').Libtorch }>} `made`: files compiled or linked.
 * @throws {Error} When libtorch or the compiler is missing, or a source does not compile.
 */
export async function build({ force = false, sanitize = false, log = () => {} } = {}) {
  const skipped = [];
  const libtorch = findLibtorch({ onSkip: (reason) => skipped.push(reason) });
  if (!libtorch) throw new Error([...skipped, WITHOUT_LIBTORCH].join('\n'));

  const toolchain = { libtorch, compiler: await compilerOf(), sanitize, output: folderOf(sanitize) };
  const objects = sourcesBelow(native).map((source) => objectStep(source, toolchain));
  const link = linkStep(objects, toolchain);
  const stale = objects.filter((step) => force || !isFresh(step));
  if (stale.length === 0 && isFresh(link)) return { made: 0, addon: link.target, libtorch };

  for (const reason of skipped) log(reason);
  log(`building with ${toolchain.compiler.name} against libtorch ${libtorch.version} in ${libtorch.libDir}`);
  await performAll(stale, log);
  await perform(link, log);
  return { made: stale.length + 1, addon: link.target, libtorch };
}

const WITHOUT_LIBTORCH =
  'No libtorch with C++ headers was found. Install one (Debian, Ubuntu: apt-get install libtorch-dev; anywhere: pip install torch), ' +
  'or name one with LIBTORCH=<folder with include/ and lib/>.';

/** @returns {import('./steps.mjs').Step} */
function objectStep(source, { compiler, libtorch, sanitize, output }) {
  const name = relative(native, source);
  const isKernel = name.startsWith('kernels/');
  const isDistributed = name.startsWith('distributed/');
  const target = join(output, 'objects', name.replaceAll('/', '-').replace(/\.cc$/, '.o'));
  const rules = `${target}.d`;
  const flags = [...compileFlags(libtorch, { isKernel, isDistributed, sanitize }), ...includeFlags(libtorch, native)];
  return {
    label: `compiled ${name}`,
    target,
    command: [compiler.path, ...flags, '-MMD', '-MF', rules, '-c', source],
    inputs: () => [source, ...headersIn(rules)],
    context: [compiler.name, ...identityOf(libtorch), isKernel ? processor() : ''].join('\n'),
  };
}

/** @returns {import('./steps.mjs').Step} */
function linkStep(objects, { compiler, libtorch, sanitize, output }) {
  const files = objects.map((step) => step.target);
  return {
    label: `linked ${addonName}`,
    target: join(output, addonName),
    command: [compiler.path, ...files, ...linkFlags(libtorch, { sanitize })],
    inputs: () => files,
    context: [compiler.name, ...identityOf(libtorch)].join('\n'),
  };
}

/** The headers of ours among those that the compiler wrote down (a makefile's rule) when it last compiled a source. */
function headersIn(rules) {
  if (!existsSync(rules)) return [];
  const words = readFileSync(rules, 'utf8').split(/[\s\\]+/);
  return words.filter((word) => word.startsWith(native) && word.endsWith('.h')).sort();
}

function sourcesBelow(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.cc'));
  return names.sort().map((name) => join(folder, name));
}

function identityOf({ version, libDir }) {
  return [version, String(statSync(join(libDir, 'libtorch_cpu.so')).mtimeMs)];
}

/** What -march=native looks at; an addon copied to another processor is built anew there. */
function processor() {
  const info = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  return `${cpus()[0]?.model} ${/^(?:flags|Features)\s*:.*$/m.exec(info)?.[0] ?? ''}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const flags = process.argv.slice(2);
  try {
    const { made } = await build({
      force: flags.includes('--force'),
      sanitize: flags.includes('--sanitize'),
      log: flags.includes('--quiet') ? undefined : console.log,
    });
    if (made === 0 && !flags.includes('--quiet')) console.log('the addon is up to date');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
