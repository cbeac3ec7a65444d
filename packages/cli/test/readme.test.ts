import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { workplace } from './pocketnet.js';

it('runs the example of the README', () => {
  const place = workplace();
  try {
    const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
    symlinkSync(file('../bin/pocketnet.js'), join(place.path, 'pocketnet'));
    const example = /```sh\n([\s\S]*?)```/.exec(readFileSync(file('../README.md'), 'utf8'))?.[1] ?? '';
    const env = { ...process.env, PATH: `${place.path}:${process.env.PATH}` };
    const printed = execFileSync('bash', ['-euo', 'pipefail', '-c', example], {
      cwd: place.path,
      env,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    const last = JSON.parse(printed.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
    expect(last).toMatchObject({ pairs: 60, folds: 5, model: 'tiny.onnx' });
  } finally {
    place.remove();
  }
});
