// The compiler's and the linker's flags for a given libtorch.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const GENERAL = ['-O2'];

// Kernels are made for this very processor. Nothing in them asks for IEEE traps or errno; both would forbid vectors.
const KERNEL = ['-O3', '-march=native', '-fno-trapping-math', '-fno-math-errno', '-ffp-contract=fast'];

// AddressSanitizer and UBSan, which end the process at the first fault. Numbers of JavaScript become integers here, hence `float-cast-overflow`,
// which `undefined` leaves out; `vptr` asks libtorch's classes for type information that our hidden visibility keeps apart. The vectors of
// kernels are those of the usual build, hence the flags before these.
const SANITIZERS = [
  '-fsanitize=address,undefined,float-cast-overflow',
  '-fno-sanitize=vptr',
  '-fno-sanitize-recover=all',
];
const SANITIZED = [...SANITIZERS, '-O1', '-g1', '-fno-omit-frame-pointer'];

/**
 * @param {import('./libtorch.mjs').Libtorch} libtorch
 * @param {{ isKernel: boolean, isDistributed: boolean, sanitize: boolean }} file
 * @returns {string[]}
 */
export function compileFlags(libtorch, { isKernel, isDistributed, sanitize }) {
  return [
    '-std=c++17',
    ...(isKernel ? KERNEL : GENERAL),
    ...(sanitize ? SANITIZED : []),
    '-fPIC',
    '-fopenmp',
    '-fvisibility=hidden',
    '-DNAPI_VERSION=8',
    '-DNAPI_CPP_EXCEPTIONS',
    '-DNODE_ADDON_API_DISABLE_DEPRECATED',
    `-D_GLIBCXX_USE_CXX11_ABI=${libtorch.abi}`,
    ...(isDistributed ? distributedFlags(libtorch) : []),
  ];
}

/** c10d's headers hide a backend unless they are told that the library was built with it. */
function distributedFlags({ includes, cuda }) {
  const has = (header) => [...includes, '/usr/include'].some((folder) => existsSync(join(folder, header)));
  const backends = [
    ...(has('torch/csrc/distributed/c10d/ProcessGroupGloo.hpp') ? ['-DUSE_C10D_GLOO'] : []),
    ...(cuda && has('torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp') && has('nccl.h') ? ['-DUSE_C10D_NCCL'] : []),
  ];
  return ['-DUSE_DISTRIBUTED', '-DUSE_C10D', ...backends];
}

/**
 * Libtorch's headers are the system's to us: their warnings are not ours. Node's own come from npm (node-api-headers), so that
 * neither node-gyp nor a download of Node's sources is needed.
 *
 * @param {import('./libtorch.mjs').Libtorch} libtorch
 * @param {string} native Folder of our own headers.
 * @returns {string[]}
 */
export function includeFlags(libtorch, native) {
  const require = createRequire(import.meta.url);
  const folderOf = (name) => dirname(require.resolve(`${name}/package.json`));
  const npm = [folderOf('node-addon-api'), join(folderOf('node-api-headers'), 'include')];
  const found = [...npm, ...libtorch.includes].flatMap((folder) => ['-isystem', folder]);
  return [`-I${native}`, ...found, '-idirafter', join(native, 'distributed/declared')];
}

/**
 * Nothing in the addon names a symbol of libtorch_cuda, which registers itself when loaded: hence --no-as-needed.
 *
 * @param {import('./libtorch.mjs').Libtorch} libtorch
 * @param {{ sanitize: boolean }} options
 * @returns {string[]}
 */
export function linkFlags(libtorch, { sanitize }) {
  const libraries = ['-ltorch', '-ltorch_cpu', '-lc10', ...(libtorch.cuda ? ['-ltorch_cuda', '-lc10_cuda'] : [])];
  const location = libtorch.kind === 'system' ? [] : [`-Wl,-rpath,${libtorch.libDir}`];
  return [
    '-shared',
    '-fopenmp',
    ...(sanitize ? SANITIZERS : []),
    `-L${libtorch.libDir}`,
    ...location,
    '-Wl,--no-as-needed',
    ...libraries,
  ];
}
