import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Runs the first fenced `js` example of a package's README in the package's folder.
 * @param test the `import.meta.url` of a file in the package's `test` folder
 * @returns what it printed on stdout
 */
export function runReadmeExample(test: string): string {
  const folder = dirname(fileURLToPath(new URL('.', test)));
  const example = /```js\n([\s\S]*?)```/.exec(readFileSync(`${folder}/README.md`, 'utf8'))?.[1];
  if (example === undefined) throw new Error(`${folder}/README.md has no example in a js block.`);
  return execFileSync(process.execPath, ['--input-type=module', '--eval', example], { cwd: folder, encoding: 'utf8' });
}
