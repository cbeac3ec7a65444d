import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The fenced blocks of a language in a Markdown file. */
function examplesOf(page: string, language: string): string[] {
  const blocks = readFileSync(page, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'));
  return Array.from(blocks, ([, text = '']) => text);
}

/** One of them, the first unless `index` says another. */
export function exampleOf(page: string, language: string, index = 0): string {
  const block = examplesOf(page, language)[index];
  if (block === undefined) throw new Error(`${page} has no ${language} block number ${index}.`);
  return block;
}

/**
 * Runs a fenced `js` example of a package's README in the package's folder.
 * @param test the `import.meta.url` of a file in the package's `test` folder
 * @param index which of the README's examples, the first unless said
 * @param standIns files of this checkout for those that a reader has, by name
 * @returns what it printed on stdout
 */
export function runReadmeExample(test: string, index = 0, standIns: Readonly<Record<string, string>> = {}): string {
  const folder = dirname(fileURLToPath(new URL('.', test)));
  const example = Object.entries(standIns).reduce(
    (text, [name, standIn]) => text.replaceAll(`'${name}'`, JSON.stringify(join(root, standIn))),
    exampleOf(`${folder}/README.md`, 'js', index),
  );
  return execFileSync(process.execPath, ['--input-type=module', '--eval', example], { cwd: folder, encoding: 'utf8' });
}

/**
 * Runs the first fenced `sh` example of a page in an empty folder, with `pocketnet` and `npx pocketnet` meaning this checkout's.
 * @param page relative to the repository's root
 * @returns what it printed on stdout
 */
export function runShellExample(page: string): string {
  return inEmptyFolder((place) => runShell(exampleOf(join(root, page), 'sh'), place));
}

/** Runs all of a page's `sh` examples, one after the other, in one empty folder, which `inside` sees before it is removed. */
export function runAllShellExamples<T>(
  page: string,
  inside: (place: string, printed: string) => Promise<T>,
): Promise<T> {
  return inEmptyFolder((place) => inside(place, runShell(examplesOf(join(root, page), 'sh').join('\n'), place)));
}

const root = fileURLToPath(new URL('..', import.meta.url));

function inEmptyFolder<T>(body: (place: string) => T): T {
  const place = mkdtempSync(join(tmpdir(), 'pocketnet-page-'));
  const remove = (): void => rmSync(place, { recursive: true });
  try {
    const result = body(place);
    if (!(result instanceof Promise)) remove();
    return result instanceof Promise ? (result.finally(remove) as T) : result;
  } catch (error) {
    remove();
    throw error;
  }
}

function runShell(script: string, place: string): string {
  symlinkSync(join(root, 'packages/cli/bin/pocketnet.js'), join(place, 'pocketnet'));
  const env = { ...process.env, PATH: `${place}:${process.env.PATH}` };
  const command = script.replaceAll('npx pocketnet', 'pocketnet');
  return execFileSync('bash', ['-euo', 'pipefail', '-c', command], {
    cwd: place,
    env,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}
