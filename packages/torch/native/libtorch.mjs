// Finds libtorch: LIBTORCH, then Python's torch, then the system's.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** @typedef {import('./libtorch.d.mts').Libtorch} Libtorch */

const HEADER = 'torch/csrc/api/include/torch/version.h';

/**
 * Looks for a libtorch with its headers: a folder named by LIBTORCH (holding include/ and lib/), the torch package of
 * `python3` and of `/usr/bin/python3`, then the system's (Debian's libtorch-dev).
 *
 * @param {{ onSkip?: (reason: string) => void }} [options] `onSkip` hears, one sentence each, what was passed over and why.
 * @returns {Libtorch | undefined}
 * @throws {Error} When LIBTORCH is set to something that is no libtorch.
 */
export function findLibtorch({ onSkip = () => {} } = {}) {
  if (process.env.LIBTORCH) return fromVariable(resolve(process.env.LIBTORCH));
  return fromPython(onSkip) ?? fromSystem(onSkip);
}

/** @returns {Libtorch} */
function fromVariable(folder) {
  for (const root of [folder, join(folder, 'torch')]) {
    const found = inFolder('LIBTORCH', root);
    if (found) return found;
  }
  throw new Error(
    `LIBTORCH=${folder} is no libtorch with headers: ${join('include', HEADER)} and lib/libtorch_cpu.so should be in it. ` +
      'Unset LIBTORCH to use the one of Python or of the system.',
  );
}

/** @returns {Libtorch | undefined} */
function fromPython(onSkip) {
  for (const python of ['python3', '/usr/bin/python3']) {
    const folder = packageOf(python);
    if (!folder) continue;
    const found = inFolder('python', folder);
    // Debian's package is a folder of links to the system's library: that one is meant.
    if (found) return isLinked(found) ? (fromSystem(onSkip) ?? found) : found;
    onSkip(`${folder} (the torch of ${python}) has no C++ headers: it can only be run, not compiled against.`);
  }
  return undefined;
}

/** Where `import torch` would load from, without the seconds that the import itself takes. */
function packageOf(python) {
  const script =
    "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')";
  try {
    return execFileSync(python, ['-c', script], {
      cwd: '/',
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

/** @returns {Libtorch | undefined} The libtorch of a folder that holds include/ and lib/: a C++ release or pip's package. */
function inFolder(kind, folder) {
  const include = join(folder, 'include');
  const libDir = join(folder, 'lib');
  if (!existsSync(join(include, HEADER)) || !existsSync(join(libDir, 'libtorch_cpu.so'))) return undefined;
  const released = ['build-version', 'version.py'].map((name) => join(folder, name)).find((path) => existsSync(path));
  const version = released && /\d+\.\d+[\w.+]*/.exec(readFileSync(released, 'utf8'))?.[0];
  return describe(kind, version ?? headerVersion(include), [include, join(include, 'torch/csrc/api/include')], libDir);
}

/** @returns {Libtorch | undefined} */
function fromSystem(onSkip) {
  const multiarch = list('/usr/lib').filter((name) => name.endsWith('-linux-gnu'));
  const libraries = [...multiarch.map((name) => `/usr/lib/${name}`), '/usr/lib', '/usr/lib64', '/usr/local/lib'];
  const libDir = libraries.find((dir) => existsSync(join(dir, 'libtorch_cpu.so')));
  const include = ['/usr/include', '/usr/local/include'].find((dir) => existsSync(join(dir, HEADER)));
  if (libDir && include) {
    return describe('system', headerVersion(include), [join(include, 'torch/csrc/api/include')], libDir);
  }
  if (!include) onSkip("The system has no libtorch headers (Debian's and Ubuntu's package is libtorch-dev).");
  else onSkip(`The system has libtorch headers in ${include} but no libtorch_cpu.so.`);
  return undefined;
}

/** @returns {Libtorch} */
function describe(kind, version, includes, libDir) {
  const cuda = existsSync(join(libDir, 'libtorch_cuda.so'));
  return {
    kind,
    version,
    includes: cuda ? [...includes, ...cudaIncludes(libDir)] : includes,
    libDir,
    abi: abiOf(libDir),
    cuda,
  };
}

/** CUDA's own headers: from CUDA_HOME or where the toolkit installs itself, and from the pip packages beside torch's (NCCL's is among them). */
function cudaIncludes(libDir) {
  const pip = join(dirname(dirname(libDir)), 'nvidia');
  const includesOf = (homes) => homes.filter(Boolean).map((home) => join(home, 'include'));
  const packages = includesOf(list(pip).map((name) => join(pip, name))).filter((folder) => existsSync(folder));
  const toolkit = includesOf([process.env.CUDA_HOME, '/usr/local/cuda']).find((folder) =>
    existsSync(join(folder, 'cuda_runtime_api.h')),
  );
  return toolkit ? [toolkit, ...packages] : packages;
}

/** libstdc++'s old string mangles as `Ss`: whoever takes one by value tells which ABI the library was built with. */
function abiOf(libDir) {
  return readFileSync(join(libDir, 'libc10.so')).includes('c105ErrorC2ENS_14SourceLocationESs') ? 0 : 1;
}

function isLinked({ libDir }) {
  return dirname(realpathSync(join(libDir, 'libtorch_cpu.so'))) !== realpathSync(libDir);
}

function headerVersion(include) {
  for (const header of [HEADER, 'torch/headeronly/version.h']) {
    const path = join(include, header);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const [major, minor, patch] = ['MAJOR', 'MINOR', 'PATCH'].map(
      (part) => new RegExp(`TORCH_VERSION_${part} (\\d+)`).exec(text)?.[1],
    );
    if (major !== undefined) return `${major}.${minor}.${patch}`;
  }
  return 'unknown';
}

function list(folder) {
  return existsSync(folder) ? readdirSync(folder) : [];
}
