// Compiles the modules of C to wasm/*.wasm, and inlines into a modules.ts what the package runs, with Debian's clang-19 and lld-19. The
// result is the same, byte for byte, on every machine.
//
//   node packages/engine/scripts/build-wasm.mjs [--check]
//
// --check  compares with what is committed and writes nothing; exit code 1 where they differ, 75 without the compiler
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [SIMD, RELAXED] = [['-msimd128'], ['-msimd128', '-mrelaxed-simd']];
const [FLOATS, INTEGERS] = [['-DPN_WITHOUT_INTEGERS'], ['-DPN_WITHOUT_FLOATS']];
const modules = [
  {
    source: 'c/wasm.c',
    size: '-Os', // loops that matter are unrolled where they say so
    prefix: '',
    inlined: 'src/wasm/modules.ts',
    forms: {
      simd: [...SIMD, ...FLOATS],
      relaxed: [...RELAXED, ...FLOATS],
      integers: [...SIMD, ...INTEGERS], // the relaxed instructions have nothing for halfwords
      'relaxed-bytes': [...RELAXED, ...INTEGERS, '-DPN_WITHOUT_HALVES'],
    },
  },
  {
    source: 'c/wasm-search.c',
    size: '-O2',
    prefix: 'search-',
    inlined: 'src/search/modules.ts',
    forms: { simd: SIMD, relaxed: RELAXED },
  },
];
// Loops keep their addresses as base and constant, which a load takes with it: clang would add each of them up.
const compile =
  '--target=wasm32 -std=gnu11 -mllvm -disable-lsr -Wall -Wextra -Werror -ffreestanding -fno-builtin -ffp-contract=off'.split(
    ' ',
  );
const link = '--no-entry --strip-all --gc-sections --stack-first -z stack-size=131072'.split(' ');

const folder = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

if (spawnSync('clang-19', ['--version']).error || spawnSync('wasm-ld-19', ['--version']).error) {
  console.error(
    'build-wasm: clang-19 and lld-19 are needed (apt-get install clang-19 lld-19); what is committed serves without them.',
  );
  process.exit(75);
}

const scratch = mkdtempSync(join(tmpdir(), 'pocketnet-wasm-'));
let differ = false;
try {
  for (const { source, size, prefix, inlined, forms } of modules) {
    const made = Object.entries(forms).map(([form, features]) => [form, compiled(source, [size, ...features])]);
    for (const [form, bytes] of made) keep(`wasm/${prefix}${form}.wasm`, bytes);
    keep(inlined, Buffer.from(inlinedModules(made)));
  }
  keep('wasm/layout.wasm', compiled('c/layout.c', ['-Os', ...SIMD])); // for boards, which have no forms
} finally {
  rmSync(scratch, { recursive: true });
}
process.exitCode = differ ? 1 : 0;

/** Linked by itself: through clang, a wasm-opt of whatever version would run too, where one is installed. */
function compiled(source, features) {
  const [object, out] = [join(scratch, 'module.o'), join(scratch, 'module.wasm')];
  run('clang-19', [...compile, ...features, '-c', '-o', object, source]);
  run('wasm-ld-19', [...link, '-o', out, object]);
  return readFileSync(out);
}

function run(command, args) {
  execFileSync(command, args, { cwd: folder, stdio: 'inherit' });
}

function keep(file, bytes) {
  const path = join(folder, file);
  if (!check) {
    writeFileSync(path, bytes);
    console.log(`build-wasm: ${file}, ${bytes.length} bytes`);
  } else if (!readFileSync(path).equals(bytes)) {
    console.error(
      `build-wasm: ${file} is not what the C makes: run node packages/engine/scripts/build-wasm.mjs and commit.`,
    );
    differ = true;
  }
}

function inlinedModules(modules) {
  return [
    '// The WebAssembly modules of ../../wasm, inlined for bundlers. Written by scripts/build-wasm.mjs.',
    '',
    '/** Bytes of a module by its form and what it computes in, in base64; the fastest form stands first. */',
    'export const MODULES = {',
    ...modules.toReversed().map(([form, bytes]) => `  '${form}':\n    '${bytes.toString('base64')}',`),
    '};', // not as constants, which would stand in the declarations a second time
    '',
  ].join('\n');
}
