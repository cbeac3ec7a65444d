import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A fenced block of a language in a Markdown file, the first unless `index` says another. */
function exampleOf(page: string, language: string, index = 0): string {
  const blocks = readFileSync(page, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'));
  const block = Array.from(blocks, ([, text]) => text)[index];
  if (block === undefined) throw new Error(`${page} has no ${language} block number ${index}.`);
  return block;
}

/**
 * Runs a fenced `js` example of a package's README in the package's folder.
 * @param test the `import.meta.url` of a file in the package's `test` folder
 * @param index which of the README's examples, the first unless said
 * @returns what it printed on stdout
 */
export function runReadmeExample(test: string, index = 0): string {
  const folder = dirname(fileURLToPath(new URL('.', test)));
  const example = exampleOf(`${folder}/README.md`, 'js', index);
  return execFileSync(process.execPath, ['--input-type=module', '--eval', example], { cwd: folder, encoding: 'utf8' });
}

/**
 * Runs the first fenced `sh` example of a page in an empty folder, with `pocketnet` and `npx pocketnet` meaning this checkout's.
 * @param page relative to the repository's root
 * @returns what it printed on stdout
 */
export function runShellExample(page: string): string {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const example = exampleOf(join(root, page), 'sh').replaceAll('npx pocketnet', 'pocketnet');
  const place = mkdtempSync(join(tmpdir(), 'pocketnet-page-'));
  try {
    symlinkSync(join(root, 'packages/cli/bin/pocketnet.js'), join(place, 'pocketnet'));
    const env = { ...process.env, PATH: `${place}:${process.env.PATH}` };
    return execFileSync('bash', ['-euo', 'pipefail', '-c', example], {
      cwd: place,
      env,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } finally {
    rmSync(place, { recursive: true });
  }
}
