import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/root.mjs';

/** The first fenced block of a language in a page. */
export function exampleOf(page, language) {
  const found = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(
    readFileSync(join(root, page), 'utf8'),
  );
  if (!found) throw new Error(`${page} has no example in ${language}.`);
  return found[1];
}
