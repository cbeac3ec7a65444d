import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('runs the example of the README', () => {
  const folder = dirname(fileURLToPath(new URL('.', import.meta.url)));
  const example = /```js\n([\s\S]*?)```/.exec(readFileSync(`${folder}/README.md`, 'utf8'))?.[1] ?? '';
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', example], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(printed).toBe(
    '40 images of 10 people, the last of number 9\n8 images, 98304 floats, labels 8\n6 pairs, 12 images\n',
  );
});
