import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Check, type Finding, messageOf } from './finding.js';

export const runtimes: Check = async () => [
  await ownEngine(),
  ...['onnxruntime-node', 'onnxruntime-web'].map(installed),
];

/** What computes for apps: the addon, or WebAssembly where there is none. */
async function ownEngine(): Promise<Finding> {
  const { nativeForms, nativeProblem } = await import('@pocketnet/engine-native');
  const { FORMS, formRuns } = await import('@pocketnet/engine');
  const name = 'pocketnet engine';
  const wasm = FORMS.find(formRuns);
  const problem = nativeProblem();
  if (problem === undefined)
    return { name, state: 'ok', text: `native, ${nativeForms()[0]}; WebAssembly, ${wasm ?? 'not here'}` };
  if (wasm === undefined)
    return { name, state: 'missing', text: 'this Node runs no WebAssembly with SIMD', remedy: problem };
  return { name, state: 'optional', text: `WebAssembly, ${wasm}, no addon`, remedy: problem };
}

function installed(name: string): Finding {
  try {
    const entry = createRequire(import.meta.resolve('@pocketnet/onnx')).resolve(name);
    return { name, state: 'ok', text: versionOf(entry) };
  } catch (error) {
    return {
      name,
      state: 'optional',
      text: messageOf(error).split('\n')[0] ?? '',
      remedy: 'Only for comparing with it, and for models that the engine cannot run: `npm ci` in the repository.',
    };
  }
}

/** The version of the package that a file belongs to. */
function versionOf(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    const { version } = (existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {}) as {
      version?: string;
    };
    if (version !== undefined) return version;
  }
  return 'unknown version';
}
