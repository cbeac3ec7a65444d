import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Check, type Finding, messageOf } from './finding.js';

export const runtimes: Check = async () => ['onnxruntime-node', 'onnxruntime-web'].map(installed);

function installed(name: string): Finding {
  try {
    const entry = createRequire(import.meta.resolve('@pocketnet/onnx')).resolve(name);
    return { name, state: 'ok', text: versionOf(entry) };
  } catch (error) {
    return {
      name,
      state: 'missing',
      text: messageOf(error).split('\n')[0] ?? '',
      remedy: 'Run `npm ci` in the repository.',
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
