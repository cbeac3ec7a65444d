// Runs the tests of an addon with it under AddressSanitizer and UBSan, which end a process at the first fault in it and say where. The
// sanitised addon is built beside the usual one.
//
//   node scripts/test-sanitized.mjs torch|engine [FILTER...] [vitest options]
//
// FILTER  other tests than those that call the addon most
import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { build as buildEngine } from '../packages/engine-native/native/build.mjs';
import { build as buildTorch } from '../packages/torch/native/build.mjs';
import { compilerOf, run } from '../packages/torch/native/compiler.mjs';
import { root } from './setup/root.mjs';

/** Left out is what calls no native code, and memory.test.ts, which measures a process that AddressSanitizer makes larger. */
const ofTorch = [
  'autograd',
  'distributed',
  'fuzz',
  'kernels',
  'nn',
  'optim',
  'products',
  'runtime',
  'scope',
  'winograd',
];

/** By addon: how it is built, the tests that call it most, where a process finds it. */
const ADDONS = {
  torch: {
    build: (log) => buildTorch({ sanitize: true, log }),
    tests: ofTorch.map((name) => `packages/torch/test/${name}.test.ts`),
    variable: 'POCKETNET_TORCH_ADDON',
    environment: { POCKETNET_SELF_TEST: 'off' }, // what it tests is libtorch
    options: [],
  },
  // Its contract and hostile plans, in the native forms: POCKETNET_FUZZ=100000 for a long look.
  engine: {
    build: () => buildEngine({ sanitize: true }),
    tests: ['packages/engine-native/test/engine-native.test.ts', 'packages/onnx/test/engine-fuzz.test.ts'],
    variable: 'POCKETNET_ENGINE_ADDON',
    environment: { POCKETNET_ENGINE_FORMS: 'native' },
    options: ['handle_segv=2'], // else Node's own handler takes a wild read, and says nothing
  },
};

/** No fault is suppressed by name. libtorch, Node and V8 are not compiled under sanitizers: of theirs only the memory is watched. */
const addressSanitizer = [
  'detect_leaks=0', // libtorch, Node and V8 keep what they made until the process ends; tests count our tensors
  'allocator_may_return_null=1', // what is too large for memory is refused by libtorch, with an Error, as in any process
  'print_legend=0',
];

try {
  process.env.JOBS ??= '1';
  const [name, ...given] = process.argv.slice(2);
  const { build, tests, variable, environment, options } =
    ADDONS[name] ?? fail(`the first word names an addon: ${Object.keys(ADDONS).join(' or ')}, not ${name}.`);
  const { addon } = await build((line) => console.log(`sanitizers: ${line}`));
  const hasFilter = given.some((word) => !word.startsWith('-'));
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'scripts/test.mjs'), '--no-checks', ...(hasFilter ? [] : tests), ...given],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        LD_PRELOAD: await sanitizerLibrary(),
        ASAN_OPTIONS: [...addressSanitizer, ...options].join(':'),
        UBSAN_OPTIONS: 'print_stacktrace=1',
        [variable]: addon,
        ...environment,
      },
    },
  );
  process.exitCode = status ?? 1;
} catch (error) {
  console.error(`sanitizers: ${error.message}`);
  process.exitCode = 1;
}

function fail(why) {
  throw new Error(why);
}

/** AddressSanitizer's library, which a process that was not compiled with it, such as Node, must load before every other. */
async function sanitizerLibrary() {
  const { path } = await compilerOf();
  const { stdout } = await run([path, '-print-file-name=libasan.so']);
  const library = stdout.trim();
  if (!isAbsolute(library))
    throw new Error(`${path} has no libasan.so. Use GNU's compiler: apt-get install g++, and CXX=g++ or no CXX.`);
  return realpathSync(library);
}
